//! Colours as authors write them, in one form, and what the theme makes of them.

/// Those that glare on a projector, in shades of the house.
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

/// `#rgb`, `#rrggbb`, `rgb()` and `hsl()` without transparency, or a name, as `#rrggbb`.
pub fn hex(value: &str) -> Option<String> {
    let value = value.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    if let Some(hex) = value.strip_prefix('#') {
        if !hex.chars().all(|c| c.is_ascii_hexdigit()) {
            return None;
        }
        return match hex.len() {
            3 => Some(format!(
                "#{}",
                hex.chars().flat_map(|c| [c, c]).collect::<String>()
            )),
            6 => Some(format!("#{hex}")),
            _ => None,
        };
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
        return Some(format!("#{red:02x}{green:02x}{blue:02x}"));
    }
    OURS.iter()
        .chain(&NAMED)
        .find(|(name, _)| *name == value)
        .map(|(_, rgb)| format!("#{rgb:06x}"))
}

fn channel(text: &str) -> Option<u32> {
    match percent(text) {
        Some(percent) => Some(percent * 255 / 100),
        None => text.parse().ok().filter(|value| *value <= 255),
    }
}

fn percent(text: &str) -> Option<u32> {
    let number = text.strip_suffix('%')?.parse().ok();
    number.filter(|value| *value <= 100)
}

/// <https://www.w3.org/TR/css-color-4/#hsl-to-rgb>, in whole numbers: an angle of 30 is one there.
fn of_hsl(hue: u32, saturation: u32, lightness: u32) -> Option<[u32; 3]> {
    let lightness_of = i32::try_from(lightness).ok()?;
    let amount = i32::try_from(saturation * lightness.min(100 - lightness)).ok()?;
    let hue = i32::try_from(hue % 360).ok()?;
    let channel = |turn: i32| {
        let angle = (turn * 30 + hue) % 360;
        let bent = (angle - 90).min(270 - angle).clamp(-30, 30);
        let value = ((lightness_of * 3_000 - amount * bent) * 255 + 150_000) / 300_000;
        u32::try_from(value.clamp(0, 255)).ok()
    };
    Some([channel(0)?, channel(8)?, channel(4)?])
}

fn channels(colour: &str) -> Option<(u32, u32, u32)> {
    let channel = |from: usize| u32::from_str_radix(colour.get(from..from + 2)?, 16).ok();
    Some((channel(1)?, channel(3)?, channel(5)?))
}

/// Whether text on it has to be light.
pub fn is_dark(colour: &str) -> bool {
    channels(colour).is_none_or(|(red, green, blue)| red * 299 + green * 587 + blue * 114 < 140_000)
}

/// The theme's own shade of a text's colour: readable on both grounds.
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

