//! Chooses the size of a slide's type, so that all of it fits and little of it is not lost. It measures the
//! slide as browsers lay it out: the same typefaces, the same places to break a line, the theme's sizes.

mod boxes;
mod formula;
mod layout;
mod typefaces;

/// The theme's `fit-NN` classes, largest first. 100 needs no class.
const SCALES: [u16; 9] = [100, 92, 84, 76, 68, 60, 52, 44, SMALLEST];
const SMALLEST: u16 = 36;
/// For a body that fills no more than this share of its space, in percent: it has room for larger type.
const SPARSE: [(u16, f32); 2] = [(125, 42.0), (112, 60.0)];

/// The smallest scale that is readable from the back of a room.
pub const READABLE: u16 = 60;

const WIDTH: f32 = 1280.0;
const HEIGHT: f32 = 720.0;
/// The design size of the type, in pixels.
const TYPE: f32 = 36.0;
/// The space around a slide's body, in pixels.
const SIDES: f32 = 160.0;
const ENDS: f32 = 112.0;

/// The measures of a slide that is composed as a whole: sizes relative to its type, or 0 where they are
/// those of any slide.
#[derive(Debug, Clone, Copy)]
pub struct Composition {
    heading: f32,
    heading_line: f32,
    paragraph: f32,
    paragraph_line: f32,
    quote: f32,
    sides: f32,
    ends: f32,
}

impl Composition {
    /// `class` is the theme's class of a layout.
    fn of(class: Option<&str>) -> Self {
        let plain = Self {
            heading: 0.0,
            heading_line: 1.15,
            paragraph: 0.0,
            paragraph_line: 1.35,
            quote: 0.0,
            sides: SIDES,
            ends: ENDS,
        };
        match class {
            Some("cover") => Self {
                heading: 100.0 / TYPE,
                heading_line: 1.05,
                paragraph: 1.1,
                sides: 232.0,
                // The last line is at the slide's foot.
                ends: 200.0,
                ..plain
            },
            Some("section") => Self {
                heading: 88.0 / TYPE,
                heading_line: 1.08,
                sides: 192.0,
                ends: 176.0,
                ..plain
            },
            Some("end") => Self {
                heading: 100.0 / TYPE,
                heading_line: 1.08,
                paragraph: 1.1,
                ..plain
            },
            Some("center") => Self {
                heading: 70.0 / TYPE,
                paragraph: 41.0 / TYPE,
                ..plain
            },
            Some("statement") => Self {
                heading: 68.0 / TYPE,
                heading_line: 1.2,
                paragraph: 68.0 / TYPE,
                paragraph_line: 1.2,
                sides: 256.0,
                ..plain
            },
            Some("fact") => Self {
                heading: 190.0 / TYPE,
                heading_line: 1.0,
                paragraph: 1.2,
                ..plain
            },
            Some("quote") => Self {
                quote: 54.0 / TYPE,
                sides: 272.0,
                ..plain
            },
            _ => plain,
        }
    }

    fn is_plain(&self) -> bool {
        self.heading == 0.0 && self.quote == 0.0
    }
}

/// The scale in percent at which the slide fits. `beside` is the share of the slide's width that a picture
/// beside its text takes, in percent. `layout` is the theme's class of its layout.
pub fn scale(markup: &str, beside: Option<u16>, layout: Option<&str>) -> u16 {
    let composition = Composition::of(layout);
    let picture = WIDTH * f32::from(beside.unwrap_or(0)) / 100.0;
    let width = WIDTH - picture - composition.sides;
    let space = HEIGHT - composition.ends;
    let root = boxes::of(markup);
    let height = |scale: u16| {
        let size = TYPE * f32::from(scale) / 100.0;
        layout::height(&root, width, size, composition)
    };
    // A picture takes the space that words leave.
    let has_room = composition.is_plain() && !markup.contains("<img");
    let sparse = SPARSE.into_iter().filter(|_| has_room);
    let sparse = sparse.filter(|(scale, share)| {
        height(*scale).is_some_and(|height| height <= space * share / 100.0)
    });
    let fits = |scale: &u16| height(*scale).is_some_and(|height| height <= space);
    sparse
        .map(|(scale, _)| scale)
        .chain(SCALES.into_iter().filter(fits))
        .next()
        .unwrap_or(SMALLEST)
}

#[cfg(test)]
mod tests;
