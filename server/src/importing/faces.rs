//! Turns a page of a reader into what a face shows: stored pictures, or HTML with their addresses.

use super::staging::short_name;
use bytes::Bytes;
use data_encoding::BASE64;
use model::deck::{Markup, Picture, Rendition, Size};
use reading::{
    segments::Segment,
    source::Html,
    worker::{check::Nonsense, protocol::FaceParts},
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The design size of Markdown's slides.
const DESIGN: Size = Size {
    width: 1_280,
    height: 720,
};

/// The width of a slide in CSS, by which the browser chooses a rendition. A picture is never wider.
const SLIDE_SIZES: &str = "min(100vw, 177.78vh)";

const ENDING: &str = ".webp";

/// Whether a medium's name has the form that pictures get here.
pub fn is_a_pictures_name(name: &str) -> bool {
    let hash = name.strip_suffix(ENDING);
    hash.is_some_and(|hash| hash.len() == short_name(&[0; 32]).len())
}

/// A picture, and its files, named by their hashes.
///
/// # Errors
/// When it is no picture, which the check of a worker's answers rules out.
pub(super) fn picture(parts: FaceParts) -> Result<(Picture, Vec<(String, Bytes)>), Nonsense> {
    let FaceParts::Pictures {
        renditions,
        preview,
    } = parts
    else {
        return Err(Nonsense::AnotherAnswer);
    };
    let mut files = Vec::new();
    let renditions: Vec<_> = renditions
        .into_iter()
        .map(|rendition| {
            let name = short_name(&Sha256::digest(&rendition.webp)) + ENDING;
            let url = app::routes::media(&name);
            files.push((name, rendition.webp.into()));
            Rendition {
                url,
                width: rendition.width,
                height: rendition.height,
            }
        })
        .collect();
    let mut renditions = renditions.into_iter();
    let picture = Picture {
        smallest: renditions.next().ok_or(Nonsense::Picture)?,
        larger: renditions.collect(),
        preview: Some(format!(
            "data:image/webp;base64,{}",
            BASE64.encode(&preview)
        )),
        links: Vec::new(),
    };
    Ok((picture, files))
}

/// Puts the addresses of pictures into HTML. A picture that is not in `pictures` yet gets no address. One
/// that is `None` has failed: it is removed, with the elements that held only it.
pub fn written(html: &Html, pictures: &HashMap<String, Option<Picture>>) -> Markup {
    let mut markup = String::new();
    let mut left_out_at = None;
    for segment in &html.segments {
        match segment {
            Segment::Markup(part) => {
                let rest = match left_out_at.take() {
                    Some(at) => without_emptied(&mut markup, at, part),
                    None => part,
                };
                markup.push_str(rest);
            }
            Segment::Picture {
                file,
                before,
                after,
            } => match pictures.get(file) {
                Some(Some(picture)) => {
                    let address = addresses(picture);
                    let size = if is_sized(before) || is_sized(after) {
                        String::new()
                    } else {
                        own_size(picture)
                    };
                    markup.push_str(&format!("<img{before}{address}{after}{size}>"));
                }
                Some(None) => left_out_at = Some(markup.len()),
                None => markup.push_str(&format!("<img{before}{after}>")),
            },
        }
    }
    let classes = html.classes.join(" ");
    Markup {
        size: DESIGN,
        html: format!("<div class=\"page {classes}\">{markup}</div>"),
    }
}

/// Takes elements out of `markup` that are empty because a picture was removed from them, and their
/// closing tags off `part`, which follows. Returns the rest of it.
fn without_emptied<'a>(markup: &mut String, mut left_out_at: usize, mut part: &'a str) -> &'a str {
    while let Some((text, tag)) = part.split_once('<') {
        let length = markup.len();
        markup.push_str(text);
        let Some(start) = emptied(markup, left_out_at, tag) else {
            markup.truncate(length);
            break;
        };
        markup.truncate(start);
        left_out_at = start;
        part = tag.split_once('>').map_or("", |(_, after)| after);
    }
    part
}

/// Where the element begins that this tag closes, if it is empty because a picture was removed from it.
/// Cells and columns stay, to keep their places.
fn emptied(markup: &str, left_out_at: usize, tag: &str) -> Option<usize> {
    let (name, _) = tag.strip_prefix('/')?.split_once('>')?;
    let start = markup.rfind('<').filter(|start| *start < left_out_at)?;
    let open = markup.get(start..)?.trim_end().strip_suffix('>')?;
    let opened = open.strip_prefix('<')?.split(' ').next()?;
    (opened == name && matches!(name, "p" | "a" | "li" | "span" | "figure")).then_some(start)
}

