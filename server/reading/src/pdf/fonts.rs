//! Fonts that a PDF names but does not bring: the machine's, else hayro's own 14.
//!
//! hayro 0.9 asks by name for composite fonts only (Type 0: all of CJK, and what most programs write
//! today). A simple font that is missing becomes one of the 14 by its flags, without a question.

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

/// The largest file that is read. The five languages of Noto Sans CJK in one file are 20 MB.
const LARGEST: usize = 64 << 20;

/// Sans serif families for each of the CJK collections, best first. Those of other languages at
/// the end: a Chinese form of a Japanese letter can be read, an empty box can't.
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

/// What fonts are called whose PDF says no collection; in lower case, without spaces.
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

/// Fonts with the letters of many languages, like each of the three families of the 14.
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

/// Asked by hayro for each font that is missing. The machine's fonts are looked through when the
/// first is: that takes 10 ms or a second, and most decks bring all they need. hayro's own 14 have
/// Western letters only: `by_machine` takes the machine's in their place, where there are some.
/// `nothing_found` is called when its letters will be missing.
pub fn resolver(
    machine: &Arc<Machine>,
    by_machine: bool,
    nothing_found: impl Fn() + Send + Sync + 'static,
) -> FontResolverFn {
    let machine = Arc::clone(machine);
    let standard = move |font: StandardFont, machine: &Machine| {
        let own = by_machine.then(|| machine.like(font)).flatten();
        Some(own.unwrap_or_else(|| font.get_font_data()))
    };
    Arc::new(move |query| match query {
        FontQuery::Standard(font) => standard(*font, &machine),
        FontQuery::Fallback(query) => machine.find(query).or_else(|| {
            let nearest = query.pick_standard_font();
            if language(query).is_some() || is_of_symbols(query) {
                nothing_found();
                // One of the machine's has a glyph for any number, and it would be drawn for a
                // letter that it is not.
                return Some(nearest.get_font_data());
            }
            standard(nearest, &machine)
        }),
    })
}

/// Whose letters are none: another font's would be nonsense.
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
    /// Read once for all pages.
    read: Mutex<HashMap<ID, FontData>>,
}

impl Machine {
    fn find(&self, query: &FallbackFontQuery) -> Option<(FontData, u32)> {
        let fonts = self.fonts();
        let face = by_name(fonts, query).or_else(|| by_language(fonts, query))?;
        self.load(face)
    }

    /// A font with more letters than this one of the 14, of its style.
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

/// Families, bold, italic. None for those of symbols.
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

/// A font that has the letters, where the one that was meant has not been found: for Chinese,
/// Japanese and Korean. hayro's own has all others that are likely.
fn by_language<'a>(fonts: &'a Database, query: &FallbackFontQuery) -> Option<&'a FaceInfo> {
    let (first, letter) = language(query)?;
    [first, CHINESE, TAIWANESE, JAPANESE, KOREAN, OF_ANY]
        .into_iter()
        .flatten()
        .filter_map(|family| of_style(fonts, query, |name| name == *family))
        .find(|face| has_letter(fonts, face, letter))
}

/// The families for its language, and a letter that a font for it has.
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

/// Looked up, since hayro would take any glyph for a letter that a font does not have: nonsense
/// is worse than a gap.
fn has_letter(fonts: &Database, face: &FaceInfo, letter: char) -> bool {
    let found = fonts.with_face_data(face.id, |bytes, index| {
        let font = FontRef::from_index(bytes, index).ok()?;
        font.charmap().map(letter)
    });
    found.flatten().is_some()
}

/// The face of a family that is nearest in slant and weight.
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

/// "Noto Sans CJK SC" and "NotoSansCJKsc-" are meant alike.
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
        let resolver = resolver(&Arc::default(), false, || {
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

    /// 日本語 was three glyphs of DejaVu that it is not.
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
        let resolver = resolver(&Arc::new(machine), true, || ());
        let found = resolver(&FontQuery::Fallback(query)).expect("a font");
        assert_eq!(found.0.as_ref().as_ref(), own.0.as_ref().as_ref());
    }

    #[test]
    fn names_are_compared_without_their_spelling() {
        assert_eq!(plain("Noto Sans CJK SC"), plain("NotoSansCJK-sc"));
    }
}
