//! A deck during its import: first its pages arrive, then the pictures in their HTML.
//!
//! A deck's id is the hash of its source and is known before a page is drawn, so a talk can show the first
//! slide while the rest is being read. A slide that the room waits for comes as one more event of the same
//! id, because the talk has not moved. The store gets the deck with its first slide, every ten seconds, and
//! when it is complete.

use super::{
    pictures::Pictures,
    workers::{PageError, Reason, Spent},
};
use crate::talks::{Place, Remark};
use model::deck::{self, Deck, DeckId, Face, Markup, NoSlides, Picture, Reading, Size, Slide};
use reading::{
    source::{Html, Link, Outline, Target, Warning},
    worker::protocol::Notes,
};
use std::collections::HashMap;

/// Stands in for a page that could not be read.
const UNREADABLE: &str = "<p class=\"pending\">This slide could not be read.</p>";

pub struct Growing {
    id: DeckId,
    title: String,
    slides: Vec<Slide>,
    /// The slide and step of each page.
    places: Vec<(usize, usize)>,
    /// For each page, whether it was requested, or need not be.
    asked: Vec<bool>,
    pictures: Pictures,
    pub warnings: Vec<Remark>,
    /// Sentences about content that another import may recover.
    missing: Vec<String>,
    /// Number of pages that were skipped because the deck used up its budget. They share one warning.
    untried: Option<(usize, Spent)>,
}

/// A page as it was read, with its picture stored.
pub struct Read {
    pub title: Option<String>,
    pub text: String,
    pub notes: Option<Notes>,
    pub links: Vec<Link>,
    pub look: Look,
    pub warnings: Vec<Warning>,
}

/// A stored picture of HTML, with warnings about missing parts.
pub struct StoredPicture {
    pub picture: Picture,
    pub warnings: Vec<Warning>,
}

pub enum Look {
    Picture(Picture),
    Html(Html),
}

