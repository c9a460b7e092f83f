//! Draws SVG. Reads no other file and asks no other host; only this machine's fonts are used.

use super::{background, kind::Kind, labels, picture};
use crate::{
    renditions::WIDEST,
    source::{Pixels, SourceError},
    text,
};
use resvg::{
    tiny_skia::{Color, Pixmap, Transform},
    usvg::{
        Font, FontFamily, FontResolver, FontStyle, ImageHrefResolver, Options, Tree,
        fontdb::{self, Database, Family, Query, Style, Weight},
        roxmltree::{Document, ParsingOptions},
    },
};
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// The most nodes: elements and text.
const MAX_NODES: u32 = 200_000;

/// The deepest nesting of elements, because parsing is recursive.
const MAX_DEPTH: usize = 200;

/// Families for "serif" and so on. The first that the machine has is used.
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

/// The machine's fonts, for all drawings of this process. Loaded with the first text, because it takes long,
/// and most drawings have no text.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
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
});

fn has_family(fonts: &Database, family: &str) -> bool {
    let query = Query {
        families: &[Family::Name(family)],
        ..Query::default()
    };
    fonts.query(&query).is_some()
}

pub struct Drawn {
    pub pixels: Pixels,
    /// Sentences for the user about what could not be drawn.
    pub warnings: Vec<String>,
}

/// Draws on white, as large as a slide is ever shown. Each picture in it may have up to `pixels`.
pub fn draw(name: &str, content: &[u8], pixels: u64) -> Result<Drawn, SourceError> {
    let text = text::xml(content);
    if text.is_damaged {
        return Err(broken(name));
    }
    let text = text.text.trim_start_matches('\u{feff}');
    let document = parsed(name, text)?;
    if is_deeper_than(&document, MAX_DEPTH) {
        return Err(too_complicated(name));
    }
    let left_out = LeftOut::default();
    let background = background::written(&document, text);
    left_out.background.store(background.is_lossy, Relaxed);
    let text = background.text.as_deref().unwrap_or(text);
    let document = match &background.text {
        Some(text) => parsed(name, text)?,
        None => document,
    };
    let labels = labels::written(&document, text);
    left_out.html.store(labels.is_lossy, Relaxed);
    let document = match &labels.text {
        Some(text) => parsed(name, text)?,
        None => document,
    };
    let tree =
        Tree::from_xmltree(&document, &options(&left_out, pixels)).map_err(|_| broken(name))?;
    let pixels = painted(&tree).ok_or_else(|| broken(name))?;
    Ok(Drawn {
        pixels,
        warnings: left_out.sentences(name),
    })
}

fn parsed<'a>(name: &str, text: &'a str) -> Result<Document<'a>, SourceError> {
    // Drawing programs declare entities. roxmltree limits their expansion.
    let rules = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, rules).map_err(|error| match error {
        resvg::usvg::roxmltree::Error::NodesLimitReached => too_complicated(name),
        _ => broken(name),
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
    // Not recursive itself, because it guards against recursion.
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
    html: AtomicBool,
    background: AtomicBool,
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
            (
                &self.html,
                "has parts written as HTML, which are left out but for their words; export it \
                 without HTML labels, or as PNG",
            ),
            (
                &self.background,
                "has a background that is not a plain colour; left out",
            ),
        ]
        .iter()
        .filter(|(is_so, _)| is_so.load(Relaxed))
        .map(|(_, words)| format!("{name} {words}."))
        .collect()
    }
}

fn options(left_out: &LeftOut, pixels: u64) -> Options<'_> {
    let embedded = ImageHrefResolver::default_data_resolver();
    let by_name = FontResolver::default_font_selector();
    Options {
        image_href_resolver: ImageHrefResolver {
            // resvg decodes pictures without limits, so their headers are checked here.
            resolve_data: Box::new(move |media_type, data, options| {
                let is_safe = match Kind::of(&data) {
                    Kind::Picture(format) => picture::is_within_limits(&data, format, pixels),
                    // A nested drawing could evade the checks above.
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
                // The set is empty at first, so replacing it loses nothing.
                if loaded.is_empty() {
                    *loaded = Arc::clone(&FONTS);
                }
                let found = plain_face(font, loaded)
                    .or_else(|| by_name(font, loaded))
                    .or_else(|| loaded.faces().next().map(|face| face.id));
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

/// The machine's sans-serif, if it has none of the requested families. usvg would fall back to a serif, even
/// for Helvetica.
fn plain_face(font: &Font, fonts: &Database) -> Option<fontdb::ID> {
    let families = font.families();
    let is_serif = |name: &str| {
        ["serif", "times", "georgia"].iter().any(|word| {
            let name = name.to_ascii_lowercase();
            name.contains(word) && !name.contains("sans")
        })
    };
    let is_known = families.iter().any(|family| match family {
        FontFamily::Named(name) => has_family(fonts, name) || is_serif(name),
        _ => true,
    });
    if is_known {
        return None;
    }
    fonts.query(&Query {
        families: &[Family::SansSerif],
        weight: Weight(font.weight()),
        style: match font.style() {
            FontStyle::Normal => Style::Normal,
            FontStyle::Italic => Style::Italic,
            FontStyle::Oblique => Style::Oblique,
        },
        ..Query::default()
    })
}

fn painted(tree: &Tree) -> Option<Pixels> {
    let size = tree.size().to_int_size();
    let fitting = size.scale_to(resvg::tiny_skia::IntSize::from_wh(WIDEST, WIDEST)?);
    let scale_x = f32_of(fitting.width())? / tree.size().width();
    let scale_y = f32_of(fitting.height())? / tree.size().height();
    let mut canvas = Pixmap::new(fitting.width(), fitting.height())?;
    // It is drawn on white, so no pixel is transparent, and premultiplied equals straight alpha.
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
