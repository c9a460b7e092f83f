//! A face as HTML: the same text from the server, for the page's first paint, and in the browser,
//! where a new face is made from it and swapped in.

use model::deck::Face;
use std::fmt::Write;

/// `sizes` says how wide a picture is shown, as CSS does: by it the browser chooses a rendition.
/// `query` is added to each address; another one makes the browser ask anew.
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
        // What leads to a slide of this deck stays in its talk.
        if !link.url.starts_with('?') {
            html += "target=\"_blank\" rel=\"noopener noreferrer\" ";
        }
        html += "href=\"";
        escape(&link.url, &mut html);
        // No style: the page's policy allows none. The script that swaps faces places it.
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