impl Growing {
    /// A deck whose slides are known and pending.
    pub fn new(id: DeckId, name: String, outline: Outline) -> Self {
        let mut places = HashMap::new();
        let mut slides = Vec::new();
        for (at, slide) in outline.slides.into_iter().enumerate() {
            let steps = u16::try_from(slide.pages.len().saturating_sub(1)).unwrap_or(u16::MAX);
            let faces = vec![Face::Pending(Size::FULL_HD); slide.pages.len().max(1)];
            slides.push(Slide {
                title: format!("Slide {}", at + 1),
                steps,
                faces,
                notes: String::new(),
                notes_html: String::new(),
                minutes: slide.minutes,
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
            asked: vec![false; places.len()],
            pictures: Pictures::default(),
            places,
            warnings: outline
                .warnings
                .iter()
                .map(|warning| remark(warning, None))
                .collect(),
            missing: Vec::new(),
            untried: None,
        }
    }

    /// Takes over the pictures of an earlier import of the same files. Returns whether there were any.
    pub fn resume(&mut self, known: &Deck) -> bool {
        let shape = |slides: &[Slide]| slides.iter().map(|s| s.faces.len()).collect::<Vec<_>>();
        if shape(&self.slides) != shape(known.slides()) {
            return false;
        }
        for (page, (at, step)) in self.places.iter().enumerate() {
            let Some(old) = known.slides().get(*at) else {
                continue;
            };
            let face = old
                .faces
                .get(*step)
                .filter(|face| face.as_picture().is_some());
            if let (Some(face), Some(slide), Some(asked)) =
                (face, self.slides.get_mut(*at), self.asked.get_mut(page))
            {
                *asked = true;
                slide.title.clone_from(&old.title);
                slide.text.clone_from(&old.text);
                slide.notes.clone_from(&old.notes);
                slide.notes_html.clone_from(&old.notes_html);
                if let Some(shown) = slide.faces.get_mut(*step) {
                    shown.clone_from(face);
                }
            }
        }
        self.asked.contains(&true)
    }

    /// The deck so far.
    ///
    /// # Errors
    /// Without any slide.
    pub fn deck(&self) -> Result<Deck, NoSlides> {
        let mut deck = Deck::new(self.id.clone(), self.title.clone(), self.slides.clone())?;
        deck.reading = Reading::Underway;
        Ok(deck)
    }

    /// The complete deck, with sentences about what is missing.
    ///
    /// # Errors
    /// Without any slide.
    pub fn finished(&mut self) -> Result<Deck, NoSlides> {
        if let Some((untried, spent)) = self.untried.take() {
            let words = format!(
                "{untried} more pages were not tried, because {spent}; they are shown empty."
            );
            self.miss(Remark::from(words));
        }
        let mut deck = Deck::new(self.id.clone(), self.title.clone(), self.slides.clone())?;
        let missing = self.missing.join("\n");
        deck.reading = Reading::Done { missing };
        Ok(deck)
    }

    /// Marks the pages whose pictures are at most this wide to be requested again. Returns whether there
    /// are any.
    pub fn ask_again_up_to(&mut self, width: u32) -> bool {
        for ((at, step), asked) in self.places.iter().zip(&mut self.asked) {
            let face = self
                .slides
                .get(*at)
                .and_then(|slide| slide.faces.get(*step));
            *asked = !face.is_some_and(|face| is_picture_up_to(face, width));
        }
        self.asked.contains(&false)
    }

    /// Adds a larger picture of a page.
    pub fn sharpen(&mut self, page: u32, larger: Picture) {
        let Some((at, step)) = self.places.get(index(page)) else {
            return;
        };
        let slide = self.slides.get_mut(*at);
        if let Some(Face::Picture(picture)) = slide.and_then(|slide| slide.faces.get_mut(*step)) {
            picture.enlarge(larger);
        }
    }

    /// Chooses the next page to request when this slide (from 0) is shown: the first pending page from
    /// there on, else the first of all. Marks it as requested.
    pub fn next_page(&mut self, slide: usize) -> Option<u32> {
        let missing = |page: &u32| self.asked.get(index(*page)) == Some(&false);
        let page = self.by_need(slide).find(missing)?;
        self.ask(page);
        Some(page)
    }

    /// Like [`Self::next_page`], for the pictures in HTML.
    pub fn next_picture(&mut self, slide: usize) -> Option<String> {
        self.pictures.next(self.by_need(slide))
    }

    /// Like [`Self::next_picture`], only for pictures on this slide.
    pub fn next_picture_of(&mut self, slide: usize) -> Option<String> {
        let pages = self.by_need(slide);
        let own: Vec<u32> = pages
            .filter(|page| self.slide_of(*page) == Some(slide))
            .collect();
        self.pictures.next(own.into_iter())
    }

    fn by_need(&self, slide: usize) -> impl Iterator<Item = u32> + use<> {
        let pages = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let first = self.places.iter().position(|(at, _)| *at >= slide);
        let first = first.and_then(|first| u32::try_from(first).ok());
        let first = first.unwrap_or(pages);
        (first..pages).chain(0..first)
    }

    pub fn slide_of(&self, page: u32) -> Option<usize> {
        self.places.get(index(page)).map(|(slide, _)| *slide)
    }

    /// Adds a page to its slide.
    pub fn take(&mut self, page: u32, read: Read) {
        let slide = self.slide_of(page);
        for warning in read.warnings.iter().map(|warning| remark(warning, slide)) {
            // A warning about the deck may come with each page.
            let is_same = |it: &Remark| it.place == warning.place && it.reason == warning.reason;
            if !self.warnings.iter().any(is_same) {
                self.warnings.push(warning);
            }
        }
        self.ask(page);
        let links = read.links.iter().filter_map(|link| self.placed(link));
        let links = links.collect();
        let (face, steps) = match read.look {
            Look::Picture(picture) => (Face::Picture(Picture { links, ..picture }), None),
            Look::Html(html) => {
                let steps = html.steps;
                (Face::Markup(self.pictures.show(page, html)), Some(steps))
            }
        };
        let Some((slide, step)) = self.face(page, face) else {
            return;
        };
        if let Some(steps) = steps {
            slide.steps = steps;
        }
        if let Some(title) = read.title.filter(|_| step == 0) {
            slide.title = title;
        }
        // The last step has all words of the slide, and steps arrive in any order.
        if step + 1 == slide.faces.len() || slide.text.is_empty() {
            slide.text = read.text;
        }
        let notes = read.notes;
        if let Some(notes) = notes.filter(|notes| !slide.notes.contains(&notes.text)) {
            // Plain notes beside others have no HTML: then the text is shown.
            if slide.notes.is_empty() || !slide.notes_html.is_empty() && !notes.html.is_empty() {
                slide.notes_html.push_str(&notes.html);
            } else {
                slide.notes_html.clear();
            }
            if !slide.notes.is_empty() {
                slide.notes.push_str("\n\n");
            }
            slide.notes.push_str(&notes.text);
        }
    }

    /// Adds a picture of HTML. Returns the pages that show it.
    pub fn take_picture(&mut self, name: &str, picture: StoredPicture) -> Vec<u32> {
        let page = self.pictures.page_with(name);
        for mut warning in picture.warnings {
            warning.page = page;
            let slide = page.and_then(|page| self.slide_of(page));
            self.warnings.push(remark(&warning, slide));
        }
        self.show_picture(name, Some(picture.picture))
    }

    fn show_picture(&mut self, name: &str, picture: Option<Picture>) -> Vec<u32> {
        let shown = self.pictures.take(name, picture);
        let pages = shown.into_iter().map(|(page, markup)| {
            self.face(page, Face::Markup(markup));
            page
        });
        pages.collect()
    }

    /// Removes a picture that could not be read from the slides that show it.
    pub fn give_up_picture(&mut self, name: &str, reason: &Reason) {
        let page = self.pictures.page_with(name);
        let warning = Warning {
            line: None,
            page,
            reason: format!("the picture {name} {reason}"),
        };
        let slide = page.and_then(|page| self.slide_of(page));
        let remark = remark(&warning, slide);
        if reason.may_pass() {
            self.miss(remark);
        } else {
            self.warnings.push(remark);
        }
        self.show_picture(name, None);
    }

    /// Shows a placeholder for a page that could not be read.
    pub fn give_up(&mut self, page: u32, error: &PageError) {
        self.ask(page);
        if let Reason::NotTried(spent) = error.reason {
            let untried = self.untried.map_or(0, |(untried, _)| untried);
            self.untried = Some((untried + 1, spent));
        } else if error.reason.may_pass() {
            self.miss(Remark::from(format!("{error}; it is shown empty.")));
        } else {
            let words = format!("{error}; it is shown empty.");
            self.warnings.push(Remark::from(words));
        }
        let markup = Markup {
            size: Size::FULL_HD,
            html: UNREADABLE.to_owned(),
        };
        self.face(page, Face::Markup(markup));
    }

    fn miss(&mut self, remark: Remark) {
        self.missing.push(remark.to_string());
        self.warnings.push(remark);
    }

    fn ask(&mut self, page: u32) {
        if let Some(asked) = self.asked.get_mut(index(page)) {
            *asked = true;
        }
    }

    /// Puts a face at its page's place. Returns the slide and the step.
    fn face(&mut self, page: u32, face: Face) -> Option<(&mut Slide, usize)> {
        let (at, step) = *self.places.get(index(page))?;
        let slide = self.slides.get_mut(at)?;
        *slide.faces.get_mut(step)? = face;
        Some((slide, step))
    }

    /// Converts a link to the model's coordinates, in ten-thousandths.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a fraction from 0 to 1 was checked; Rust has no other way"
    )]
    fn placed(&self, link: &Link) -> Option<deck::Link> {
        let url = match &link.target {
            Target::Url(url) => url.clone(),
            Target::Page(page) => {
                let (slide, step) = *self.places.get(index(*page))?;
                deck::Link::to(slide + 1, step)
            }
        };
        let share = |fraction: f32| (fraction.clamp(0.0, 1.0) * 10_000.0) as u16;
        Some(deck::Link {
            x: share(link.x),
            y: share(link.y),
            width: share(link.width),
            height: share(link.height),
            url,
        })
    }
}

/// Whether a face is a picture of at most this width.
fn is_picture_up_to(face: &Face, width: u32) -> bool {
    let picture = face.as_picture();
    picture.is_some_and(|picture| picture.size().width <= width)
}

fn index(page: u32) -> usize {
    usize::try_from(page).unwrap_or(usize::MAX)
}

/// `slide` (from 0) shows the warning's page.
fn remark(warning: &Warning, slide: Option<usize>) -> Remark {
    let place = match (warning.line, warning.page) {
        (Some(line), _) => Place::Line(line),
        (None, Some(page)) => Place::Page(u64::from(page) + 1),
        (None, None) => Place::Deck,
    };
    Remark {
        place,
        // One about the deck may come with any page.
        slide: slide
            .filter(|_| place != Place::Deck)
            .map(|slide| slide + 1),
        reason: warning.reason.clone(),
    }
}
