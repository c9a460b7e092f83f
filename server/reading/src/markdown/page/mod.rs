//! Completes a slide: its layout, its background, and the size of its type.

pub mod columns;
mod floats;
pub mod running;
pub mod sanitise;
pub mod steps;

use crate::markdown::{
    colour,
    dialects::{FirstSlide, Rules},
    fit, html,
    render::{
        self, Renderer,
        picture::{Ground, Place},
    },
    split::{Slide, front_matter::FrontMatter},
};
use crate::{
    segments,
    source::{Face, Html, Page, Warning},
};
use running::Ink;

/// The class of a slide with light words on a dark ground.
pub const DARK: &str = "on-dark";

/// Whether a deck asks for dark slides, by Slidev's `colorSchema` or by the name of a dark theme of
/// reveal.js or presenterm. All viewers see the same, whatever their device prefers.
pub fn is_dark(front: &FrontMatter) -> bool {
    const DARK_THEMES: [&str; 11] = [
        "black",
        "blood",
        "catppuccin-frappe",
        "catppuccin-macchiato",
        "catppuccin-mocha",
        "dark",
        "dracula",
        "league",
        "moon",
        "night",
        "tokyonight-storm",
    ];
    let theme = || front.get("theme.name").or(front.get("theme"));
    match front.get("colorSchema") {
        Some(scheme) => scheme == "dark",
        None => theme().is_some_and(|name| DARK_THEMES.contains(&name) || name.ends_with("-dark")),
    }
}

/// The class of the deck's accent, by the front matter's `accent`. Green, the theme's own, has none.
pub fn accent(front: &FrontMatter) -> Option<&'static str> {
    match front.get("accent")? {
        "blue" => Some("accent-blue"),
        "violet" => Some("accent-violet"),
        _ => None,
    }
}

/// Applies a slide's front matter and directives.
pub fn front(renderer: &mut Renderer<'_>, slide: &Slide, index: u32) {
    let line = slide.line.saturating_sub(1).max(1);
    renderer.layout = slide.front.get("layout").map(str::to_owned);
    if renderer.rules.first_slide == FirstSlide::Cover && index == 0 && renderer.layout.is_none() {
        renderer.layout = Some("cover".to_owned());
    }
    let place = match renderer.layout.as_deref() {
        Some("image-left") => Some(Place::Left),
        Some("image-right") => Some(Place::Right),
        Some("image") => Some(Place::Behind),
        _ => None,
    };
    if let Some(image) = slide.front.get("image").filter(|_| place.is_some())
        && let Some(file) = renderer.file(image, line)
    {
        renderer.grounds.push(Ground::Picture {
            file,
            place: place.unwrap_or(Place::Behind),
            contain: renderer.contains_ground,
            share: None,
            sizes: [None, None],
            is_stacked: false,
        });
    }
    for key in ["background", "backgroundColor", "backgroundImage"] {
        if let Some(value) = slide.front.get(key).filter(|value| *value != "none") {
            let said = slide.text.lines().position(|text| text.contains(value));
            let said = said.and_then(|at| u32::try_from(at).ok());
            renderer.ground(value, said.map_or(line, |at| slide.line.saturating_add(at)));
        }
    }
    let class = slide.front.get("class").unwrap_or_default();
    for word in class.split([' ', ',', '[', ']', '"']) {
        match word {
            "lead" => {
                renderer.layout.get_or_insert_with(|| "center".to_owned());
            }
            // In a dark deck an inverted slide is light.
            "invert" if renderer.classes.contains(&DARK) => {
                renderer.classes.retain(|class| *class != DARK);
            }
            "invert" => renderer.classes.push("invert"),
            "text-center" => renderer.classes.push("centred"),
            _ => {}
        }
    }
    if renderer
        .layout
        .as_deref()
        .is_some_and(|layout| layout.starts_with("iframe"))
    {
        renderer.warn(line, "another page inside this slide; left out");
    }
}