/// CSS' names: <https://www.w3.org/TR/css-color-4/#named-colors>.
const NAMED: [(&str, u32); 148] = [
    ("aliceblue", 0xf0f8ff),
    ("antiquewhite", 0xfaebd7),
    ("aqua", 0x00ffff),
    ("aquamarine", 0x7fffd4),
    ("azure", 0xf0ffff),
    ("beige", 0xf5f5dc),
    ("bisque", 0xffe4c4),
    ("black", 0x000000),
    ("blanchedalmond", 0xffebcd),
    ("blue", 0x0000ff),
    ("blueviolet", 0x8a2be2),
    ("brown", 0xa52a2a),
    ("burlywood", 0xdeb887),
    ("cadetblue", 0x5f9ea0),
    ("chartreuse", 0x7fff00),
    ("chocolate", 0xd2691e),
    ("coral", 0xff7f50),
    ("cornflowerblue", 0x6495ed),
    ("cornsilk", 0xfff8dc),
    ("crimson", 0xdc143c),
    ("cyan", 0x00ffff),
    ("darkblue", 0x00008b),
    ("darkcyan", 0x008b8b),
    ("darkgoldenrod", 0xb8860b),
    ("darkgray", 0xa9a9a9),
    ("darkgreen", 0x006400),
    ("darkgrey", 0xa9a9a9),
    ("darkkhaki", 0xbdb76b),
    ("darkmagenta", 0x8b008b),
    ("darkolivegreen", 0x556b2f),
    ("darkorange", 0xff8c00),
    ("darkorchid", 0x9932cc),
    ("darkred", 0x8b0000),
    ("darksalmon", 0xe9967a),
    ("darkseagreen", 0x8fbc8f),
    ("darkslateblue", 0x483d8b),
    ("darkslategray", 0x2f4f4f),
    ("darkslategrey", 0x2f4f4f),
    ("darkturquoise", 0x00ced1),
    ("darkviolet", 0x9400d3),
    ("deeppink", 0xff1493),
    ("deepskyblue", 0x00bfff),
    ("dimgray", 0x696969),
    ("dimgrey", 0x696969),
    ("dodgerblue", 0x1e90ff),
    ("firebrick", 0xb22222),
    ("floralwhite", 0xfffaf0),
    ("forestgreen", 0x228b22),
    ("fuchsia", 0xff00ff),
    ("gainsboro", 0xdcdcdc),
    ("ghostwhite", 0xf8f8ff),
    ("gold", 0xffd700),
    ("goldenrod", 0xdaa520),
    ("gray", 0x808080),
    ("green", 0x008000),
    ("greenyellow", 0xadff2f),
    ("grey", 0x808080),
    ("honeydew", 0xf0fff0),
    ("hotpink", 0xff69b4),
    ("indianred", 0xcd5c5c),
    ("indigo", 0x4b0082),
    ("ivory", 0xfffff0),
    ("khaki", 0xf0e68c),
    ("lavender", 0xe6e6fa),
    ("lavenderblush", 0xfff0f5),
    ("lawngreen", 0x7cfc00),
    ("lemonchiffon", 0xfffacd),
    ("lightblue", 0xadd8e6),
    ("lightcoral", 0xf08080),
    ("lightcyan", 0xe0ffff),
    ("lightgoldenrodyellow", 0xfafad2),
    ("lightgray", 0xd3d3d3),
    ("lightgreen", 0x90ee90),
    ("lightgrey", 0xd3d3d3),
    ("lightpink", 0xffb6c1),
    ("lightsalmon", 0xffa07a),
    ("lightseagreen", 0x20b2aa),
    ("lightskyblue", 0x87cefa),
    ("lightslategray", 0x778899),
    ("lightslategrey", 0x778899),
    ("lightsteelblue", 0xb0c4de),
    ("lightyellow", 0xffffe0),
    ("lime", 0x00ff00),
    ("limegreen", 0x32cd32),
    ("linen", 0xfaf0e6),
    ("magenta", 0xff00ff),
    ("maroon", 0x800000),
    ("mediumaquamarine", 0x66cdaa),
    ("mediumblue", 0x0000cd),
    ("mediumorchid", 0xba55d3),
    ("mediumpurple", 0x9370db),
    ("mediumseagreen", 0x3cb371),
    ("mediumslateblue", 0x7b68ee),
    ("mediumspringgreen", 0x00fa9a),
    ("mediumturquoise", 0x48d1cc),
    ("mediumvioletred", 0xc71585),
    ("midnightblue", 0x191970),
    ("mintcream", 0xf5fffa),
    ("mistyrose", 0xffe4e1),
    ("moccasin", 0xffe4b5),
    ("navajowhite", 0xffdead),
    ("navy", 0x000080),
    ("oldlace", 0xfdf5e6),
    ("olive", 0x808000),
    ("olivedrab", 0x6b8e23),
    ("orange", 0xffa500),
    ("orangered", 0xff4500),
    ("orchid", 0xda70d6),
    ("palegoldenrod", 0xeee8aa),
    ("palegreen", 0x98fb98),
    ("paleturquoise", 0xafeeee),
    ("palevioletred", 0xdb7093),
    ("papayawhip", 0xffefd5),
    ("peachpuff", 0xffdab9),
    ("peru", 0xcd853f),
    ("pink", 0xffc0cb),
    ("plum", 0xdda0dd),
    ("powderblue", 0xb0e0e6),
    ("purple", 0x800080),
    ("rebeccapurple", 0x663399),
    ("red", 0xff0000),
    ("rosybrown", 0xbc8f8f),
    ("royalblue", 0x4169e1),
    ("saddlebrown", 0x8b4513),
    ("salmon", 0xfa8072),
    ("sandybrown", 0xf4a460),
    ("seagreen", 0x2e8b57),
    ("seashell", 0xfff5ee),
    ("sienna", 0xa0522d),
    ("silver", 0xc0c0c0),
    ("skyblue", 0x87ceeb),
    ("slateblue", 0x6a5acd),
    ("slategray", 0x708090),
    ("slategrey", 0x708090),
    ("snow", 0xfffafa),
    ("springgreen", 0x00ff7f),
    ("steelblue", 0x4682b4),
    ("tan", 0xd2b48c),
    ("teal", 0x008080),
    ("thistle", 0xd8bfd8),
    ("tomato", 0xff6347),
    ("turquoise", 0x40e0d0),
    ("violet", 0xee82ee),
    ("wheat", 0xf5deb3),
    ("white", 0xffffff),
    ("whitesmoke", 0xf5f5f5),
    ("yellow", 0xffff00),
    ("yellowgreen", 0x9acd32),
];

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
