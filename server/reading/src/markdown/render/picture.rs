//! Reads the syntax of pictures and backgrounds: sizes, places, addresses.

use crate::markdown::{dialects::Rules, html::Tag, prepare::loose};

/// A slide's background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    Picture {
        file: String,
        place: Place,
        contain: bool,
        /// Its share of the slide's width beside the text, in percent, if given.
        share: Option<u16>,
        /// Its width and height, if given.
        sizes: [Option<String>; 2],
        /// Whether the slide's pictures are placed below each other.
        is_stacked: bool,
    },
    /// `#rrggbb`.
    Colour(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Behind,
    Left,
    Right,
}

/// Marp's words in an image's alternative text: `![bg left:40% contain](x.png)`.
pub struct Words {
    pub ground: Option<(Place, bool)>,
    /// Below the other backgrounds, not beside them.
    pub is_stacked: bool,
    /// In percent.
    pub share: Option<u16>,
    /// Filters, such as `blur`.
    pub effects: Vec<String>,
    pub width: Option<String>,
    pub height: Option<String>,
    pub alt: String,
}

pub fn words(alt: &str) -> Words {
    // Obsidian: `![a bridge|300x200](x.png)`.
    let sized = alt
        .rsplit_once('|')
        .and_then(|(words, size)| Some(format!("{words} {}", loose::size(size.trim())?)));
    let alt = sized.as_deref().unwrap_or(alt);
    let is_ground = alt.split_whitespace().any(|word| word == "bg");
    let mut words = Words {
        ground: None,
        is_stacked: false,
        share: None,
        effects: Vec::new(),
        width: None,
        height: None,
        alt: String::new(),
    };
    let mut place = Place::Behind;
    let mut contain = false;
    let mut rest = Vec::new();
    for word in alt.split_whitespace() {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        match key {
            "bg" | "cover" | "auto" if is_ground => {}
            "vertical" if is_ground => words.is_stacked = true,
            "fit" | "contain" if is_ground => contain = true,
            "left" | "right" if is_ground => {
                place = if key == "left" {
                    Place::Left
                } else {
                    Place::Right
                };
                words.share = value.strip_suffix('%').and_then(|share| share.parse().ok());
            }
            "w" | "width" if size(value).is_some() => words.width = size(value),
            "h" | "height" if size(value).is_some() => words.height = size(value),
            // presenterm: `image:width:50%`.
            "image"
                if let Some(value) = value.strip_prefix("width:").or(value.strip_prefix("w:")) =>
            {
                words.width = size(value)
            }
            "blur" | "brightness" | "contrast" | "drop-shadow" | "grayscale" | "hue-rotate"
            | "invert" | "opacity" | "saturate" | "sepia" => words.effects.push(key.to_owned()),
            _ if is_ground && value.is_empty() && key.ends_with('%') => words.width = size(key),
            _ => rest.push(word),
        }
    }
    words.ground = is_ground.then_some((place, contain));
    words.alt = rest.join(" ");
    words
}

/// The size that an author gives a picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    pub width: Option<String>,
    pub height: Option<String>,
    pub unknown: Vec<String>,
}

impl Sizes {
    /// Reads a tag's attributes, its style, and UnoCSS's classes.
    pub fn of(tag: &Tag<'_>) -> Self {
        let mut sizes = Self::default();
        for word in tag.get("class").unwrap_or_default().split_whitespace() {
            if let Some(steps) = word.strip_prefix("w-") {
                sizes.width = of_class(steps).or(sizes.width);
            } else if let Some(steps) = word.strip_prefix("h-") {
                sizes.height = of_class(steps).or(sizes.height);
            }
        }
        for (key, value) in &tag.attributes {
            sizes.set(key, value);
        }
        for property in tag.get("style").unwrap_or_default().split(';') {
            let (key, value) = property.split_once(':').unwrap_or_default();
            sizes.set(key.trim(), value.trim());
        }
        sizes
    }

    fn set(&mut self, key: &str, value: &str) {
        let place = match key {
            "width" => &mut self.width,
            "height" => &mut self.height,
            _ => return,
        };
        match size(value) {
            Some(size) => *place = Some(size),
            None if value == "auto" => {}
            None => self.unknown.push(value.to_owned()),
        }
    }
}

/// Reads UnoCSS's `40`, `[200px]` or `1/2`. A unit is 4 pixels on a canvas of 980 pixels; ours has 1280.
fn of_class(steps: &str) -> Option<String> {
    if let Some(exact) = steps.strip_prefix('[') {
        return size(exact.strip_suffix(']')?);
    }
    if let Some((part, whole)) = steps.split_once('/') {
        let (part, whole): (u32, u32) = (part.parse().ok()?, whole.parse().ok()?);
        let percent = part.checked_mul(100)?.checked_div(whole)?;
        return size(&format!("{percent}%"));
    }
    let pixels = steps.parse::<u32>().ok()?.checked_mul(4 * 1_280)?;
    size(&(pixels / 980).to_string())
}

/// Reads pixels or percent, as for an attribute of `<img>`.
pub fn size(value: &str) -> Option<String> {
    let value = value.trim().trim_matches(['"', '\'']);
    let number = value
        .strip_suffix("px")
        .or(value.strip_suffix('%'))
        .unwrap_or(value);
    let pixels: u32 = number.parse().ok()?;
    let percent = if value.ends_with('%') { "%" } else { "" };
    (1..=4_000)
        .contains(&pixels)
        .then(|| format!("{pixels}{percent}"))
}

pub fn is_web_or_mail(address: &str) -> bool {
    let start: String = address
        .chars()
        .take(8)
        .collect::<String>()
        .to_ascii_lowercase();
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| start.starts_with(scheme))
}