pub fn page(renderer: Renderer<'_>, slide: &Slide, at: SlidePlace) -> Page {
    let index = at.index;
    let Renderer {
        out,
        pieces,
        title,
        text,
        notes,
        mut warnings,
        layout,
        classes,
        grounds,
        first_line,
        rules,
        ..
    } = renderer;
    let finished = steps::finish(&sanitise::clean(&out), pieces);
    let body = finished.markup;
    let is_beside = matches!(place(&grounds), Some(Place::Left | Place::Right));
    let layout = layout_class(layout.as_deref(), &body, at, is_beside, rules);
    let mut classes: Vec<String> = classes
        .into_iter()
        .chain(layout)
        .map(str::to_owned)
        .collect();
    let ink = running::ink(slide, &grounds).unwrap_or_else(|reason| {
        warnings.push(Warning {
            line: Some(first_line),
            page: None,
            reason,
        });
        None
    });
    let ground = ground(&grounds, ink, &mut classes);
    let beside = is_beside.then(|| share(&grounds).unwrap_or(BESIDE));
    let scale = fit::scale(&body, beside, layout);
    let running = running::markup(slide, &mut warnings);
    if scale != 100 {
        classes.push(format!("fit-{scale}"));
    }
    if scale < fit::READABLE {
        warnings.push(Warning {
            line: Some(first_line),
            page: None,
            reason: "there is more on this slide than people at the back can read; make it two"
                .to_owned(),
        });
    }
    warnings.extend(finished.warnings.into_iter().map(|reason| Warning {
        line: Some(first_line),
        page: None,
        reason,
    }));
    for warning in &mut warnings {
        warning.page = Some(index);
    }
    // They were collected in three places.
    warnings.sort_by_key(|warning| warning.line);
    classes.dedup();
    let text = text.trim().to_owned();
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .map(render::short);
    let notes = notes.join("\n\n").trim().to_owned();
    let notes = if notes.is_empty() {
        slide.front.get("notes").map(str::to_owned)
    } else {
        Some(notes)
    };
    Page {
        title: title.or(first),
        text,
        notes,
        notes_are_markdown: true,
        links: Vec::new(),
        face: Face::Html(Html {
            // The browser lets Arabic and Hebrew text begin at the right.
            segments: segments::cut(&format!(
                "{ground}{running}<div class=\"body{}\" dir=\"auto\">{body}</div>",
                match ink {
                    Some(Ink::Shade(class)) => format!(" {class}"),
                    _ => String::new(),
                }
            )),
            steps: finished.steps,
            classes,
        }),
        warnings,
    }
}

/// Where a slide stands in its deck.
#[derive(Debug, Clone, Copy)]
pub struct SlidePlace {
    /// From 0.
    pub index: u32,
    pub is_last: bool,
}

/// The most letters of a sentence that fills a slide, and of the last slide.
const STATEMENT: usize = 140;

/// The theme's layout, by the author's choice or by the slide's content.
fn layout_class(
    asked: Option<&str>,
    body: &str,
    at: SlidePlace,
    is_beside: bool,
    rules: &Rules,
) -> Option<&'static str> {
    match asked {
        Some("cover" | "intro") => return Some("cover"),
        Some("section") => return Some("section"),
        Some("center") => return Some("center"),
        Some("end") => return Some("end"),
        Some("statement") => return Some("statement"),
        Some("fact") => return Some("fact"),
        Some("quote") => return Some("quote"),
        Some("image") => return Some("image"),
        Some(_) => return None,
        None => {}
    }
    let count = |tag: &str| body.matches(tag).count();
    let blocks = count("<p") - count("<pre").min(count("<p"));
    let only_text = [
        "<ul", "<ol", "<dl", "<table", "<pre", "<img", "<div", "<hr", "<math", "<figure",
    ]
    .iter()
    .all(|tag| count(tag) == 0);
    let headings = count("<h1") + count("<h2");
    if only_text
        && headings == 0
        && count("<blockquote") == 1
        && body.trim_start().starts_with("<blockquote")
    {
        return Some("quote");
    }
    if !only_text || is_beside || count("<blockquote") + count("<h3") + count("<h4") > 0 {
        return None;
    }
    let is_short = body.len() < STATEMENT;
    if headings == 0 {
        return (blocks == 1 && is_short).then_some("statement");
    }
    if at.index == 0
        && headings <= 2
        && blocks <= 4
        && body.len() < 700
        && rules.first_slide == FirstSlide::CoverWhenShort
    {
        return Some("cover");
    }
    // Thanks, questions, an address.
    if at.is_last && at.index > 1 && headings == 1 && blocks <= 2 && is_short {
        return Some("end");
    }
    (headings == 1 && blocks == 0).then_some("section")
}

