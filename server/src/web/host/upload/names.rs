//! Names for uploaded files, and the files that are not in the deck.

use reading::kind::Kind;
use std::path::Path;

const MAX_NAME_BYTES: usize = 120;

/// A safe name for an uploaded file: the last part of its path, without characters that are special to a
/// system.
pub fn safe_name(name: &str) -> String {
    let own = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = own
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        .collect();
    let plain = plain.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let plain = plain.trim_end();
    // A long name keeps its ending, which tells the file's kind.
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((plain, ""));
    if plain.len() > MAX_NAME_BYTES && ending.len() <= 10 {
        let stem = stem.get(..stem.floor_char_boundary(MAX_NAME_BYTES - 11));
        return format!("{}.{ending}", stem.unwrap_or_default());
    }
    plain
        .get(..plain.floor_char_boundary(MAX_NAME_BYTES))
        .unwrap_or(plain)
        .to_owned()
}

/// Sentences about uploaded files that are not in the deck. The reader of a folder of images has its own.
pub fn passed_over(main: &Path, files: &[String]) -> Vec<String> {
    let own = own_name(main);
    let Some((stem, ending)) = own.rsplit_once('.').filter(|_| files.contains(&own)) else {
        return Vec::new();
    };
    let belongs = |name: &str| {
        if Kind::Pdf.has_ending(ending) {
            name == format!("{stem}.pdfpc")
        } else {
            // Markdown may use any other file, and what it does not use is no loss.
            !is_deck(name)
        }
    };
    let others = files.iter().filter(|name| **name != own && !belongs(name));
    others
        .map(|name| format!("{name} is left out: the talk shows {own}. Bring it by itself."))
        .collect()
}

/// Whether a file is a deck by itself. A picture is one of a folder's.
fn is_deck(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let kinds = [Kind::Pdf, Kind::Markdown, Kind::Zip];
    ending.is_some_and(|ending| kinds.iter().any(|kind| kind.has_ending(ending)))
}

pub fn own_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_over_is_said() {
        let check = |main: &str, files: &[&str], expected: &[&str]| {
            let files: Vec<_> = files.iter().map(|name| (*name).to_owned()).collect();
            let said = passed_over(&Path::new("/x").join(main), &files);
            let named: Vec<_> = said.iter().filter_map(|it| it.split(' ').next()).collect();
            assert_eq!(named, expected, "{main}");
        };
        check("a.pdf", &["a.pdf", "b.pdf", "a.pdfpc"], &["b.pdf"]);
        check("a.pdf", &["x.png", "a.pdf", "n.md"], &["x.png", "n.md"]);
        check("a.md", &["a.md", "x.png", "b.MD"], &["b.MD"]);
        check("a.zip", &["a.zip"], &[]);
        check("Slides", &["1.png", "2.png"], &[]);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for (sent, kept) in [
            ("talk.pdf", "talk.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\talks\\my talk.pdf", "my talk.pdf"),
            (".hidden", "hidden"),
            ("..", ""),
            (" ..", ""),
            ("\u{3000}.a", "a"),
            ("a\0b\n.pdf", "ab.pdf"),
            ("", ""),
        ] {
            assert_eq!(safe_name(sent), kept, "{sent:?}");
        }
        assert!(safe_name(&"ä".repeat(500)).len() <= 120);
        let long = safe_name(&format!("{}.md", "ä".repeat(500)));
        assert!(long.len() <= 120 && long.ends_with("ä.md"), "{long}");
    }
}
