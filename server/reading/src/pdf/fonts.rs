//! Finds replacements for fonts that a PDF does not embed: the machine's, else hayro's built-in 14.
//!
//! hayro 0.9 asks only for composite fonts (Type 0: all of CJK, and what most programs write today). It
//! replaces a missing simple font by one of the 14 without asking.

use fontdb::{Database, FaceInfo, ID, Style};
use hayro::hayro_interpret::{
    FontResolverFn,
    font::{FallbackFontQuery, FontData, FontQuery, StandardFont},
    hayro_cmap::CidFamily,
};
use skrifa::{FontRef, MetadataProvider};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// The largest font file. Noto Sans CJK with five languages has 20 MB.
const LARGEST: usize = 64 << 20;

/// Sans-serif families for each of the CJK collections, best first. Those of other languages come last: a
/// Chinese form of a Japanese letter is readable, an empty box is not.
const CHINESE: &[&str] = &[
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
];
const TAIWANESE: &[&str] = &[
    "Noto Sans CJK TC",
    "Source Han Sans TC",
    "Noto Sans TC",
    "PingFang TC",
    "Microsoft JhengHei",
    "MingLiU",
];
const JAPANESE: &[&str] = &[
    "Noto Sans CJK JP",
    "Source Han Sans JP",
    "Noto Sans JP",
    "Hiragino Sans",
    "Yu Gothic",
    "IPAGothic",
    "IPAexGothic",
    "TakaoGothic",
    "VL Gothic",
    "MS Gothic",
];
const KOREAN: &[&str] = &[
    "Noto Sans CJK KR",
    "Source Han Sans KR",
    "Noto Sans KR",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "NanumGothic",
    "UnDotum",
];
const OF_ANY: &[&str] = &["Droid Sans Fallback", "Arial Unicode MS", "Unifont"];

/// Names of fonts for PDFs without a collection, in lower case and without spaces.
const CHINESE_NAMES: &[&str] = &[
    "simsun",
    "simhei",
    "yahei",
    "fangsong",
    "kaiti",
    "songti",
    "heiti",
    "pingfang",
    "dengxian",
    "stsong",
    "stxihei",
    "stkaiti",
    "fzlanting",
    "notosanscjk",
    "notosanssc",
    "sourcehan",
];
const TAIWANESE_NAMES: &[&str] = &["mingliu", "jhenghei", "dfkai", "notosanstc"];
const JAPANESE_NAMES: &[&str] = &[
    "gothicmb",
    "msgothic",
    "mspgothic",
    "msmincho",
    "mspmincho",
    "meiryo",
    "yugothic",
    "yumincho",
    "hiragino",
    "hirakaku",
    "kozgo",
    "kozmin",
    "ryumin",
    "notosansjp",
];
const KOREAN_NAMES: &[&str] = &[
    "malgun",
    "batang",
    "dotum",
    "gulim",
    "gungsuh",
    "nanum",
    "hygothic",
    "hysmyeongjo",
    "applesdgothic",
    "notosanskr",
];

/// Fonts with the letters of many languages, for each of the three families of the 14.
const LIKE_HELVETICA: &[&str] = &[
    "Arial",
    "Liberation Sans",
    "Arimo",
    "Helvetica",
    "DejaVu Sans",
    "Noto Sans",
    "FreeSans",
];
const LIKE_TIMES: &[&str] = &[
    "Times New Roman",
    "Liberation Serif",
    "Tinos",
    "Times",
    "DejaVu Serif",
    "Noto Serif",
    "FreeSerif",
];
const LIKE_COURIER: &[&str] = &[
    "Courier New",
    "Liberation Mono",
    "Cousine",
    "Courier",
    "DejaVu Sans Mono",
    "Noto Sans Mono",
    "FreeMono",
];

/// What stands in for the 14 fonts that a PDF need not embed.
#[derive(Debug, Clone, Copy)]
pub enum StandardFonts {
    /// Those of the library hayro, which have only Western letters.
    Hayros,
    /// The machine's, as far as it has them.
    Machines,
}

/// The callback for missing fonts. The machine's fonts are loaded with the first one: that takes 10 ms to
/// 1 s, and most decks embed all fonts. `nothing_found` is called when letters will be missing.
pub fn resolver(
    machine: &Arc<Machine>,
    standard: StandardFonts,
    nothing_found: impl Fn() + Send + Sync + 'static,
) -> FontResolverFn {
    let machine = Arc::clone(machine);
    let standard = move |font: StandardFont, machine: &Machine| {
        let machines = match standard {
            StandardFonts::Hayros => None,
            StandardFonts::Machines => machine.like(font),
        };
        Some(machines.unwrap_or_else(|| font.get_font_data()))
    };
    Arc::new(move |query| match query {
        FontQuery::Standard(font) => standard(*font, &machine),
        FontQuery::Fallback(query) => machine.find(query).or_else(|| {
            let nearest = query.pick_standard_font();
            if language(query).is_some() || is_of_symbols(query) {
                nothing_found();
                // Glyph numbers are specific to a font. Those of another font would draw wrong letters.
                return Some(nearest.get_font_data());
            }
            standard(nearest, &machine)
        }),
    })
}

