//! Explains, by its name, why a file in a slide is not shown. Only pictures of known kinds are looked for
//! beside a deck.

const KINDS: [(&str, &str); 12] = [
    ("avif", "an AVIF picture"),
    ("heic", "a HEIC picture"),
    ("heif", "a HEIC picture"),
    ("jxl", "a JPEG XL picture"),
    ("bmp", "a BMP picture"),
    ("tif", "a TIFF picture"),
    ("tiff", "a TIFF picture"),
    ("psd", "a file of Photoshop's"),
    ("eps", "a PostScript file"),
    ("pdf", "a PDF"),
    ("drawio", "a file of draw.io's"),
    ("excalidraw", "a file of Excalidraw's"),
];

const FILMS: [&str; 8] = ["mp4", "m4v", "mov", "webm", "ogv", "avi", "mkv", "mpg"];
const SOUNDS: [&str; 6] = ["mp3", "m4a", "ogg", "wav", "flac", "aac"];

/// `folders_above` is how many folders above the deck's own were given with it.
pub fn why(name: &str, shown: &str, folders_above: usize) -> String {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ending = ending.to_ascii_lowercase();
    if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == ending) {
        return format!("“{shown}” is {kind}, which is not shown: save it as PNG or JPEG");
    }
    if FILMS.contains(&ending.as_str()) {
        return format!(
            "“{shown}” is a film, which can't be shown: save a picture of it as PNG or JPEG"
        );
    }
    if SOUNDS.contains(&ending.as_str()) {
        return format!("“{shown}” is sound, which can't be played; left out");
    }
    let steps_up = name.split('/').take_while(|part| *part == "..").count();
    if steps_up > folders_above {
        return format!(
            "“{shown}” lies outside of what was given: give the folder that both are in"
        );
    }
    format!("there is no picture “{shown}” beside the deck")
}