/// Whether an author gave the picture's size.
fn is_sized(attributes: &str) -> bool {
    let mut keys = attributes.split('"').step_by(2);
    keys.any(|key| key == " width=" || key == " height=")
}

/// The attributes with the address of each rendition.
fn addresses(picture: &Picture) -> String {
    let mut addresses = format!(" src=\"{}\"", picture.rendition().url);
    if !picture.larger.is_empty() {
        let srcset = picture.srcset();
        addresses.push_str(&format!(" srcset=\"{srcset}\" sizes=\"{SLIDE_SIZES}\""));
    }
    addresses
}

/// The picture's own size, for an `<img>` whose author gave none. Without it a browser would use `sizes`
/// as the size. The mark `data-own` tells the theme that the author did not ask for this size.
fn own_size(picture: &Picture) -> String {
    let Size { width, height } = picture.size();
    format!(" width=\"{width}\" height=\"{height}\" data-own=\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use reading::segments::cut;

    fn shown(markup: &str) -> String {
        let html = Html {
            segments: cut(markup),
            steps: 0,
            classes: vec!["cover".to_owned()],
        };
        let small = Rendition {
            url: "/media/a.webp".to_owned(),
            width: 16,
            height: 9,
        };
        let pictures = HashMap::from([
            ("a \u{a0}<.png".to_owned(), Some(Picture::from(small))),
            ("gone".to_owned(), None),
        ]);
        let html = written(&html, &pictures).html;
        let inner = html.strip_prefix("<div class=\"page cover\">");
        let inner = inner.and_then(|inner| inner.strip_suffix("</div>"));
        inner.expect("a page").to_owned()
    }

    #[test]
    fn a_picture_gets_its_address_and_one_that_is_still_to_come_none() {
        assert_eq!(
            shown("<p>a</p><img data-file=\"a &nbsp;&lt;.png\" alt=\"b\"><img data-file=\"c\">"),
            "<p>a</p><img src=\"/media/a.webp\" alt=\"b\" width=\"16\" height=\"9\" data-own=\"\"><img>"
        );
    }

    /// Pictures had one size, so that a phone loaded what a projector needs.
    #[test]
    fn the_browser_chooses_a_pictures_size_and_its_author_how_large_it_is() {
        let rendition = |width: u32| Rendition {
            url: format!("/media/{width}.webp"),
            width,
            height: width / 2,
        };
        let picture = Picture {
            larger: vec![rendition(1_000)],
            ..Picture::from(rendition(640))
        };
        let pictures = HashMap::from([("a.png".to_owned(), Some(picture))]);
        let written = |attributes: &str| {
            let html = Html {
                segments: cut(&format!("<img data-file=\"a.png\"{attributes}>")),
                steps: 0,
                classes: Vec::new(),
            };
            written(&html, &pictures).html
        };
        let addresses = "<img src=\"/media/1000.webp\" \
            srcset=\"/media/640.webp 640w, /media/1000.webp 1000w\" \
            sizes=\"min(100vw, 177.78vh)\"";
        let own = format!("{addresses} alt=\"a\" width=\"1000\" height=\"500\" data-own=\"\">");
        assert!(
            written(" alt=\"a\"").contains(&own),
            "{}",
            written(" alt=\"a\"")
        );
        for said in [" width=\"300\"", " alt=\"\" height=\"50%\""] {
            let authors = format!("{addresses}{said}>");
            assert!(written(said).contains(&authors), "{}", written(said));
        }
    }

    /// An `<img>` without an address is a hole in the slide, and its figure takes room.
    #[test]
    fn a_picture_that_never_comes_is_left_out_with_what_held_only_it() {
        let gone = "<img data-file=\"gone\" alt=\"b\" width=\"9\">";
        for (markup, left) in [
            (
                "<h1>a</h1><p class=\"figure\">G</p><p>b</p>",
                "<h1>a</h1><p>b</p>",
            ),
            ("<p class=\"figure\">G\nG</p>", ""),
            (
                "<p class=\"figure\">G\n<img data-file=\"c\"></p>",
                "<p class=\"figure\">\n<img></p>",
            ),
            ("<p data-step=\"1\"><a href=\"http://a\">G</a></p>", ""),
            ("<p>a G b</p>", "<p>a  b</p>"),
            ("<p><br>G</p>", "<p><br></p>"),
            ("<p></p><p>G</p><p></p>", "<p></p><p></p>"),
            ("<td>G</td>", "<td></td>"),
            ("<p>a</p>G", "<p>a</p>"),
        ] {
            assert_eq!(shown(&markup.replace('G', gone)), left);
        }
    }
}
