//! A deck as text.

use super::markup::check_shown;
use model::deck::{Picture, Rendition};
use reading::{
    markdown::{Limits, Markdown},
    source::Source,
    worker::{
        check,
        protocol::{FaceParts, PageParts},
        serve, tidy,
    },
};
use server::importing::faces;
use std::{collections::HashMap, str::from_utf8, sync::LazyLock, time::Duration};

/// The file that a picture of each name is.
static PICTURES: LazyLock<HashMap<String, Option<Picture>>> = LazyLock::new(|| {
    let picture = Picture::from(Rendition {
        url: "/media/a.webp".to_owned(),
        width: 16,
        height: 9,
    });
    HashMap::from([("a.png".to_owned(), Some(picture))])
});

/// The input is the Markdown. Whether it is a deck: then each of its pages passes the server's
/// check, and what is shown of it is well-formed HTML in which nothing runs, styles or loads.
pub fn markdown(input: &[u8]) -> Option<bool> {
    let text = from_utf8(input).ok()?;
    let limits = Limits {
        // So that what comes out depends on what goes in and not on how busy the machine is. Code
        // in a slide of 48 KB takes a second.
        highlighting: Duration::from_secs(60),
        ..Limits::default()
    };
    let Ok(mut deck) = Markdown::open(text, &limits) else {
        return Some(false);
    };
    let outline = tidy::outline(deck.outline());
    check::outline(&outline, check::MAX_PAGES).expect("an honest outline");
    let pages = check::pages(&outline);
    for index in 0..pages {
        let page = deck.page(index, 1_920).expect("a page");
        let parts = serve::parts(page, &[], pages).expect("HTML needs no picture");
        check::page(&parts, &[], pages).expect("an honest page");
        look_at(&parts, text);
    }
    assert!(deck.page(pages, 1_920).is_err(), "one page too many");
    Some(true)
}

fn look_at(parts: &PageParts, text: &str) {
    let FaceParts::Html(html) = &parts.face else {
        panic!("no HTML");
    };
    assert!(html.steps <= 32, "{} steps", html.steps);
    let markup = html.markup();
    for tag in markup.split(['<', '>']) {
        for part in [" data-step=\"", " data-until=\""] {
            let step = tag.split_once(part).map(|(_, rest)| rest.split('"').next());
            let step: Option<Result<u16, _>> = step.flatten().map(str::parse);
            let is_reached = step.as_ref().is_none_or(|step| {
                step.as_ref()
                    .is_ok_and(|step| (1..=html.steps).contains(step))
            });
            // In text it would be words.
            let is_tag = tag.starts_with(|c: char| c.is_ascii_lowercase());
            assert!(is_reached || !is_tag, "{tag} of {} steps", html.steps);
        }
    }
    // A slide of 48 KB of Markdown; the largest growth is that of code and of formulas.
    let most = 10_000 + 200 * text.len();
    assert!(markup.len() <= most, "{} bytes", markup.len());
    let shown = faces::written(html, &PICTURES);
    check_shown(&shown.html);
}
