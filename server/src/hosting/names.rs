//! What a stranger's files are called here, and which of them is the deck.

use std::path::{Path, PathBuf};

/// A stranger's name for a file.
const MAX_NAME_BYTES: usize = 120;

/// A stranger's name for a file, as one that leads nowhere: its last part, without what a system
/// would read into it.
pub fn safe_name(name: &str) -> String {
    let own = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = own
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        .collect();
    let plain = plain.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let plain = plain.trim_end();
    // A long one keeps its ending, which tells what it is.
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

/// What the deck is: the one PDF or Markdown file among those that were sent, the only file, or all
/// of them as images.
pub fn main_of(folder: &Path, files: &[String]) -> PathBuf {
    let ends = |endings: &[&str]| {
        files.iter().find(|name| {
            let name = name.to_ascii_lowercase();
            endings.iter().any(|ending| name.ends_with(ending))
        })
    };
    let is_notes = |name: &&String| {
        name.ends_with(".md") && files.len() > 1 && {
            let stem = name.trim_end_matches(".md");
            files
                .iter()
                .any(|other| other != *name && other.starts_with(&format!("{stem}.")))
        }
    };
    // An image is a deck of one, whatever it is called.
    let is_image = ends(&[".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"]).is_some();
    let only = files.first().filter(|_| files.len() == 1 && !is_image);
    let markdown = ends(&[".md", ".markdown"]).filter(|name| !is_notes(name));
    match only.or_else(|| ends(&[".pdf"])).or(markdown) {
        Some(main) => folder.join(main),
        None => folder.to_owned(),
    }
}

/// Sentences about what was sent and is not in that deck. Of a folder of images its reader says so.
pub fn passed_over(main: &Path, files: &[String]) -> Vec<String> {
    let own = own_name(main);
    let Some((stem, ending)) = own.rsplit_once('.').filter(|_| files.contains(&own)) else {
        return Vec::new();
    };
    let is_pdf = ending.eq_ignore_ascii_case("pdf");
    let belongs = |name: &str| {
        let ends = |ending: &str| name.to_ascii_lowercase().ends_with(ending);
        if is_pdf {
            name == format!("{stem}.pdfpc")
        } else {
            // What it does not show of these is nobody's loss.
            ![".pdf", ".md", ".markdown", ".zip"]
                .iter()
                .any(|it| ends(it))
        }
    };
    let others = files.iter().filter(|name| **name != own && !belongs(name));
    others
        .map(|name| format!("{name} is left out: the talk shows {own}. Bring it by itself."))
        .collect()
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

    #[test]
    fn the_deck_is_the_document_among_its_pictures() {
        let main = |files: &[&str]| {
            let files: Vec<_> = files.iter().map(ToString::to_string).collect();
            own_name(&main_of(Path::new("folder"), &files))
        };
        assert_eq!(main(&["talk.pdf", "talk.pdfpc"]), "talk.pdf");
        assert_eq!(main(&["a.png", "talk.md"]), "talk.md");
        assert_eq!(main(&["1.png", "1.md", "2.png"]), "folder");
        assert_eq!(main(&["slides.zip"]), "slides.zip");
        assert_eq!(main(&["1.png", "2.png"]), "folder");
        assert_eq!(main(&["1.PNG"]), "folder");
        assert_eq!(main(&["talk"]), "talk");
    }
}
