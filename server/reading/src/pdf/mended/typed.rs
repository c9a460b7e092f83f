//! Lays out typed text with a font that is not embedded.

use super::shapes::colour_operator;
use std::fmt::Write;

/// Reads size and colour of a default appearance like `/Helv 18 Tf 0 0 1 rg`.
pub fn written_as(look: &str) -> (f64, String) {
    let (mut size, mut colour) = (12.0, "0 g".to_owned());
    let mut numbers: Vec<f64> = Vec::new();
    for token in look.split_whitespace().take(100) {
        if let Ok(number) = token.parse() {
            numbers.push(number);
            continue;
        }
        match token {
            "Tf" => size = numbers.last().copied().unwrap_or(size),
            "g" | "rg" | "k" => {
                colour = colour_operator(&numbers, ["g", "rg", "k"]).unwrap_or(colour);
            }
            _ => {}
        }
        numbers.clear();
    }
    let is_size = (1.0..=1_000.0).contains(&size);
    (if is_size { size } else { 12.0 }, colour)
}

/// Breaks text into lines of at most this width, in em.
pub fn wrapped(text: &str, wide: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let (mut line, mut at) = (String::new(), 0.0);
        for word in paragraph.split_inclusive(' ') {
            let width: f64 = word.trim_end().chars().map(width).sum();
            if at + width > wide && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                at = 0.0;
            }
            line.push_str(word);
            at += word.chars().map(self::width).sum::<f64>();
        }
        lines.push(line);
    }
    lines
}

/// The approximate width in Helvetica.
fn width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | 't' | 'f' => 0.28,
        'm' | 'w' | 'M' | 'W' | '@' => 0.86,
        c if c.is_uppercase() => 0.69,
        _ => 0.56,
    }
}

/// Codes for letters: those of windows-1252, and others for letters that it lacks.
#[derive(Default)]
pub struct Letters {
    others: Vec<char>,
}

impl Letters {
    /// Codes that are free for letters without a code.
    fn free() -> impl Iterator<Item = u8> {
        (1..=31).chain(127..=159)
    }

    pub fn encoded(&mut self, line: &str) -> String {
        let mut codes = String::new();
        for letter in line.chars() {
            // Writing to a string does not fail.
            let _ = write!(codes, "{:02X}", self.code(letter));
        }
        codes
    }

    fn code(&mut self, letter: char) -> u8 {
        if let Ok(code @ (32..=126 | 160..=255)) = u8::try_from(letter) {
            return code;
        }
        let place = self.others.iter().position(|other| *other == letter);
        let place = place.unwrap_or_else(|| {
            self.others.push(letter);
            self.others.len() - 1
        });
        Self::free().nth(place).unwrap_or(b'?')
    }

    pub fn font(&self) -> String {
        let differences: String = Self::free()
            .zip(&self.others)
            .map(|(code, letter)| format!("{code} /{} ", glyph(*letter)))
            .collect();
        format!(
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding \
             /BaseEncoding /WinAnsiEncoding /Differences [{differences}] >> >>"
        )
    }
}

/// The name of a letter's glyph in a Western font, else its generic name.
fn glyph(letter: char) -> String {
    let known = match letter {
        '–' => "endash",
        '—' => "emdash",
        '‘' => "quoteleft",
        '’' => "quoteright",
        '“' => "quotedblleft",
        '”' => "quotedblright",
        '„' => "quotedblbase",
        '‚' => "quotesinglbase",
        '…' => "ellipsis",
        '•' => "bullet",
        '€' => "Euro",
        '™' => "trademark",
        _ => return format!("uni{:04X}", u32::from(letter)),
    };
    known.to_owned()
}