/// The paths from the deck's folder that a picture's address may refer to, most likely first. The files
/// need not exist.
///
/// # Errors
/// Says what the address is, if not a file beside the deck.
pub fn names(address: &str, rules: &Rules) -> Result<Vec<String>, &'static str> {
    let address = address.trim();
    let lower: String = address
        .chars()
        .take(8)
        .collect::<String>()
        .to_ascii_lowercase();
    if lower.starts_with("http:") || lower.starts_with("https:") || lower.starts_with("//") {
        return Err("a picture on another site; no page asks another host, put it beside the deck");
    }
    if lower.starts_with("data:") {
        return Err("a picture inside the text; put it in a file beside the deck");
    }
    let path = decoded(address.split(['?', '#']).next().unwrap_or_default());
    let scheme = path
        .split(['/', '\\'])
        .next()
        .is_some_and(|first| first.contains(':'));
    if path.is_empty() || scheme || path.len() > 500 || path.chars().any(char::is_control) {
        return Err("a picture whose address is not understood");
    }
    let mut names: Vec<String> = Vec::new();
    // Names may have characters with a meaning in addresses: `100%20.png`, `b#2.png`.
    for reading in [path, decoded(address), address.to_owned()] {
        // A backslash separates on Windows, and is part of a name elsewhere.
        for reading in [reading.replace('\\', "/"), reading] {
            for name in from_root(&normal(&reading), rules) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    Ok(names)
}

/// Resolves `.` and `..` in a path.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_none_or(|last| *last == "..") => parts.push(".."),
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// A path from a site's root leads into the folder `public`, or into the deck's own.
fn from_root(path: &str, rules: &Rules) -> Vec<String> {
    let Some(from_root) = path.strip_prefix('/') else {
        return vec![path.to_owned()];
    };
    let mut names = vec![format!("public/{from_root}"), from_root.to_owned()];
    if !rules.public_folder_first {
        names.reverse();
    }
    names
}

/// Decodes escapes such as `%20`.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let code = rest.next_hex().filter(|_| byte == b'%');
        match code {
            Some(code) => {
                bytes.push(code);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// Reads the next two hexadecimal digits as a byte.
trait HexPair {
    fn next_hex(&self) -> Option<u8>;
}

impl HexPair for std::str::Bytes<'_> {
    fn next_hex(&self) -> Option<u8> {
        let mut ahead = self.clone();
        let digits = [ahead.next()?, ahead.next()?];
        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::dialects::{plain, slidev};

    #[test]
    fn words_for_backgrounds_and_sizes_are_taken_out_of_the_text() {
        let found = words("bg left:40% contain");
        assert_eq!(found.ground, Some((Place::Left, true)));
        assert_eq!(found.share, Some(40));
        let found = words("w:300px A bridge at night");
        assert_eq!(
            (found.width.as_deref(), found.alt.as_str()),
            (Some("300"), "A bridge at night")
        );
        assert!(words("A big bag").ground.is_none());
        for (alt, width, height) in [
            ("A bridge|300", Some("300"), None),
            ("A bridge |300x200", Some("300"), Some("200")),
            ("A bridge|x200", None, Some("200")),
        ] {
            let found = words(alt);
            let sizes = (found.width.as_deref(), found.height.as_deref());
            assert_eq!((sizes, found.alt.as_str()), ((width, height), "A bridge"));
        }
        assert_eq!(words("a|b").alt, "a|b");
    }

    #[test]
    fn sizes_are_read_wherever_they_are_written() {
        let of = |attributes: &str| {
            let tag = format!("<img {attributes}>");
            let sizes = match crate::markdown::html::Tokens::of(&tag).next() {
                Some(crate::markdown::html::Token::Open(tag)) => Sizes::of(&tag),
                _ => Sizes::default(),
            };
            [sizes.width, sizes.height]
                .map(Option::unwrap_or_default)
                .join("x")
                + &sizes.unknown.concat()
        };
        assert_eq!(of("width=200 height=\"50%\""), "200x50%");
        assert_eq!(of("style=\"width:200px; height: auto\""), "200x");
        assert_eq!(of("class=\"m-5 w-1/2 h-40 rounded\""), "50%x208");
        assert_eq!(of("class=\"w-[30px] h-full\""), "30x");
        assert_eq!(of("style=\"width: 10rem\""), "x10rem");
    }

    #[test]
    fn an_address_may_be_a_name_as_it_is_written() {
        let names = |address: &str| names(address, &slidev::RULES).unwrap_or_default();
        assert_eq!(names("b#2.png"), ["b", "b#2.png"]);
        assert_eq!(
            names("100%25.png?x"),
            ["100%.png", "100%.png?x", "100%25.png?x"]
        );
        assert_eq!(names(r"a\b.png"), ["a/b.png", r"a\b.png"]);
        assert_eq!(names("/b.png"), ["public/b.png", "b.png"]);
    }

    #[test]
    fn only_files_beside_the_deck_are_pictures() {
        let likeliest = |address: &str| {
            let names = names(address, &plain::RULES)?;
            names.into_iter().next().ok_or("no name")
        };
        let check = |address: &str, name: &str| {
            assert_eq!(likeliest(address).as_deref(), Ok(name), "{address}");
        };
        check("./a%20b.png?raw=true", "a b.png");
        check("./x/.././/y/doge.png", "y/doge.png");
        check("/img/a.png", "img/a.png");
        check("../y/../../a.png", "../../a.png");
        check(r"img\.\a.png", "img/a.png");
        for other in [
            "https://a.b/c.png",
            "//a.b/c.png",
            "data:image/png;base64,x",
            "file:///etc/passwd",
            "",
            "C:\\a.png",
        ] {
            assert!(names(other, &plain::RULES).is_err(), "{other}");
        }
    }
}