/// A font of symbols, which another font can't replace.
fn is_of_symbols(query: &FallbackFontQuery) -> bool {
    let name = plain(query.post_script_name.as_deref().unwrap_or_default());
    ["wingdings", "webdings", "symbol"]
        .iter()
        .any(|part| name.contains(part))
}

/// The machine's fonts.
#[derive(Default)]
pub struct Machine {
    fonts: OnceLock<Database>,
    /// Loaded once for all pages.
    read: Mutex<HashMap<ID, FontData>>,
}

impl Machine {
    fn find(&self, query: &FallbackFontQuery) -> Option<(FontData, u32)> {
        let fonts = self.fonts();
        let face = by_name(fonts, query).or_else(|| by_language(fonts, query))?;
        self.load(face)
    }

    /// A font of the same style as one of the 14, with more letters.
    fn like(&self, standard: StandardFont) -> Option<(FontData, u32)> {
        let (families, is_bold, is_italic) = style(standard)?;
        let query = FallbackFontQuery {
            is_bold,
            is_italic,
            ..FallbackFontQuery::default()
        };
        let fonts = self.fonts();
        let face = families
            .iter()
            .find_map(|family| of_style(fonts, &query, |name| name == *family))?;
        self.load(face)
    }

    fn fonts(&self) -> &Database {
        self.fonts.get_or_init(|| {
            let mut fonts = Database::new();
            fonts.load_system_fonts();
            fonts
        })
    }

    fn load(&self, face: &FaceInfo) -> Option<(FontData, u32)> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(data) = read.get(&face.id) {
            return Some((Arc::clone(data), face.index));
        }
        let bytes = self.fonts().with_face_data(face.id, |bytes, _| {
            (bytes.len() <= LARGEST).then(|| bytes.to_vec())
        })??;
        let data: FontData = Arc::new(bytes);
        read.insert(face.id, Arc::clone(&data));
        Some((data, face.index))
    }
}

/// Families, bold, italic. None for symbols.
fn style(standard: StandardFont) -> Option<(&'static [&'static str], bool, bool)> {
    Some(match standard {
        StandardFont::Helvetica => (LIKE_HELVETICA, false, false),
        StandardFont::HelveticaBold => (LIKE_HELVETICA, true, false),
        StandardFont::HelveticaOblique => (LIKE_HELVETICA, false, true),
        StandardFont::HelveticaBoldOblique => (LIKE_HELVETICA, true, true),
        StandardFont::TimesRoman => (LIKE_TIMES, false, false),
        StandardFont::TimesBold => (LIKE_TIMES, true, false),
        StandardFont::TimesItalic => (LIKE_TIMES, false, true),
        StandardFont::TimesBoldItalic => (LIKE_TIMES, true, true),
        StandardFont::Courier => (LIKE_COURIER, false, false),
        StandardFont::CourierBold => (LIKE_COURIER, true, false),
        StandardFont::CourierOblique => (LIKE_COURIER, false, true),
        StandardFont::CourierBoldOblique => (LIKE_COURIER, true, true),
        StandardFont::Symbol | StandardFont::ZapfDingBats => return None,
    })
}

fn by_name<'a>(fonts: &'a Database, query: &FallbackFontQuery) -> Option<&'a FaceInfo> {
    let names = [
        &query.post_script_name,
        &query.font_name,
        &query.font_family,
    ];
    for name in names.into_iter().flatten() {
        let exact = fonts
            .faces()
            .find(|face| plain(&face.post_script_name) == plain(name));
        if exact.is_some() {
            return exact;
        }
        // "Calibri,Bold", "Lato-Bold", "ArialMT".
        let family = name.split([',', '-']).next().unwrap_or(name);
        let family = family.strip_suffix("PSMT").unwrap_or(family);
        let family = plain(family.strip_suffix("MT").unwrap_or(family));
        let found = of_style(fonts, query, |name| plain(name) == family);
        if !family.is_empty() && found.is_some() {
            return found;
        }
    }
    None
}

