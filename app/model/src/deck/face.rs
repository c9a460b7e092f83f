//! The look of a slide at one of its steps.

use super::SlideNumber;
use serde::{Deserialize, Serialize};
use std::iter;

/// What a slide shows at one of its steps.
///
/// ```
/// use model::deck::{Face, Rendition};
///
/// let url = "/media/c0ffee.webp".to_owned();
/// let face = Face::picture(Rendition { url, width: 1_920, height: 1_080 });
/// let picture = face.as_picture().expect("a picture");
/// assert_eq!(picture.srcset(), "/media/c0ffee.webp 1920w");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FaceFields", into = "FaceFields")]
pub enum Face {
    /// The page is still to be imported. Its size may be a guess.
    Pending(Size),
    Picture(Picture),
    Markup(Markup),
}

/// In pixels. A browser scales a face to its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// A picture in at least one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub smallest: Rendition,
    /// In ascending order.
    pub larger: Vec<Rendition>,
    /// A few pixels of the picture, as a `data:` URL, to show until it is loaded.
    pub preview: Option<String>,
    pub links: Vec<Link>,
}

/// HTML at a fixed design size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markup {
    pub size: Size,
    /// Sanitised: one element of the class `page`, of this size.
    pub html: String,
}

/// A [`Face`] in JSON: one flat object, whatever it shows.
#[derive(Serialize, Deserialize)]
struct FaceFields {
    width: u32,
    height: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    renditions: Vec<Rendition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preview: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
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

impl Size {
    /// The size to expect of a slide of which nothing is known.
    pub const FULL_HD: Self = Self {
        width: 1_920,
        height: 1_080,
    };
}

impl Face {
    /// A picture in one size.
    pub fn picture(rendition: Rendition) -> Self {
        Self::Picture(rendition.into())
    }

    pub const fn pending(width: u32, height: u32) -> Self {
        Self::Pending(Size { width, height })
    }

    pub fn size(&self) -> Size {
        match self {
            Self::Pending(size) => *size,
            Self::Picture(picture) => picture.size(),
            Self::Markup(markup) => markup.size,
        }
    }

    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Pending(_))
    }

    pub const fn as_picture(&self) -> Option<&Picture> {
        match self {
            Self::Picture(picture) => Some(picture),
            Self::Pending(_) | Self::Markup(_) => None,
        }
    }
}

impl Picture {
    /// The size of the largest rendition.
    pub fn size(&self) -> Size {
        let Rendition { width, height, .. } = *self.larger.last().unwrap_or(&self.smallest);
        Size { width, height }
    }

    /// Smallest first.
    pub fn renditions(&self) -> impl Iterator<Item = &Rendition> {
        iter::once(&self.smallest).chain(&self.larger)
    }

    /// Adds the sizes of the same picture that are larger than its own.
    pub fn enlarge(&mut self, other: Self) {
        let width = self.size().width;
        let others = iter::once(other.smallest).chain(other.larger);
        self.larger.extend(others.filter(|it| it.width > width));
    }

    /// For a browser that does not choose from `srcset`: the largest that is at most 1,920 pixels wide,
    /// else the smallest.
    pub fn rendition(&self) -> &Rendition {
        let fits = |rendition: &&Rendition| rendition.width <= 1_920;
        let largest = self.larger.iter().rev().find(fits);
        largest.unwrap_or(&self.smallest)
    }

    /// The value of an image's `srcset`.
    pub fn srcset(&self) -> String {
        let sizes = self
            .renditions()
            .map(|rendition| format!("{} {}w", rendition.url, rendition.width));
        sizes.collect::<Vec<_>>().join(", ")
    }
}

impl From<Rendition> for Picture {
    fn from(rendition: Rendition) -> Self {
        Self {
            smallest: rendition,
            larger: Vec::new(),
            preview: None,
            links: Vec::new(),
        }
    }
}

impl From<FaceFields> for Face {
    fn from(mut fields: FaceFields) -> Self {
        let size = Size {
            width: fields.width,
            height: fields.height,
        };
        if let Some(html) = fields.html {
            return Self::Markup(Markup { size, html });
        }
        if fields.renditions.is_empty() {
            return Self::Pending(size);
        }
        Self::Picture(Picture {
            smallest: fields.renditions.remove(0),
            larger: fields.renditions,
            preview: fields.preview,
            links: fields.links,
        })
    }
}

impl From<Face> for FaceFields {
    fn from(face: Face) -> Self {
        let Size { width, height } = face.size();
        let bare = Self {
            width,
            height,
            renditions: Vec::new(),
            html: None,
            preview: None,
            links: Vec::new(),
        };
        match face {
            Face::Pending(_) => bare,
            Face::Picture(picture) => Self {
                renditions: iter::once(picture.smallest).chain(picture.larger).collect(),
                preview: picture.preview,
                links: picture.links,
                ..bare
            },
            Face::Markup(markup) => Self {
                html: Some(markup.html),
                ..bare
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(widths: &[u32]) -> Picture {
        let rendition = |width: &u32| Rendition {
            url: format!("/media/{width}.webp"),
            width: *width,
            height: width / 2,
        };
        let (smallest, larger) = widths.split_first().expect("a width");
        Picture {
            larger: larger.iter().map(rendition).collect(),
            ..Picture::from(rendition(smallest))
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
        let several = picture(&[640, 1_920, 3_840]);
        assert_eq!(
            several.srcset(),
            "/media/640.webp 640w, /media/1920.webp 1920w, /media/3840.webp 3840w"
        );
        assert_eq!(several.rendition().width, 1_920);
        assert_eq!(several.size().height, 1_920);
        assert_eq!(picture(&[4_000]).rendition().width, 4_000);
    }

    #[test]
    fn a_face_is_stored_as_it_always_was() {
        let link = r#"{"x":1,"y":2,"width":3,"height":4,"url":"?slide=7"}"#;
        let rendition = r#"{"url":"/media/a.webp","width":16,"height":9}"#;
        for (json, is_pending) in [
            (r#"{"width":16,"height":9}"#.to_owned(), true),
            (
                r#"{"width":1280,"height":720,"html":"<p>a</p>"}"#.to_owned(),
                false,
            ),
            (
                format!(
                    r#"{{"width":32,"height":18,"renditions":[{rendition},{{"url":"/media/b.webp","width":32,"height":18}}],"preview":"data:,","links":[{link}]}}"#
                ),
                false,
            ),
            (
                format!(r#"{{"width":16,"height":9,"renditions":[{rendition}]}}"#),
                false,
            ),
        ] {
            let face: Face = serde_json::from_str(&json).expect("a face");
            assert_eq!(face.is_pending(), is_pending, "{json}");
            assert_eq!(serde_json::to_string(&face).expect("JSON"), json);
        }
    }

    #[test]
    fn fields_that_do_not_belong_to_what_a_face_shows_are_ignored() {
        let json = r#"{"width":16,"height":9,"preview":"data:,","links":[{"x":1,"y":2,"width":3,"height":4,"url":"?slide=7"}]}"#;
        let face: Face = serde_json::from_str(json).expect("a face");
        assert_eq!(face, Face::pending(16, 9));
    }
}
