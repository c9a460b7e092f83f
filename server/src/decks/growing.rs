//! A deck whose pages come one after another.

use super::{
    source::{Html, Link, Outline, Target, Warning},
    staging::short_name,
    worker::{PageError, Reason, protocol::FaceParts},
};
use crate::store::Store;
use app::deck::{self, Deck, DeckId, Face, NoSlides, Rendition, Slide};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, io};

/// The size that Markdown's slides are written for.
const DESIGN: (u32, u32) = (1_280, 720);

/// What a page becomes that could not be read.
const UNREADABLE: &str = "<p class=\"pending\">This slide could not be read.</p>";

pub struct Growing {
    id: DeckId,
    title: String,
    slides: Vec<Slide>,
    /// Each page's slide and step.
    places: Vec<(usize, usize)>,
    /// Which pages are there, for good or for bad.
    done: Vec<bool>,
    pub warnings: Vec<String>,
    /// Pages that nobody tried to read, because others had cost too much. Told in one sentence.
    untried: usize,
}

/// A page as it was read, its pictures kept.
pub struct Read {
    pub title: Option<String>,
    pub text: String,
    pub notes: Option<String>,
    pub face: Face,
    /// `None` for a picture: its steps are other pages.
    pub steps: Option<u16>,
    pub warnings: Vec<Warning>,
}

impl Growing {
    /// Every slide is known, and none can be seen yet.
    pub fn new(id: DeckId, name: String, outline: Outline) -> Self {
        let mut places = HashMap::new();
        let mut slides = Vec::new();
        for (at, slide) in outline.slides.into_iter().enumerate() {
            let steps = u16::try_from(slide.pages.len().saturating_sub(1)).unwrap_or(u16::MAX);
            let faces = vec![Face::pending(1_920, 1_080); slide.pages.len().max(1)];
            slides.push(Slide {
                title: format!("Slide {}", at + 1),
                steps,
                faces,
                notes: String::new(),
                text: String::new(),
            });
            for (step, page) in slide.pages.into_iter().enumerate() {
                places.insert(page, (at, step));
            }
        }
        let pages = u32::try_from(places.len()).unwrap_or(u32::MAX);
        let places: Vec<_> = (0..pages).filter_map(|page| places.remove(&page)).collect();
        Self {
            id,
            title: outline.title.unwrap_or(name),
            slides,
            done: vec![false; places.len()],
            places,
            warnings: outline.warnings.iter().map(in_words).collect(),
            untried: 0,
        }
    }

    /// # Errors
    /// Without any slide.
    pub fn deck(&self) -> Result<Deck, NoSlides> {
        Deck::new(self.id.clone(), self.title.clone(), self.slides.clone())
    }

    /// The page that is needed most when this slide (from 0) is shown: the first that is missing
    /// from there on, else the first.
    pub fn wanted(&self, slide: usize, taken: &[bool]) -> Option<u32> {
        let missing = |page: &usize| taken.get(*page) == Some(&false);
        let ahead = |page: &usize| self.places.get(*page).is_some_and(|(at, _)| *at >= slide);
        let mut pages = 0..self.places.len();
        let page = pages
            .clone()
            .filter(missing)
            .find(ahead)
            .or_else(|| pages.find(missing))?;
        u32::try_from(page).ok()
    }

    pub fn pages(&self) -> usize {
        self.places.len()
    }

    pub fn done(&self) -> &[bool] {
        &self.done
    }

    /// Takes a page in: its slide shows it.
    pub fn take(&mut self, page: u32, read: Read) {
        self.warnings.extend(read.warnings.iter().map(in_words));
        let Some((slide, step)) = self.place(page) else {
            return;
        };
        let Some(slide) = self.slides.get_mut(slide) else {
            return;
        };
        if let Some(shown) = slide.faces.get_mut(step) {
            *shown = read.face;
        }
        if let Some(steps) = read.steps {
            slide.steps = steps;
        }
        if let Some(title) = read.title.filter(|_| step == 0) {
            slide.title = title;
        }
        // The last step has all of its words, and steps are read in any order.
        if step + 1 == slide.faces.len() || slide.text.is_empty() {
            slide.text = read.text;
        }
        if let Some(notes) = read.notes.filter(|notes| !slide.notes.contains(notes)) {
            if !slide.notes.is_empty() {
                slide.notes.push_str("\n\n");
            }
            slide.notes.push_str(&notes);
        }
    }

    /// The deck goes on without this page.
    pub fn give_up(&mut self, page: u32, error: &PageError) {
        if matches!(error.reason, Reason::NotTried) {
            self.untried += 1;
        } else {
            self.warnings.push(format!("{error}; it is shown empty."));
        }
        if let Some((slide, step)) = self.place(page)
            && let Some(face) = self
                .slides
                .get_mut(slide)
                .and_then(|slide| slide.faces.get_mut(step))
        {
            face.html = Some(UNREADABLE.to_owned());
        }
    }

    /// All that is to be said, once there is nothing more to read.
    pub fn into_warnings(mut self) -> Vec<String> {
        if self.untried > 0 {
            self.warnings.push(format!(
                "{} more pages were not tried, because those before took too long; they are shown \
                 empty.",
                self.untried
            ));
        }
        self.warnings
    }

