//! Answers of a compromised worker.

use reading::{
    kind::Kind,
    segments::Segment,
    source::{Target, Warning},
    worker::{
        check,
        protocol::{self, Answer, FaceParts, PageParts, Request},
    },
};
use serde::{Serialize, de::DeserializeOwned};
use server::importing::faces;
use std::collections::HashMap;

/// The request that is answered.
const WIDTHS: [u32; 4] = [640, 1_280, 1_920, 3_840];
const PAGES: u32 = 3;

/// The input is a frame's content. Whether it is an answer that the server takes: then it is within
/// the bounds that are documented, however it came to be.
pub fn protocol(input: &[u8]) -> Option<bool> {
    if let Some(request) = again::<Request>(input, protocol::MAX_REQUEST_BYTES) {
        let frame = protocol::frame(&request, protocol::MAX_REQUEST_BYTES).expect("a frame");
        let mut pipe = frame.as_slice();
        assert!(matches!(protocol::next(&mut pipe), Ok(Some(_))));
        assert!(matches!(protocol::next(&mut pipe), Ok(None)));
        if let Request::Open(open) = &request
            && let Some(password) = &open.password
        {
            let shown = format!("{request:?}").replace(&format!("{:?}", open.kind), "");
            let is_long = password.len() > 20;
            assert!(!is_long || !shown.contains(password), "a password");
        }
    }
    // With the length that an honest frame has, and with what the input says itself.
    for mut pipe in [input, &input[..input.len().min(3)]] {
        while let Ok(Some(_)) = protocol::next(&mut pipe) {}
    }
    let answer = again::<Answer>(input, protocol::MAX_ANSWER_BYTES);
    let Some(answer) = answer else {
        return Some(false);
    };
    let is_taken = match &answer {
        Answer::Confined(_) => false,
        Answer::Opened(outline) => {
            let is_taken = check::outline(outline, check::MAX_PAGES).is_ok();
            if is_taken {
                let pages = check::pages(outline);
                assert!((1..=2_000).contains(&pages));
                let mut seen = vec![false; usize::try_from(pages).expect("few")];
                for page in outline.slides.iter().flat_map(|slide| &slide.pages) {
                    let page = usize::try_from(*page).expect("few");
                    assert!(!std::mem::replace(&mut seen[page], true), "twice");
                }
                assert!(seen.into_iter().all(|seen| seen), "no slide's");
                assert!(outline.slides.iter().all(|slide| !slide.pages.is_empty()));
                line(outline.title.as_deref().unwrap_or_default(), 500);
                warnings(&outline.warnings, pages);
            }
            is_taken
        }
        Answer::Page(parts) => {
            let is_taken = check::page(parts, &WIDTHS, PAGES).is_ok();
            if is_taken {
                page(parts);
            }
            is_taken
        }
        Answer::Failed(error) => {
            let is_taken = check::error(error).is_ok();
            if is_taken {
                line(&error.to_string(), 500);
            }
            is_taken
        }
        Answer::File(name) => {
            let is_taken = check::file_name(name).is_ok();
            if is_taken {
                line(name, 1_024);
                assert!(!name.is_empty());
            }
            is_taken
        }
        Answer::Bytes(_) => true,
        Answer::Unpacked(content) => {
            let is_taken = check::content(content).is_ok();
            if is_taken {
                assert!([Kind::Images, Kind::Markdown, Kind::Pdf].contains(&content.kind));
                assert!(content.said.len() <= 100);
                content.said.iter().for_each(|words| line(words, 500));
            }
            is_taken
        }
    };
    Some(is_taken)
}

/// Decodes an input, and checks that encoding and decoding the value again gives the same.
fn again<T: Serialize + DeserializeOwned>(input: &[u8], most: u32) -> Option<T> {
    let value: T = protocol::understood(input).ok()?;
    let said = protocol::frame(&value, most).expect("no longer than it was");
    let (length, content) = said.split_first_chunk().expect("a length");
    let length = usize::try_from(u32::from_le_bytes(*length)).expect("a length");
    assert_eq!(length, content.len());
    assert!(length <= input.len(), "said shorter than it can be");
    let heard: T = protocol::understood(content).expect("understood again");
    assert_eq!(protocol::frame(&heard, most).expect("a frame"), said);
    Some(value)
}

fn page(parts: &PageParts) {
    line(parts.title.as_deref().unwrap_or_default(), 500);
    for text in [
        Some(&parts.text),
        parts.notes.as_ref().map(|notes| &notes.text),
    ]
    .into_iter()
    .flatten()
    {
        text.split('\n').for_each(|text| line(text, 100_000));
        assert!(text.len() <= 100_000);
    }
    assert!(parts.links.len() <= 1_000);
    for link in &parts.links {
        let edges = [link.x, link.y, link.x + link.width, link.y + link.height];
        // False for what is no number.
        assert!(
            edges.iter().all(|edge| (0.0..=1.001).contains(edge)),
            "{link:?}"
        );
        match &link.target {
            Target::Page(page) => assert!(*page < PAGES, "{link:?}"),
            Target::Url(url) => {
                line(url, 2_000);
                let lower = url.to_ascii_lowercase();
                let leads = ["http://", "https://", "mailto:"];
                assert!(
                    leads.iter().any(|scheme| lower.starts_with(scheme)),
                    "{url:?}"
                );
            }
        }
    }
    warnings(&parts.warnings, PAGES);
    match &parts.face {
        FaceParts::Pictures {
            renditions,
            preview,
        } => {
            assert!((1..=WIDTHS.len()).contains(&renditions.len()));
            for picture in renditions {
                assert!((1..=3_840).contains(&picture.width), "{picture:?}");
                assert!((1..=16_384).contains(&picture.height), "{picture:?}");
                assert!(picture.webp.starts_with(b"RIFF"), "{picture:?}");
            }
            assert!(renditions.windows(2).all(|two| two[0].width < two[1].width));
            assert!(preview.len() <= 1_000 && preview.starts_with(b"RIFF"));
        }
        FaceParts::Html(html) => {
            let length: usize = html.segments.iter().map(Segment::markup_len).sum();
            assert!(length <= 2 << 20 && html.steps <= 1_000);
            let lower = html.markup().to_ascii_lowercase();
            for never in ["<script", "<iframe", "<object", "<embed", "<base", "<meta"] {
                let after = lower.split(never).skip(1);
                let mut named = after.map(|after| after.chars().next());
                let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                assert!(named.all(is_word), "{never} in {lower}");
            }
            for class in &html.classes {
                line(class, 60);
                assert!(!class.contains(['"', '<', '>', ' ']), "{class:?}");
            }
            assert!(html.classes.len() <= 20 && html.files().len() <= 200);
            for file in html.files() {
                line(file, 500);
                assert!(!file.starts_with('/') && !file.contains("../"), "{file:?}");
            }
            let shown = faces::written(html, &HashMap::new());
            let most = length + 2_000;
            assert!(shown.html.len() <= most);
        }
    }
}

fn line(text: &str, most: usize) {
    assert!(
        text.len() <= most && !text.contains(char::is_control),
        "{text:?}"
    );
}

fn warnings(warnings: &[Warning], pages: u32) {
    assert!(warnings.len() <= 100);
    for warning in warnings {
        line(&warning.reason, 500);
        assert!(warning.line != Some(0) && warning.page.is_none_or(|page| page < pages));
    }
}
