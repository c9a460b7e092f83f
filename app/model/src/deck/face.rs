//! The look of a slide at one of its steps.

use super::SlideNumber;
use serde::{Deserialize, Serialize};

/// A picture in several sizes, or HTML at a fixed design size. While the deck is being imported it may
/// be [pending](Self::is_pending): then only its shape is known.
///
/// ```
/// use model::deck::{Face, Rendition};
///
/// let url = "/media/c0ffee.webp".to_owned();
/// let face = Face::picture(Rendition { url, width: 1_920, height: 1_080 });
/// assert!(!face.is_pending());
/// assert_eq!(face.srcset(), "/media/c0ffee.webp 1920w");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// In pixels: the size of the largest rendition, or the design size of the HTML.
    pub width: u32,
    pub height: u32,
    /// The picture, smallest size first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renditions: Vec<Rendition>,
    /// Sanitised: one element of the class `page`, `width` by `height` pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// A few pixels of the picture, as a `data:` URL, to show until it is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// One size of a picture, as a browser fetches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Root-relative. It contains the hash of the content, which nobody can guess: to know it is to be
    /// allowed to fetch it.
    pub url: String,
    /// In pixels as displayed, after the picture's orientation is applied.
    pub width: u32,
    pub height: u32,
}

/// A hyperlink on a picture. Its area is in ten-thousandths of the picture's width and height, from the
/// top left: 0 to 10,000.
///
/// ```
/// use model::deck::Link;
///
/// assert_eq!(Link::to(7, 2), "?slide=7&step=2");
/// let place = Link::place("?slide=7&step=2").expect("a slide");
/// assert_eq!((place.0.get(), place.1), (7, 2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
    /// http, https or mailto; or `?slide=7`, for a slide of the same deck.
    pub url: String,
}

impl Link {
    /// The address of a `slide` (from 1) of the same deck, relative to any page of its talk.
    pub fn to(slide: usize, step: usize) -> String {
        match step {
            0 => format!("?slide={slide}"),
            step => format!("?slide={slide}&step={step}"),
        }
    }

    /// The slide and step of such an address; `None` for any other.
    pub fn place(url: &str) -> Option<(SlideNumber, u16)> {
        let place = url.strip_prefix("?slide=")?;
        let (slide, step) = place.split_once('&').unwrap_or((place, "step=0"));
        let step = step.strip_prefix("step=")?.parse().ok()?;
        Some((SlideNumber::new(slide.parse().ok()?)?, step))
    }
}

impl Face {
    /// One picture in one size.
    pub fn picture(rendition: Rendition) -> Self {
        Self {
            renditions: vec![rendition.clone()],
            ..Self::pending(rendition.width, rendition.height)
        }
    }

    /// A face of which only the shape is known.
    pub const fn pending(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            renditions: Vec::new(),
            html: None,
            preview: None,
            links: Vec::new(),
        }
    }

    pub fn is_pending(&self) -> bool {
        self.renditions.is_empty() && self.html.is_none()
    }

    /// For a browser that does not choose from `srcset`: the largest that is at most 1,920 pixels wide,
    /// else the smallest.
    pub fn rendition(&self) -> Option<&Rendition> {
        let fits = |rendition: &&Rendition| rendition.width <= 1_920;
        let largest = self.renditions.iter().rev().find(fits);
        largest.or_else(|| self.renditions.first())
    }

    /// The smallest.
    pub fn thumbnail(&self) -> Option<&Rendition> {
        self.renditions.first()
    }

    /// The value of an image's `srcset`.
    pub fn srcset(&self) -> String {
        let sizes = self
            .renditions
            .iter()
            .map(|rendition| format!("{} {}w", rendition.url, rendition.width));
        sizes.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(widths: &[u32]) -> Face {
        let rendition = |width: &u32| Rendition {
            url: format!("/media/{width}.webp"),
            width: *width,
            height: width / 2,
        };
        Face {
            renditions: widths.iter().map(rendition).collect(),
            ..Face::pending(3_840, 1_920)
        }
    }

    #[test]
    fn a_link_to_a_slide_leads_there() {
        for (slide, step) in [(1, 0), (7, 0), (31, 2)] {
            let (found, at) = Link::place(&Link::to(slide, step)).expect("a place");
            assert_eq!(found.to_string(), slide.to_string());
            assert_eq!(usize::from(at), step);
        }
        for other in [
            "https://a.example/?slide=1",
            "?slide=0",
            "?slide=x",
            "?slide=1&step=",
            "",
        ] {
            assert_eq!(Link::place(other), None, "{other}");
        }
    }

    #[test]
    fn a_browser_chooses_from_all_sizes_and_an_old_one_gets_a_good_one() {
        let face = sizes(&[640, 1_920, 3_840]);
        assert_eq!(
            face.srcset(),
            "/media/640.webp 640w, /media/1920.webp 1920w, /media/3840.webp 3840w"
        );
        assert_eq!(face.rendition().map(|it| it.width), Some(1_920));
        assert_eq!(face.thumbnail().map(|it| it.width), Some(640));
        let large = sizes(&[4_000]);
        assert_eq!(large.rendition().map(|it| it.width), Some(4_000));
        assert!(sizes(&[]).is_pending());
    }
}