    fn place(&mut self, page: u32) -> Option<(usize, usize)> {
        let page = usize::try_from(page).ok()?;
        if let Some(done) = self.done.get_mut(page) {
            *done = true;
        }
        self.places.get(page).copied()
    }
}

/// Keeps a picture's renditions under their hashes.
///
/// # Errors
/// When they can't be written.
pub fn picture(parts: FaceParts, links: Vec<Link>, store: &dyn Store) -> io::Result<Face> {
    let FaceParts::Pictures {
        renditions,
        preview,
    } = parts
    else {
        return Ok(Face::pending(DESIGN.0, DESIGN.1));
    };
    let mut kept = Vec::new();
    for rendition in renditions {
        let name = format!("{}.webp", short_name(&Sha256::digest(&rendition.webp)));
        store.put_media(&name, &rendition.webp)?;
        kept.push(Rendition {
            url: format!("/media/{name}"),
            width: rendition.width,
            height: rendition.height,
        });
    }
    let (width, height) = kept
        .last()
        .map_or(DESIGN, |largest| (largest.width, largest.height));
    Ok(Face {
        renditions: kept,
        preview: Some(format!(
            "data:image/webp;base64,{}",
            BASE64.encode(&preview)
        )),
        links: links.iter().filter_map(placed).collect(),
        ..Face::pending(width, height)
    })
}

/// A page of HTML: the names in it become addresses.
pub fn written(html: &Html, pictures: &HashMap<String, Face>) -> Face {
    let mut markup = String::with_capacity(html.markup.len());
    let mut rest = html.markup.as_str();
    // In tags only: what looks the same in a slide's text, or in a picture's words, stays.
    while let Some((text, tag)) = rest.split_once('<') {
        markup.push_str(text);
        markup.push('<');
        rest = with_address(tag, pictures, &mut markup);
    }
    markup.push_str(rest);
    let classes = html.classes.join(" ");
    Face {
        html: Some(format!("<div class=\"page {classes}\">{markup}</div>")),
        ..Face::pending(DESIGN.0, DESIGN.1)
    }
}

/// Writes a tag's attributes, and gives what comes after the last.
fn with_address<'a>(
    mut rest: &'a str,
    pictures: &HashMap<String, Face>,
    markup: &mut String,
) -> &'a str {
    while let Some((before, after)) = rest.find(['"', '>']).map(|at| rest.split_at(at)) {
        let Some(after) = after.strip_prefix('"') else {
            break;
        };
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        rest = after;
        let Some(before) = before.strip_suffix(" data-file=") else {
            markup.push_str(before);
            markup.push('"');
            markup.push_str(value);
            markup.push('"');
            continue;
        };
        markup.push_str(before);
        let name = value
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", "\u{a0}")
            .replace("&amp;", "&");
        if let Some(picture) = pictures.get(&name).and_then(Face::rendition) {
            markup.push_str(&format!(" src=\"{}\"", picture.url));
        }
    }
    rest
}

/// A link that leads out of the deck, in ten-thousandths.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction from 0 to 1 was checked; Rust has no other way"
)]
fn placed(link: &Link) -> Option<deck::Link> {
    let Target::Url(url) = &link.target else {
        return None;
    };
    let share = |fraction: f32| (fraction.clamp(0.0, 1.0) * 10_000.0) as u16;
    Some(deck::Link {
        x: share(link.x),
        y: share(link.y),
        width: share(link.width),
        height: share(link.height),
        url: url.clone(),
    })
}

fn in_words(warning: &Warning) -> String {
    let place = match (warning.line, warning.page) {
        (Some(line), _) => format!("line {line}: "),
        (None, Some(page)) => format!("page {}: ", u64::from(page) + 1),
        (None, None) => String::new(),
    };
    format!("{place}{}", warning.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markup: &str) -> String {
        let html = Html {
            markup: markup.to_owned(),
            steps: 0,
            classes: vec!["cover".to_owned()],
            files: Vec::new(),
        };
        let face = Face {
            renditions: vec![Rendition {
                url: "/media/a.webp".to_owned(),
                width: 16,
                height: 9,
            }],
            ..Face::pending(16, 9)
        };
        let pictures = HashMap::from([("a \u{a0}<.png".to_owned(), face)]);
        let html = written(&html, &pictures).html.expect("HTML");
        let inner = html.strip_prefix("<div class=\"page cover\">");
        let inner = inner.and_then(|inner| inner.strip_suffix("</div>"));
        inner.expect("a page").to_owned()
    }

    #[test]
    fn a_picture_gets_its_address_and_one_that_is_not_there_none() {
        assert_eq!(
            shown("<p>a</p><img data-file=\"a &nbsp;&lt;.png\" alt=\"b\"><img data-file=\"c\">"),
            "<p>a</p><img src=\"/media/a.webp\" alt=\"b\"><img>"
        );
    }

    /// Taken for a name, it took the next tag's first quote with it: what stood in that tag's
    /// values was then markup.
    #[test]
    fn words_that_look_like_a_picture_are_words() {
        for markup in [
            "<p>Write data-file=\"x\" so: data-file=\"</p><a title=\"<b>\">c</a>",
            "<a title=\"x data-file=\" href=\"http://a\">c</a>",
            "<p>\"",
            "<p data-file=x>a < b",
        ] {
            assert_eq!(shown(markup), markup);
        }
    }
}
