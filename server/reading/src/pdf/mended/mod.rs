//! Rewrites pages that hayro 0.9 would draw wrongly: with groups that are not isolated, membership
//! expressions and usage of layers, layers of annotations, annotations without an appearance, highlights
//! that don't declare to multiply, or symbol fonts that are not embedded. Such a page is copied into a
//! document of its own, with equivalents that hayro supports.

mod annotations;
mod groups;
mod shapes;
mod symbols;
mod typed;
mod writer;

use super::layers::Layers;
use annotations::Annotations;
use groups::Found;
use hayro::hayro_syntax::{
    Pdf,
    object::{Dict, Rect},
    page::{Page, Resources, Rotation},
};
use std::collections::BTreeSet;
use writer::{Changes, Writer};

/// A document of one page.
pub struct Mended {
    document: Pdf,
}

impl Mended {
    pub fn page(&self) -> Option<&Page<'_>> {
        self.document.pages().first()
    }
}

/// The page could not be copied: it is too large, or the copy is not a valid PDF.
#[derive(Debug)]
pub struct NotCopied;

/// Rewrites a page. `None` when that is not necessary. Adds warnings to `said`.
///
/// # Errors
/// When it would be necessary and is not possible.
pub fn mended(
    page: &Page<'_>,
    layers: &Layers,
    said: &mut BTreeSet<&'static str>,
) -> Result<Option<Mended>, NotCopied> {
    let mut found = Found::on(page, layers);
    let annotations = Annotations::of(page, layers, &mut found, said);
    let needs_nothing = found.is_clean() && !annotations.need_mending && !layers.by_usage;
    if needs_nothing {
        return Ok(None);
    }
    let bytes = copy(page, layers, found, &annotations).ok_or(NotCopied)?;
    let document = Pdf::new(bytes).map_err(|_| NotCopied)?;
    if document.pages().len() != 1 {
        return Err(NotCopied);
    }
    Ok(Some(Mended { document }))
}

const CATALOG: usize = 1;
const PAGES: usize = 2;
const PAGE: usize = 3;
const HIDDEN: usize = 4;

fn copy<'a>(
    page: &Page<'a>,
    layers: &Layers,
    found: Found,
    annotations: &Annotations<'a>,
) -> Option<Vec<u8>> {
    let mut changes = Changes {
        ungrouped: found.ungrouped,
        font: found.has_symbols.then_some(symbols::replacement),
        ..Changes::default()
    };
    for (id, is_shown) in found.expressions {
        let hidden = format!("/OCGs {HIDDEN} 0 R");
        let groups = if is_shown { "" } else { &hidden };
        changes
            .replaced
            .insert(id, format!("<< /Type /OCMD {groups} >>"));
    }
    let mut writer = Writer::new(page.xref(), &changes, HIDDEN);
    let off: Vec<String> = layers
        .off
        .iter()
        .map(|id| format!("{} 0 R", writer.number(*id)))
        .collect();
    let off = format!("[{HIDDEN} 0 R {}]", off.join(" "));
    let catalog = format!(
        "<< /Type /Catalog /Pages {PAGES} 0 R /OCProperties << /OCGs {off} /D << /OFF {off} >> >> >>"
    );
    writer.put(CATALOG, catalog.into_bytes());
    writer.put(
        PAGES,
        format!("<< /Type /Pages /Count 1 /Kids [{PAGE} 0 R] >>").into_bytes(),
    );
    writer.put(HIDDEN, b"<< /Type /OCG /Name (hidden) >>".to_vec());
    let content = writer.add_stream("", page.page_stream().unwrap_or_default());
    let resources = resources(page.resources(), &mut writer);
    let annotations = annotations.write(&mut writer);
    let rotation = match page.rotation() {
        Rotation::None => 0,
        Rotation::Horizontal => 90,
        Rotation::Flipped => 180,
        Rotation::FlippedHorizontal => 270,
    };
    let mut object = format!(
        "<< /Type /Page /Parent {PAGES} 0 R /MediaBox {} /CropBox {} /Rotate {rotation} \
         /Contents {content} 0 R /Annots [{annotations}] /Resources ",
        sides(page.media_box()),
        sides(page.crop_box()),
    )
    .into_bytes();
    object.extend(resources);
    object.extend_from_slice(b" >>");
    writer.put(PAGE, object);
    writer.bytes()
}

fn resources<'a>(resources: &Resources<'a>, writer: &mut Writer<'a, '_>) -> Vec<u8> {
    let parts: [(&str, &Dict<'a>); 7] = [
        ("ExtGState", &resources.ext_g_states),
        ("Font", &resources.fonts),
        ("Properties", &resources.properties),
        ("ColorSpace", &resources.color_spaces),
        ("XObject", &resources.x_objects),
        ("Pattern", &resources.patterns),
        ("Shading", &resources.shadings),
    ];
    let mut out = b"<<".to_vec();
    for (name, dict) in parts {
        out.extend_from_slice(format!(" /{name} ").as_bytes());
        out.extend(writer.dict(dict));
    }
    out.extend_from_slice(b" >>");
    out
}

fn sides(area: Rect) -> String {
    let Rect { x0, y0, x1, y1 } = area;
    format!("[{x0} {y0} {x1} {y1}]")
}
