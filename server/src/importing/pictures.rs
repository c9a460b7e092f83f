//! The pictures in a deck's HTML. Each is requested once, after the HTML, in the order of need.

use super::faces::written;
use model::deck::{Markup, Picture};
use reading::{segments::Segment, source::Html};
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Default)]
pub struct Pictures {
    asked: HashSet<String>,
    /// HTML with pending pictures, by page.
    waiting: BTreeMap<u32, Html>,
    /// Pictures by name. `None` is one that failed.
    there: HashMap<String, Option<Picture>>,
}

impl Pictures {
    /// A page with the pictures so far. [`Self::take`] returns it again with more pictures.
    pub fn show(&mut self, page: u32, html: Html) -> Markup {
        let shown = written(&html, &self.there);
        if !self.are_there(&html) {
            self.waiting.insert(page, html);
        }
        shown
    }

    /// The first picture on these pages that was not requested. Marks it as requested.
    pub fn next(&mut self, mut pages: impl Iterator<Item = u32>) -> Option<String> {
        let name = pages.find_map(|page| {
            let html = self.waiting.get(&page)?;
            let mut files = html.segments.iter().filter_map(Segment::file);
            let next = files.find(|name| !self.asked.contains(*name))?;
            Some(next.to_owned())
        })?;
        self.asked.insert(name.clone());
        Some(name)
    }

    /// The first page that waits for this picture.
    pub fn page_with(&self, name: &str) -> Option<u32> {
        let mut pages = self.waiting.iter();
        let (page, _) = pages.find(|(_, html)| html.shows(name))?;
        Some(*page)
    }

    /// Adds a picture, or that it failed. Returns the pages that show it, with what they show now.
    pub fn take(&mut self, name: &str, picture: Option<Picture>) -> Vec<(u32, Markup)> {
        self.there.insert(name.to_owned(), picture);
        let with = self.waiting.iter();
        let with = with.filter(|(_, html)| html.shows(name));
        let shown = with.map(|(page, html)| (*page, written(html, &self.there)));
        let shown = shown.collect();
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|_, html| !self.are_there(html));
        self.waiting = waiting;
        shown
    }

    fn are_there(&self, html: &Html) -> bool {
        let mut files = html.segments.iter().filter_map(Segment::file);
        files.all(|name| self.there.contains_key(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reading::segments::cut;

    fn html(files: &[&str]) -> Html {
        let images = files
            .iter()
            .map(|file| format!("<img data-file=\"{file}\">"));
        Html {
            segments: cut(&images.collect::<String>()),
            steps: 0,
            classes: Vec::new(),
        }
    }

    #[test]
    fn a_picture_is_asked_for_once_and_comes_to_every_page_that_shows_it() {
        let mut pictures = Pictures::default();
        pictures.show(0, html(&["a"]));
        pictures.show(1, html(&["logo", "b"]));
        pictures.show(2, html(&["logo"]));
        let mut asked = Vec::new();
        while let Some(name) = pictures.next([1, 2, 0].into_iter()) {
            asked.push(name);
        }
        assert_eq!(asked, ["logo", "b", "a"]);
        assert_eq!(pictures.page_with("logo"), Some(1));
        let pages =
            |shown: Vec<(u32, Markup)>| shown.into_iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(pages(pictures.take("logo", None)), [1, 2]);
        assert_eq!(pages(pictures.take("b", None)), [1]);
        assert_eq!(pictures.page_with("b"), None);
        // A later page finds the picture at once.
        pictures.show(3, html(&["logo"]));
        assert_eq!(pictures.next([3].into_iter()), None);
    }
}
