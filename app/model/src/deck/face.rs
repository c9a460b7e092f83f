//! What a slide looks like at one of its steps.

use super::SlideNumber;
use serde::{Deserialize, Serialize};

/// A picture in several sizes, or HTML at a fixed design size. While a deck is still being
/// imported it may be neither: then only its shape is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// Its shape: pixels of the largest rendition, or of the design that HTML is written for.
    pub width: u32,
    pub height: u32,
    /// The same picture in several sizes, smallest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renditions: Vec<Rendition>,
    /// Sanitised: an element of the class `page`, as large as `width` and `height` say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// A few pixels of it, as a `data:` URL: what is seen until the picture has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// One size of a picture, as a browser fetches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Root-relative, with the content's hash in it: whoever was given the name may fetch it.
    pub url: String,
    /// Pixels as displayed, after the picture's own orientation is applied.
    pub width: u32,
    pub height: u32,
}

/// A part of a picture that leads somewhere. Ten-thousandths of the picture's width and height,
/// from its top left: 0 to 10,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
    /// http, https or mailto; or, to a slide of the same deck, `?slide=7`.
    pub url: String,
}

impl Link {
    /// The address of a slide (from 1) of the same deck, whatever page of its talk shows the link.
    pub fn to(slide: usize, step: usize) -> String {
        match step {
            0 => format!("?slide={slide}"),
            step => format!("?slide={slide}&step={step}"),
        }
    }

    /// The slide and step that such an address leads to.
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

    /// Of something that is not there yet.
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

    /// For a browser that does not choose by itself: the best that is not larger than a full-HD
    /// screen.
    pub fn rendition(&self) -> Option<&Rendition> {
        let fits = |rendition: &&Rendition| rendition.width <= 1_920;
        let largest = self.renditions.iter().rev().find(fits);
        largest.or_else(|| self.renditions.first())
    }

    /// For a small picture of it.
    pub fn thumbnail(&self) -> Option<&Rendition> {
        self.renditions.first()
    }

    /// What a browser chooses from: `srcset` of an image.
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
