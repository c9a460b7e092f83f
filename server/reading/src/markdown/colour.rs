//! Colours as authors write them, in one form, and what the theme makes of them.

use cssparser::color::{parse_hash_color, parse_named_color};

/// Names whose colours glare on a projector, in shades of our own.
const OURS: [(&str, u32); 19] = [
    ("red", 0xd93838),
    ("green", 0x1f8a4c),
    ("blue", 0x2862c9),
    ("yellow", 0xf2c230),
    ("orange", 0xe07b1f),
    ("purple", 0x7a3fb0),
    ("pink", 0xe87aa4),
    ("teal", 0x12807c),
    ("cyan", 0x22a7b8),
    ("magenta", 0xb93a9c),
    ("gray", 0x6c757d),
    ("grey", 0x6c757d),
    ("navy", 0x14264f),
    ("maroon", 0x6e1c28),
    ("brown", 0x7a5230),
    ("silver", 0xc5cad0),
    ("gold", 0xd9a521),
    ("darkblue", 0x10245e),
    ("darkgreen", 0x0c4a28),
];

/// Reads `#rgb`, `#rrggbb`, `rgb()`, `hsl()` or a name of CSS as `#rrggbb`. None for anything with
/// transparency.
pub fn hex(value: &str) -> Option<String> {
    let value = value.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    if let Some(hex) = value.strip_prefix('#') {
        let is_opaque = matches!(hex.len(), 3 | 6);
        let (red, green, blue, _) = parse_hash_color(hex.as_bytes())
            .ok()
            .filter(|_| is_opaque)?;
        return Some(written(red, green, blue));
    }
    if let Some((function, rest)) = value.split_once('(') {
        let parts: Vec<&str> = rest
            .strip_suffix(')')?
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .collect();
        let &[first, second, third] = parts.as_slice() else {
            return None;
        };
        let [red, green, blue] = match function {
            "rgb" => [channel(first)?, channel(second)?, channel(third)?],
            "hsl" => of_hsl(
                first.strip_suffix("deg").unwrap_or(first).parse().ok()?,
                percent(second)?,
                percent(third)?,
            )?,
            _ => return None,
        };
        return Some(written(red, green, blue));
    }
    if let Some((_, rgb)) = OURS.iter().find(|(name, _)| *name == value) {
        return Some(format!("#{rgb:06x}"));
    }
    let (red, green, blue) = parse_named_color(&value).ok()?;
    Some(written(red, green, blue))
}

fn written(red: u8, green: u8, blue: u8) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn channel(text: &str) -> Option<u8> {
    match percent(text) {
        Some(percent) => u8::try_from(percent * 255 / 100).ok(),
        None => text.parse().ok(),
    }
}

fn percent(text: &str) -> Option<u32> {
    let number = text.strip_suffix('%')?.parse().ok();
    number.filter(|value| *value <= 100)
}

/// <https://www.w3.org/TR/css-color-4/#hsl-to-rgb>, in whole numbers: an angle of 30 is one there.
fn of_hsl(hue: u32, saturation: u32, lightness: u32) -> Option<[u8; 3]> {
    let lightness_of = i32::try_from(lightness).ok()?;
    let amount = i32::try_from(saturation * lightness.min(100 - lightness)).ok()?;
    let hue = i32::try_from(hue % 360).ok()?;
    let channel = |turn: i32| {
        let angle = (turn * 30 + hue) % 360;
        let bent = (angle - 90).min(270 - angle).clamp(-30, 30);
        let value = ((lightness_of * 3_000 - amount * bent) * 255 + 150_000) / 300_000;
        u8::try_from(value.clamp(0, 255)).ok()
    };
    Some([channel(0)?, channel(8)?, channel(4)?])
}

fn channels(colour: &str) -> Option<(u32, u32, u32)> {
    let channel = |from: usize| u32::from_str_radix(colour.get(from..from + 2)?, 16).ok();
    Some((channel(1)?, channel(3)?, channel(5)?))
}

/// Whether text on this ground has to be light.
pub fn is_dark(colour: &str) -> bool {
    channels(colour).is_none_or(|(red, green, blue)| red * 299 + green * 587 + blue * 114 < 140_000)
}

/// The class of the theme's shade that is nearest to a text's colour: readable on both grounds.
pub fn hue(value: &str) -> Option<&'static str> {
    let colour = hex(value)?;
    let (red, green, blue) = channels(&colour)?;
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if most - least < 40 {
        return None;
    }
    Some(if red == most && green > blue + 90 && green > 110 {
        "t-yellow"
    } else if red == most && blue > green + 60 {
        "t-purple"
    } else if red == most {
        "t-red"
    } else if green == most {
        "t-green"
    } else if red > green + 30 {
        "t-purple"
    } else {
        "t-blue"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_one_form() {
        for (written, known) in [
            ("#1A2", "#11aa22"),
            ("tomato", "#ff6347"),
            ("RebeccaPurple", "#663399"),
            ("rgb(20,20,60)", "#14143c"),
            ("rgb(100% 0% 50%)", "#ff007f"),
            ("hsl(120, 100%, 25%)", "#008000"),
            ("hsl(210deg 50% 40%)", "#336699"),
        ] {
            assert_eq!(hex(written).as_deref(), Some(known), "{written}");
        }
        for other in [
            "red; }",
            "rgba(0,0,0,.5)",
            "rgb(1,2)",
            "hsl(1,2,3)",
            "rgb(",
            "hsl(9999999999 1% 1%)",
        ] {
            assert_eq!(hex(other), None, "{other}");
        }
        assert!(is_dark("#14264f") && !is_dark("#f5f5f5"));
    }
}
