//! A face as HTML. The server renders it for the first paint; the browser makes each new face from it.

use model::deck::{Face, Link, Picture, Size};
use std::fmt::Write;

/// `sizes` is the attribute of an image, by which the browser chooses a rendition. `query` is appended to
/// each URL; a new one makes the browser fetch again.
pub fn markup(face: &Face, title: &str, sizes: &str, query: &str) -> String {
    match face {
        Face::Pending(_) => "<p class=\"pending\">This slide is being prepared.</p>".to_owned(),
        Face::Picture(picture) => {
            let mut html = String::new();
            push_image(picture, title, sizes, query, &mut html);
            for link in &picture.links {
                push_link(link, &mut html);
            }
            html
        }
        Face::Markup(markup) => markup.html.clone(),
    }
}

fn push_image(picture: &Picture, title: &str, sizes: &str, query: &str, html: &mut String) {
    let url = &picture.rendition().url;
    let Size { width, height } = picture.size();
    let _ = write!(
        html,
        "<img src=\"{url}{query}\" width=\"{width}\" height=\"{height}\""
    );
    if !picture.larger.is_empty() {
        html.push_str(" srcset=\"");
        for rendition in picture.renditions() {
            let _ = write!(html, "{}{query} {}w,", rendition.url, rendition.width);
        }
        let _ = write!(html, "\" sizes=\"{sizes}\"");
    }
    html.push_str(" fetchpriority=\"high\" alt=\"");
    escape(title, html);
    html.push_str("\">");
}

fn push_link(link: &Link, html: &mut String) {
    html.push_str("<a ");
    // Links within the deck stay on the page.
    if !link.url.starts_with('?') {
        html.push_str("target=\"_blank\" rel=\"noopener noreferrer\" ");
    }
    html.push_str("href=\"");
    escape(&link.url, html);
    // The page's policy allows no inline style: the script that swaps faces sets the area.
    let _ = write!(
        html,
        "\" data-area=\"{} {} {} {}\"></a>",
        link.x, link.y, link.width, link.height
    );
}

pub fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            other => html.push(other),
        }
    }
}
