//! Emoji by their names, as Marp Core reads them: `:rocket:`.

use comrak::nodes::NodeShortCode;

/// A text with its emoji drawn; names that are none stay.
pub fn drawn(text: &str) -> String {
    let mut drawn = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(':') {
        drawn.push_str(before);
        let emoji = after
            .split_once(':')
            .and_then(|(name, left)| Some((NodeShortCode::resolve(name)?.emoji, left)));
        match emoji {
            Some((emoji, left)) => {
                drawn.push_str(&emoji);
                rest = left;
            }
            None => {
                drawn.push(':');
                rest = after;
            }
        }
    }
    drawn.push_str(rest);
    drawn
}
