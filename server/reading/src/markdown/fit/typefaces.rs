//! The theme's typefaces, as browsers get them. Text is shaped with the same files, so that a slide that
//! fits here fits in every browser.

use harfrust::{
    Direction, FontRef, Script, ShapeOptions, ShapePlan, ShaperData, ShaperInstance, UnicodeBuffer,
    script,
};
use skrifa::{MetadataProvider, charmap::Charmap};
use std::sync::LazyLock;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../../../../public/fonts/", $name))
    };
}

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
}

/// One file, decoded when it is first needed.
struct Typeface {
    font: FontRef<'static>,
    letters: Charmap<'static>,
    data: ShaperData,
    regular: Weight,
    bold: Weight,
}

struct Weight {
    instance: ShaperInstance,
    /// How each script is shaped. To find that out takes longer than to shape a word.
    plans: Vec<(Script, ShapePlan)>,
}

type File = LazyLock<Option<Typeface>>;

static LATIN: File = LazyLock::new(|| Typeface::of(file!("inter-4.1-latin.woff2")));
static BEYOND: File = LazyLock::new(|| Typeface::of(file!("inter-4.1-beyond.woff2")));
static ITALIC: File = LazyLock::new(|| Typeface::of(file!("inter-4.1-italic-latin.woff2")));
static ITALIC_BEYOND: File = LazyLock::new(|| Typeface::of(file!("inter-4.1-italic-beyond.woff2")));
static CODE: File = LazyLock::new(|| Typeface::of(file!("jetbrains-mono-2.242-latin.woff2")));
static CODE_BEYOND: File =
    LazyLock::new(|| Typeface::of(file!("jetbrains-mono-2.242-beyond.woff2")));

/// The width of Han, Kana, Hangul and emoji, whose fonts are the machine's. In em.
const WIDE: f32 = 1.05;
/// The assumed width of other letters that our typefaces lack. Generous, because each machine has other
/// fonts for them. In em.
const UNKNOWN: f32 = 0.62;

/// The width of a text that is set in one line, in em.
pub fn width(text: &str, style: Style) -> f32 {
    let files: [&File; 2] = match style {
        Style { code: true, .. } => [&CODE, &CODE_BEYOND],
        Style { italic: true, .. } => [&ITALIC, &ITALIC_BEYOND],
        _ => [&LATIN, &BEYOND],
    };
    let mut width = 0.0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let file = file_of(first, files);
        let end = rest
            .char_indices()
            .find(|(_, c)| file_of(*c, files) != file)
            .map_or(rest.len(), |(at, _)| at);
        let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        width += match file.and_then(|file| files.get(file)?.as_ref()) {
            Some(typeface) => typeface.width(run, style.bold),
            None => run.chars().map(fallback).sum(),
        };
        rest = after;
    }
    width
}

/// Which of the files has the letter.
fn file_of(c: char, files: [&File; 2]) -> Option<usize> {
    // Most text needs only the first file.
    files
        .iter()
        .position(|file| file.as_ref().is_some_and(|typeface| typeface.has(c)))
}

fn fallback(c: char) -> f32 {
    match c {
        // Marks over letters, joiners, and variants.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\n' => 0.0,
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' => WIDE,
        // Emoji are wider than their em in most of their fonts.
        '\u{1f000}'.. => 1.3,
        _ => UNKNOWN,
    }
}

impl Typeface {
    fn of(woff2: &[u8]) -> Option<Self> {
        let file = wuff::decompress_woff2(woff2).ok()?;
        // As long as the process: there are six.
        let file: &'static [u8] = Box::leak(file.into_boxed_slice());
        let font = FontRef::new(file).ok()?;
        let data = ShaperData::new(&font);
        let weight = |weight: f32| Weight::of(&font, &data, weight);
        Some(Self {
            regular: weight(400.0),
            bold: weight(700.0),
            letters: skrifa::FontRef::new(file).ok()?.charmap(),
            data,
            font,
        })
    }

    fn has(&self, c: char) -> bool {
        self.letters.map(c).is_some()
    }

    fn width(&self, text: &str, bold: bool) -> f32 {
        let weight = if bold { &self.bold } else { &self.regular };
        let shaper = self
            .data
            .shaper(&self.font)
            .instance(Some(&weight.instance))
            .build();
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        if !SCRIPTS.contains(&buffer.script()) {
            // Digits and punctuation.
            buffer.set_script(script::LATIN);
        }
        let mut plans = weight.plans.iter();
        let plan = plans.find(|(script, _)| *script == buffer.script());
        let options = ShapeOptions::new().plan(plan.map(|(_, plan)| plan));
        let glyphs = shaper.shape(buffer, options);
        let em = i16::try_from(shaper.units_per_em()).map_or(1000.0, f32::from);
        glyphs
            .glyph_positions()
            .iter()
            .map(|glyph| units(glyph.x_advance) / em)
            .sum()
    }
}

/// Those that the typefaces have.
const SCRIPTS: [Script; 3] = [script::LATIN, script::GREEK, script::CYRILLIC];

impl Weight {
    fn of(font: &FontRef<'static>, data: &ShaperData, weight: f32) -> Self {
        let instance = ShaperInstance::from_variations(font, [("wght", weight)]);
        let shaper = data.shaper(font).instance(Some(&instance)).build();
        let plan =
            |script| ShapePlan::new(&shaper, Direction::LeftToRight, Some(script), None, &[]);
        let plans = SCRIPTS.map(|script| (script, plan(script))).into();
        Self { instance, plans }
    }
}

/// A glyph's advance. None of ours is wider than 32,767 units.
fn units(advance: i32) -> f32 {
    i16::try_from(advance).map_or(0.0, f32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: Style = Style {
        bold: false,
        italic: false,
        code: false,
    };

    /// As a browser draws them at 1000 px.
    #[test]
    fn words_are_as_wide_as_in_a_browser() {
        let bold = Style { bold: true, ..TEXT };
        let italic = Style {
            italic: true,
            ..TEXT
        };
        let code = Style { code: true, ..TEXT };
        for (text, style, expected) in [
            ("The room decides", TEXT, 8003.4),
            ("The room decides", bold, 8370.6),
            ("The room decides", italic, 7980.0),
            ("let x = 1;", code, 6000.0),
            ("Łódź, Слайд", TEXT, 5663.6),
        ] {
            let width = width(text, style) * 1000.0;
            assert!(
                (width - expected).abs() < 3.0,
                "{text}: {width}, in a browser {expected}"
            );
        }
    }

    #[test]
    fn letters_that_our_typefaces_lack_are_counted_generously() {
        assert!((width("幻灯片", TEXT) - 3.15).abs() < 0.01);
        assert!(width("🎉", TEXT) > 1.1);
        assert_eq!(width("", TEXT), 0.0);
    }
}
