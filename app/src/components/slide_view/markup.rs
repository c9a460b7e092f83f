//! A face as HTML. The server renders it for the first paint; the browser makes each new face from it.

use model::deck::Face;
use std::fmt::Write;

/// `sizes` is the attribute of an image, by which the browser chooses a rendition. `query` is appended to
/// each URL; a new one makes the browser fetch again.
pub fn markup(face: &Face, title: &str, sizes: &str, query: &str) -> String {
    let mut html = String::new();
    if let Some(page) = &face.html {
        html += page;
    } else if let Some(rendition) = face.rendition() {
        let (url, width, height) = (&rendition.url, face.width, face.height);
        let _ = write!(
            html,
            "<img src=\"{url}{query}\" width=\"{width}\" height=\"{height}\""
        );
        if face.renditions.len() > 1 {
            html += " srcset=\"";
            for rendition in &face.renditions {
                let _ = write!(html, "{}{query} {}w,", rendition.url, rendition.width);
            }
            let _ = write!(html, "\" sizes=\"{sizes}\"");
        }
        html += " fetchpriority=\"high\" alt=\"";
        escape(title, &mut html);
        html += "\">";
    } else {
        html += "<p class=\"pending\">This slide is being prepared.</p>";
    }
    for link in &face.links {
        html += "<a ";
        // Links within the deck stay on the page.
        if !link.url.starts_with('?') {
            html += "target=\"_blank\" rel=\"noopener noreferrer\" ";
        }
        html += "href=\"";
        escape(&link.url, &mut html);
        // The page's policy allows no inline style: the script that swaps faces sets the area.
        let _ = write!(
            html,
            "\" data-area=\"{} {} {} {}\">",
            link.x, link.y, link.width, link.height
        );
        html += "</a>";
    }
    html
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