/// A font for Chinese, Japanese or Korean letters, if the named one was not found. hayro's own has all other
/// likely letters.
fn by_language<'a>(fonts: &'a Database, query: &FallbackFontQuery) -> Option<&'a FaceInfo> {
    let (first, letter) = language(query)?;
    [first, CHINESE, TAIWANESE, JAPANESE, KOREAN, OF_ANY]
        .into_iter()
        .flatten()
        .filter_map(|family| of_style(fonts, query, |name| name == *family))
        .find(|face| has_letter(fonts, face, letter))
}

/// The families for a language, and a letter that a font for it must have.
fn language(query: &FallbackFontQuery) -> Option<(&'static [&'static str], char)> {
    let name = plain(query.post_script_name.as_deref().unwrap_or_default());
    let has = |names: &[&str]| names.iter().any(|part| name.contains(part));
    let collection = query.character_collection.as_ref().map(|it| &it.family);
    match collection {
        Some(CidFamily::AdobeGB1) => Some((CHINESE, '这')),
        Some(CidFamily::AdobeCNS1) => Some((TAIWANESE, '這')),
        Some(CidFamily::AdobeJapan1) => Some((JAPANESE, 'の')),
        Some(CidFamily::AdobeKorea1) => Some((KOREAN, '한')),
        _ if has(TAIWANESE_NAMES) => Some((TAIWANESE, '這')),
        _ if has(JAPANESE_NAMES) => Some((JAPANESE, 'の')),
        _ if has(KOREAN_NAMES) => Some((KOREAN, '한')),
        _ if has(CHINESE_NAMES) => Some((CHINESE, '这')),
        _ => None,
    }
}

/// Maps a letter to a glyph. For a letter that the font lacks, hayro would use any glyph, and a wrong letter
/// is worse than a gap.
fn has_letter(fonts: &Database, face: &FaceInfo, letter: char) -> bool {
    let found = fonts.with_face_data(face.id, |bytes, index| {
        let font = FontRef::from_index(bytes, index).ok()?;
        font.charmap().map(letter)
    });
    found.flatten().is_some()
}

/// The face of a family that is closest in slant and weight.
fn of_style<'a>(
    fonts: &'a Database,
    query: &FallbackFontQuery,
    is_family: impl Fn(&str) -> bool,
) -> Option<&'a FaceInfo> {
    let weight = if query.is_bold {
        query.font_weight.max(700)
    } else {
        query.font_weight
    };
    fonts
        .faces()
        .filter(|face| face.families.iter().any(|(name, _)| is_family(name)))
        .min_by_key(|face| {
            let is_slanted = face.style != Style::Normal;
            (
                is_slanted != query.is_italic,
                u32::from(face.weight.0).abs_diff(weight),
                face.stretch.to_number().abs_diff(5),
            )
        })
}

/// Normalises names, so that "Noto Sans CJK SC" and "NotoSansCJKsc-" are equal.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_that_no_machine_has_is_replaced() {
        let query = FallbackFontQuery {
            post_script_name: Some("NoSuchFont-Bold".to_owned()),
            ..FallbackFontQuery::default()
        };
        let resolver = resolver(&Arc::default(), StandardFonts::Hayros, || {
            panic!("not of a language that needs its own")
        });
        assert!(resolver(&FontQuery::Fallback(query)).is_some());
    }

    #[test]
    fn without_any_font_nothing_is_found() {
        let query = FallbackFontQuery {
            post_script_name: Some("MicrosoftYaHei".to_owned()),
            ..FallbackFontQuery::default()
        };
        let none = Database::new();
        assert!(by_name(&none, &query).is_none());
        assert!(by_language(&none, &query).is_none());
    }

    /// Regression: 日本語 was drawn as three unrelated glyphs of DejaVu.
    #[test]
    fn letters_that_no_font_has_are_no_other_letters() {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        let is_chinese = |face: &&FaceInfo| has_letter(&fonts, face, '这');
        let chinese: Vec<ID> = fonts
            .faces()
            .filter(is_chinese)
            .map(|face| face.id)
            .collect();
        for face in chinese {
            fonts.remove_face(face);
        }
        let machine = Machine {
            fonts: OnceLock::from(fonts),
            read: Mutex::default(),
        };
        let query = FallbackFontQuery {
            post_script_name: Some("MicrosoftYaHei".to_owned()),
            ..FallbackFontQuery::default()
        };
        let own = query.pick_standard_font().get_font_data();
        let resolver = resolver(&Arc::new(machine), StandardFonts::Machines, || ());
        let found = resolver(&FontQuery::Fallback(query)).expect("a font");
        assert_eq!(found.0.as_ref().as_ref(), own.0.as_ref().as_ref());
    }

    #[test]
    fn names_are_compared_without_their_spelling() {
        assert_eq!(plain("Noto Sans CJK SC"), plain("NotoSansCJK-sc"));
    }
}
