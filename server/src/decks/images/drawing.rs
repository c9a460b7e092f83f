//! A drawing: SVG. Asks nobody for anything: no file, no other host, fonts of this machine only.

use super::{kind::Kind, picture};
use crate::decks::{
    renditions::WIDEST,
    source::{Pixels, SourceError},
    text,
};
use resvg::{
    tiny_skia::{Color, Pixmap, Transform},
    usvg::{
        FontResolver, ImageHrefResolver, Options, Tree,
        fontdb::{Database, Family, Query},
        roxmltree::{Document, ParsingOptions},
    },
};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// Elements and words between them.
const MAX_NODES: u32 = 200_000;

/// Elements inside elements. Reading one is a recursion for each level.
const MAX_DEPTH: usize = 200;

/// Families that stand for "serif" and so on, the first that a machine has.
const SERIF: [&str; 5] = [
    "Times New Roman",
    "Liberation Serif",
    "Noto Serif",
    "DejaVu Serif",
    "Times",
];
const SANS: [&str; 6] = [
    "Arial",
    "Helvetica",
    "Liberation Sans",
    "Noto Sans",
    "DejaVu Sans",
    "Cantarell",
];
const MONOSPACE: [&str; 5] = [
    "Courier New",
    "Liberation Mono",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
    "Menlo",
];

/// The machine's fonts, looked for when the first text asks: it takes long, and most drawings have
/// none.
#[derive(Default)]
pub struct Fonts(OnceLock<Arc<Database>>);

impl Fonts {
    fn all(&self) -> &Arc<Database> {
        self.0.get_or_init(|| {
            let mut fonts = Database::new();
            fonts.load_system_fonts();
            let first = |families: &[&str]| {
                families
                    .iter()
                    .find(|family| has_family(&fonts, family))
                    .map(|family| (*family).to_owned())
            };
            let (serif, sans, monospace) = (first(&SERIF), first(&SANS), first(&MONOSPACE));
            if let Some(family) = serif.or_else(|| sans.clone()) {
                fonts.set_serif_family(family);
            }
            if let Some(family) = sans {
                fonts.set_sans_serif_family(family);
            }
            if let Some(family) = monospace {
                fonts.set_monospace_family(family);
            }
            Arc::new(fonts)
        })
    }
}

fn has_family(fonts: &Database, family: &str) -> bool {
    let query = Query {
        families: &[Family::Name(family)],
        ..Query::default()
    };
    fonts.query(&query).is_some()
}

pub struct Drawn {
    pub pixels: Pixels,
    /// What could not be drawn, in words for the person.
    pub warnings: Vec<String>,
}

/// Draws as large as a slide is ever shown, on white.
///
/// Pictures in it have so many `pixels` at most.
pub fn draw(name: &str, content: &[u8], fonts: &Fonts, pixels: u64) -> Result<Drawn, SourceError> {
    let text = text::decoded(content);
    if text.is_damaged {
        return Err(broken(name));
    }
    let text = text.text.trim_start_matches('\u{feff}');
    // Drawing programs declare entities. roxmltree bounds how deep they unfold.
    let rules = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, rules).map_err(|error| match error {
        resvg::usvg::roxmltree::Error::NodesLimitReached => too_complicated(name),
        _ => broken(name),
    })?;
    if is_deeper_than(&document, MAX_DEPTH) {
        return Err(too_complicated(name));
    }
    let left_out = LeftOut::default();
    let tree = Tree::from_xmltree(&document, &options(fonts, &left_out, pixels))
        .map_err(|_| broken(name))?;
    let pixels = painted(&tree).ok_or_else(|| broken(name))?;
    Ok(Drawn {
        pixels,
        warnings: left_out.sentences(name),
    })
}

fn broken(name: &str) -> SourceError {
    SourceError::Damaged(format!(
        "{name} is not a drawing that can be read; save it again as plain SVG, or as PNG"
    ))
}

fn too_complicated(name: &str) -> SourceError {
    SourceError::TooLarge(format!("{name} is too complicated to draw; save it as PNG"))
}

fn is_deeper_than(document: &Document<'_>, limit: usize) -> bool {
    // Without recursion, which is what this guards.
    let mut level = vec![document.root()];
    for _ in 0..=limit {
        level = level.iter().flat_map(|node| node.children()).collect();
        if level.is_empty() {
            return false;
        }
    }
    true
}

#[derive(Default)]
struct LeftOut {
    elsewhere: AtomicBool,
    picture: AtomicBool,
    text: AtomicBool,
}

impl LeftOut {
    fn sentences(&self, name: &str) -> Vec<String> {
        [
            (
                &self.elsewhere,
                "shows pictures from elsewhere, which are left out; embed them",
            ),
            (
                &self.picture,
                "has a picture inside that can't be read or is too large; left out",
            ),
            (
                &self.text,
                "has text, but this machine has no fonts; turn the text into paths",
            ),
        ]
        .iter()
        .filter(|(is_so, _)| is_so.load(Relaxed))
        .map(|(_, words)| format!("{name} {words}."))
        .collect()
    }
}

fn options<'a>(fonts: &'a Fonts, left_out: &'a LeftOut, pixels: u64) -> Options<'a> {
    let embedded = ImageHrefResolver::default_data_resolver();
    let by_name = FontResolver::default_font_selector();
    Options {
        image_href_resolver: ImageHrefResolver {
            // resvg decodes pictures without limits; so their headers are read here before.
            resolve_data: Box::new(move |media_type, data, options| {
                let is_safe = match Kind::of(&data) {
                    Kind::Picture(format) => picture::is_within_limits(&data, format, pixels),
                    // A drawing in a drawing could hide what the checks above look for.
                    Kind::Drawing | Kind::Empty | Kind::Other(_) => false,
                };
                let resolved = is_safe.then(|| embedded(media_type, data, options));
                resolved.flatten().or_else(|| {
                    left_out.picture.store(true, Relaxed);
                    None
                })
            }),
            resolve_string: Box::new(|_, _| {
                left_out.elsewhere.store(true, Relaxed);
                None
            }),
        },
        font_resolver: FontResolver {
            select_font: Box::new(move |font, loaded| {
                // The drawing starts with no fonts at all, so taking another set loses none.
                if loaded.is_empty() {
                    *loaded = Arc::clone(fonts.all());
                }
                let found =
                    by_name(font, loaded).or_else(|| loaded.faces().next().map(|face| face.id));
                if found.is_none() {
                    left_out.text.store(true, Relaxed);
                }
                found
            }),
            select_fallback: FontResolver::default_fallback_selector(),
        },
        ..Options::default()
    }
}

fn painted(tree: &Tree) -> Option<Pixels> {
    let size = tree.size().to_int_size();
    let fitting = size.scale_to(resvg::tiny_skia::IntSize::from_wh(WIDEST, WIDEST)?);
    let scale_x = f32_of(fitting.width())? / tree.size().width();
    let scale_y = f32_of(fitting.height())? / tree.size().height();
    let mut canvas = Pixmap::new(fitting.width(), fitting.height())?;
    // On white, so that no pixel is transparent, and premultiplied is the same as straight.
    canvas.fill(Color::WHITE);
    resvg::render(
        tree,
        Transform::from_scale(scale_x, scale_y),
        &mut canvas.as_mut(),
    );
    Some(Pixels {
        width: fitting.width(),
        height: fitting.height(),
        rgba: canvas.take(),
    })
}

fn f32_of(side: u32) -> Option<f32> {
    u16::try_from(side).ok().map(f32::from)
}
