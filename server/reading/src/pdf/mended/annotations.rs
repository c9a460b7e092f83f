//! Chooses which annotations of a page are drawn, and how.

use super::{
    super::{
        layers::Layers,
        links::{is, leads_to_file},
    },
    groups::Found,
    shapes::{self, Shape},
    writer::Writer,
};
use hayro::{
    hayro_syntax::{
        object::{Array, Dict, Name, Object, Rect, Stream, String as PdfString},
        page::Page,
    },
    kurbo::{self, Affine, Shape as _},
};
use std::collections::BTreeSet;

/// The most annotations of a page. A reviewed plan has a few hundred.
const MOST: usize = 2_000;

/// Flags that hide an annotation on a screen (ISO 32000-2, table 167).
const HIDDEN: u32 = (1 << 1) | (1 << 5);

const MISSING: &str = "an annotation can't be drawn and is missing";
const FILM: &str = "a film or sound of it can't be played; its picture is shown where it has one";
const FILE: &str =
    "a link leads to a file on a computer, which the room can't open; it is left out";

#[derive(Default)]
pub struct Annotations<'a> {
    drawn: Vec<Drawn<'a>>,
    /// Whether hayro would draw them differently.
    pub need_mending: bool,
}

struct Drawn<'a> {
    area: Rect,
    look: Look<'a>,
}

enum Look<'a> {
    Own(Stream<'a>),
    /// Its own appearance, multiplied with the page below it.
    Marker(Stream<'a>),
    Made(Shape),
}

impl<'a> Annotations<'a> {
    pub fn of(
        page: &Page<'a>,
        layers: &Layers,
        found: &mut Found,
        said: &mut BTreeSet<&'static str>,
    ) -> Self {
        let mut these = Self::default();
        let annotations = page.raw().get::<Array<'a>>(b"Annots");
        let annotations = annotations.iter().flat_map(|them| them.iter::<Dict<'a>>());
        for annotation in annotations.take(MOST) {
            these.add(&annotation, page, layers, found, said);
        }
        these
    }

    fn add(
        &mut self,
        annotation: &Dict<'a>,
        page: &Page<'a>,
        layers: &Layers,
        found: &mut Found,
        said: &mut BTreeSet<&'static str>,
    ) {
        if annotation.get::<u32>(b"F").unwrap_or(0) & HIDDEN != 0 {
            return;
        }
        // The icon or bubble of a note is not drawn.
        let is_note = is(annotation, b"Text") || is(annotation, b"Popup");
        if is_note || !layers.shows(annotation) {
            self.need_mending |= annotation.contains_key(b"AP");
            return;
        }
        let has = |kinds: &[&[u8]]| kinds.iter().any(|kind| is(annotation, kind));
        if has(&[b"Movie", b"Screen", b"RichMedia", b"Sound", b"3D"]) {
            said.insert(FILM);
        }
        if leads_to_file(annotation) {
            said.insert(FILE);
        }
        let area = annotation.get::<Rect>(b"Rect");
        let Some(own) = appearance(annotation) else {
            if let Some(shape) = shapes::of(annotation) {
                self.need_mending = true;
                self.drawn.push(Drawn {
                    area: shape.area,
                    look: Look::Made(shape),
                });
            } else if annotation.contains_key(b"AP") || is_seen(annotation) {
                said.insert(MISSING);
            }
            return;
        };
        let Some(area) = area else { return };
        let blends = found.look_at(&own, page, layers);
        let look = if is(annotation, b"Highlight") && !blends {
            self.need_mending = true;
            Look::Marker(own)
        } else {
            Look::Own(own)
        };
        self.drawn.push(Drawn { area, look });
    }

    /// The annotations as an array.
    pub fn write(&self, writer: &mut Writer<'a, '_>) -> String {
        let mut written = String::new();
        for Drawn { area, look } in &self.drawn {
            let form = match look {
                Look::Own(stream) => writer.number(stream.obj_id()),
                Look::Marker(stream) => marker(stream, writer),
                Look::Made(shape) => made(shape, writer),
            };
            let area = super::sides(*area);
            written.push_str(&format!(
                "<< /Type /Annot /Subtype /Stamp /Rect {area} /AP << /N {form} 0 R >> >>\n"
            ));
        }
        written
    }
}

/// The appearance for its current state.
fn appearance<'a>(annotation: &Dict<'a>) -> Option<Stream<'a>> {
    let looks = annotation.get::<Dict<'a>>(b"AP")?;
    match looks.get::<Object<'a>>(b"N")? {
        Object::Stream(look) => Some(look),
        Object::Dict(states) => annotation
            .get::<Name<'_>>(b"AS")
            .and_then(|state| states.get::<Stream<'a>>(state.as_ref()))
            .or_else(|| states.get::<Stream<'a>>(b"Off")),
        _ => None,
    }
}

/// Whether viewers draw something for an annotation without an appearance.
fn is_seen(annotation: &Dict<'_>) -> bool {
    let has_value = || {
        let value = annotation.get::<PdfString<'_>>(b"V");
        value.is_some_and(|value| !value.as_bytes().is_empty())
    };
    let has_words = || {
        [&b"Contents"[..], b"RC"].iter().any(|key| {
            let words = annotation.get::<Object<'_>>(*key);
            words.is_some_and(
                |words| !matches!(words, Object::String(empty) if empty.as_bytes().is_empty()),
            )
        })
    };
    // Polygons may have their points in `Path`, which is not read here.
    let kinds: [&[u8]; 9] = [
        b"Stamp",
        b"Caret",
        b"FileAttachment",
        b"Redact",
        b"Watermark",
        b"Ink",
        b"Line",
        b"Polygon",
        b"PolyLine",
    ];
    kinds.iter().any(|kind| is(annotation, kind))
        || (is(annotation, b"FreeText") && has_words())
        || (is(annotation, b"Widget") && has_value())
}

fn marker(stream: &Stream<'_>, writer: &mut Writer<'_, '_>) -> usize {
    let form = writer.number(stream.obj_id());
    let dict = stream.dict();
    let [x0, y0, x1, y1] = dict.get::<[f64; 4]>(b"BBox").unwrap_or_default();
    let matrix = dict
        .get::<[f64; 6]>(b"Matrix")
        .map_or(Affine::IDENTITY, Affine::new);
    let area = kurbo::Rect::new(x0, y0, x1, y1).to_path(0.1);
    let kurbo::Rect { x0, y0, x1, y1 } = (matrix * area).bounding_box();
    let entries = format!(
        "/Type /XObject /Subtype /Form /BBox [{x0} {y0} {x1} {y1}] /Resources << \
         /XObject << /X {form} 0 R >> /ExtGState << /M << /BM /Multiply >> >> >>"
    );
    writer.add_stream(&entries, b"/M gs /X Do")
}

fn made(shape: &Shape, writer: &mut Writer<'_, '_>) -> usize {
    let mode = if shape.multiplies {
        "Multiply"
    } else {
        "Normal"
    };
    let opacity = shape.opacity;
    let entries = format!(
        "/Type /XObject /Subtype /Form /BBox {} /Resources << /Font << /F {} >> \
         /ExtGState << /G << /BM /{mode} /ca {opacity} /CA {opacity} >> >> >>",
        super::sides(shape.area),
        shape.font,
    );
    writer.add_stream(&entries, format!("/G gs {}", shape.content).as_bytes())
}