/// The theme's width of a picture beside the text, in percent of the slide.
const BESIDE: u16 = 44;

/// The share of the width of a picture beside the text, if given: in percent, rounded to one that the
/// theme has a class for.
fn share(grounds: &[Ground]) -> Option<u16> {
    const SHARES: [u16; 11] = [20, 25, 30, 33, 40, 50, 60, 67, 70, 75, 80];
    let asked = grounds.iter().rev().find_map(|ground| match ground {
        Ground::Picture { share, .. } => *share,
        Ground::Colour(_) => None,
    })?;
    SHARES.into_iter().min_by_key(|share| share.abs_diff(asked))
}

/// The place of the pictures. If one is beside the text, all are.
fn place(grounds: &[Ground]) -> Option<Place> {
    let places = || {
        grounds.iter().filter_map(|ground| match ground {
            Ground::Picture { place, .. } => Some(*place),
            Ground::Colour(_) => None,
        })
    };
    places()
        .rfind(|place| *place != Place::Behind)
        .or_else(|| places().next())
}

/// The markup behind or beside a slide's text. SVG has `fill` as an attribute, which needs no style.
fn ground(grounds: &[Ground], ink: Option<Ink>, classes: &mut Vec<String>) -> String {
    let mut markup = String::new();
    let mut pictures = String::new();
    for ground in grounds.iter().take(8) {
        match ground {
            Ground::Colour(colour) => {
                markup = format!(
                    "<svg class=\"ground\" aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\" fill=\"{colour}\"/></svg>"
                );
                classes.retain(|class| class != "invert" && class != DARK);
                let is_dark = match ink {
                    Some(Ink::Light) => true,
                    Some(Ink::Dark) => false,
                    _ => colour::is_dark(colour),
                };
                classes.push(if is_dark { DARK } else { "on-light" }.to_owned());
            }
            Ground::Picture {
                file,
                contain,
                sizes: [width, height],
                ..
            } => {
                let fit = if *contain { " class=\"contain\"" } else { "" };
                pictures.push_str(&format!(
                    "<img{fit} data-file=\"{}\" alt=\"\"",
                    html::escaped(file)
                ));
                for (key, side) in [("width", width), ("height", height)] {
                    if let Some(side) = side {
                        pictures.push_str(&format!(" {key}=\"{side}\""));
                    }
                }
                pictures.push('>');
            }
        }
    }
    if let Some(place) = place(grounds) {
        let class = match place {
            Place::Behind => "picture-behind",
            Place::Left => "picture-left",
            Place::Right => "picture-right",
        };
        classes.push(class.to_owned());
        if place != Place::Behind {
            classes.extend(share(grounds).map(|share| format!("beside-{share}")));
        }
        let is_stacked = |ground: &Ground| {
            matches!(
                ground,
                Ground::Picture {
                    is_stacked: true,
                    ..
                }
            )
        };
        let stacked = if grounds.iter().any(is_stacked) {
            " stacked"
        } else {
            ""
        };
        markup.push_str(&format!(
            "<div class=\"pictures{stacked}\">{pictures}</div>"
        ));
    }
    markup
}
