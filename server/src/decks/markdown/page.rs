//! What goes around a slide's text: its layout, its ground, the size of its type.

use super::{
    dialect::Dialect,
    fit, html,
    picture::{self, Ground, Place},
    render::{self, Renderer},
    sanitise,
    split::Slide,
    steps,
};
use crate::decks::source::{Face, Html, Page, Warning};

/// What a slide's front matter or directives ask for.
pub fn front(renderer: &mut Renderer<'_>, slide: &Slide, index: u32) {
    let line = slide.line.saturating_sub(1).max(1);
    renderer.layout = slide.front.get("layout").map(str::to_owned);
    if renderer.dialect == Dialect::Slidev && index == 0 && renderer.layout.is_none() {
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
        let contain = slide.front.get("backgroundSize") == Some("contain");
        renderer.grounds.push(Ground::Picture {
            file,
            place: place.unwrap_or(Place::Behind),
            contain,
        });
    }
    for key in ["background", "backgroundColor", "backgroundImage"] {
        if let Some(value) = slide.front.get(key).filter(|value| *value != "none") {
            renderer.ground(value, line);
        }
    }
    let class = slide.front.get("class").unwrap_or_default();
    for word in class.split([' ', ',', '[', ']', '"']) {
        match word {
            "lead" => {
                renderer.layout.get_or_insert_with(|| "center".to_owned());
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

pub fn page(renderer: Renderer<'_>, slide: &Slide, index: u32) -> Page {
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
        dialect,
        ..
    } = renderer;
    let mut finished = steps::finish(&sanitise::clean(&out), pieces);
    let body = std::mem::take(&mut finished.markup);
    let layout = layout_class(layout.as_deref(), &body, index, dialect);
    let mut classes: Vec<String> = classes
        .into_iter()
        .chain(layout)
        .map(str::to_owned)
        .collect();
    let ground = ground(&grounds, &mut classes, &mut finished.files);
    let is_beside = classes
        .iter()
        .any(|class| class == "picture-left" || class == "picture-right");
    let scale = fit::scale(&body, is_beside, layout);
    if scale < 100 {
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
    // Together they come from three places; a person reads down the file.
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
        links: Vec::new(),
        face: Face::Html(Html {
            // Arabic and Hebrew begin at the right; the browser knows which text does.
            markup: format!("{ground}<div class=\"body\" dir=\"auto\">{body}</div>"),
            steps: finished.steps,
            classes,
            files: finished.files,
        }),
        warnings,
    }
}

/// The theme's layout: what the author asked for, or what the slide is by its content.
fn layout_class(
    asked: Option<&str>,
    body: &str,
    index: u32,
    dialect: Dialect,
) -> Option<&'static str> {
    match asked {
        Some("cover" | "intro") => return Some("cover"),
        Some("section") => return Some("section"),
        Some("center" | "end" | "statement" | "fact") => return Some("center"),
        Some("quote") => return Some("quote"),
        Some("image") => return Some("image"),
        Some(_) => return None,
        None => {}
    }
    let count = |tag: &str| body.matches(tag).count();
    let blocks = count("<p") - count("<pre").min(count("<p"));
    let only_text = [
        "<ul", "<ol", "<table", "<pre", "<img", "<div", "<hr", "<math",
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
    if !only_text || count("<blockquote") > 0 || headings == 0 {
        return None;
    }
    if index == 0
        && headings <= 2
        && blocks <= 4
        && body.len() < 700
        && dialect != Dialect::Presenterm
    {
        return Some("cover");
    }
    (headings == 1 && blocks == 0 && count("<h3") == 0).then_some("section")
}

/// What lies behind or beside a slide's text. SVG's `fill` is an attribute: it needs no style.
fn ground(grounds: &[Ground], classes: &mut Vec<String>, files: &mut Vec<String>) -> String {
    let mut markup = String::new();
    let mut pictures = String::new();
    let mut count = 0_u32;
    for ground in grounds.iter().take(8) {
        match ground {
            Ground::Colour(colour) => {
                markup = format!(
                    "<svg class=\"ground\" aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\" fill=\"{colour}\"/></svg>"
                );
                classes.retain(|class| class != "invert");
                classes.push(
                    if picture::is_dark(colour) {
                        "on-dark"
                    } else {
                        "on-light"
                    }
                    .to_owned(),
                );
            }
            Ground::Picture {
                file,
                place,
                contain,
            } => {
                let fit = if *contain { " class=\"contain\"" } else { "" };
                pictures.push_str(&format!(
                    "<img{fit} data-file=\"{}\" alt=\"\">",
                    html::escaped(file)
                ));
                if !files.contains(file) {
                    files.push(file.clone());
                }
                count += 1;
                let class = match place {
                    Place::Behind => "picture-behind",
                    Place::Left => "picture-left",
                    Place::Right => "picture-right",
                };
                if !classes.iter().any(|known| known.starts_with("picture-")) {
                    classes.push(class.to_owned());
                }
            }
        }
    }
    if count > 0 {
        markup.push_str(&format!("<div class=\"pictures\">{pictures}</div>"));
    }
    markup
}
