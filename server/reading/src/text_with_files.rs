//! A Markdown deck together with the files that it shows.

use super::{
    images,
    manifest::NamedFile,
    markdown::Markdown,
    segments::Segment,
    source::{Face, Outline, Page, Picture, Source, SourceError},
};

/// Prefix of the name of a file outside of the text's folder; the path from the top folder follows. No
/// name in a text begins like this.
const FROM_TOP: &str = "./";

pub struct Pictured {
    pub text: Markdown,
    /// The text's folder, from the top folder: "" or "a/b/".
    pub folder: String,
    /// The other files, by their paths from the top folder.
    pub files: Vec<NamedFile>,
    /// The limit for each picture.
    pub pixels: u64,
}

impl Pictured {
    fn file(&self, name: &str) -> Option<&NamedFile> {
        let path = match name.strip_prefix(FROM_TOP) {
            Some(path) => path.to_owned(),
            None => format!("{}{name}", self.folder),
        };
        self.files.iter().find(|file| file.name == path)
    }

    /// Resolves a name like `../img/a.png`. None when there is no such file, or it would be above the top
    /// folder.
    fn above(&self, name: &str) -> Option<String> {
        let mut parts: Vec<&str> = self.folder.split('/').filter(|it| !it.is_empty()).collect();
        for part in name.split('/') {
            match part {
                ".." => drop(parts.pop()?),
                "." | "" => {}
                part => parts.push(part),
            }
        }
        let name = format!("{FROM_TOP}{}", parts.join("/"));
        self.file(&name).map(|_| name)
    }
}

impl Source for Pictured {
    fn outline(&self) -> Outline {
        self.text.outline()
    }

    fn page(&mut self, index: u32, width: u32) -> Result<Page, SourceError> {
        let mut page = self.text.page(index, width)?;
        if let Face::Html(html) = &mut page.face {
            for segment in &mut html.segments {
                if let Segment::Picture { file, .. } = segment
                    && file.split('/').any(|part| part == "..")
                    && let Some(there) = self.above(file)
                {
                    *file = there;
                }
            }
        }
        Ok(page)
    }

    fn picture(&mut self, name: &str) -> Result<Picture, SourceError> {
        match self.file(name) {
            Some(file) => images::one(file, self.pixels),
            None => Err(SourceError::Damaged(
                "there is no such file beside it".to_owned(),
            )),
        }
    }
}

/// The relative path from `folder` to a file whose path from the top folder is `path`.
pub fn seen_from(folder: &str, path: &str) -> String {
    let mut folders = folder.split_terminator('/').peekable();
    let mut rest = path;
    while let (Some(folder), Some((first, after))) = (folders.peek(), rest.split_once('/')) {
        if *folder != first {
            break;
        }
        folders.next();
        rest = after;
    }
    "../".repeat(folders.count()) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;
    use std::path::PathBuf;

    #[test]
    fn a_file_is_called_by_its_way_from_the_text() {
        for (folder, path, called) in [
            ("", "a.png", "a.png"),
            ("", "x/a.png", "x/a.png"),
            ("t/", "t/x/a.png", "x/a.png"),
            ("t/src/", "t/img/a.png", "../img/a.png"),
            ("t/src/", "a.png", "../../a.png"),
            ("t/", "tt/a.png", "../tt/a.png"),
        ] {
            assert_eq!(seen_from(folder, path), called, "{path} from {folder}");
        }
    }

    #[test]
    fn a_picture_above_the_text_is_found_and_none_above_the_top() {
        let file = |name: &str| NamedFile {
            name: name.to_owned(),
            path: PathBuf::new(),
        };
        let text = "![](../img/a&b.png) ![](../../x/c.png) ![](img/d.png) ![](../gone.png) \
                    ![](../../../etc/passwd)";
        let mut deck = Pictured {
            text: Markdown::open(text, &markdown::Limits::default()).expect("Markdown"),
            folder: "t/src/".to_owned(),
            files: ["t/img/a&b.png", "x/c.png", "t/src/img/d.png", "etc/passwd"]
                .map(file)
                .into(),
            pixels: 1,
        };
        let Face::Html(html) = deck.page(0, 1).expect("a page").face else {
            panic!("Markdown is HTML");
        };
        assert_eq!(
            html.files(),
            [
                "./t/img/a&b.png",
                "./x/c.png",
                "img/d.png",
                "../gone.png",
                "../../../etc/passwd"
            ]
        );
        for name in html.files() {
            let is_there = deck.file(name).is_some();
            assert_eq!(is_there, !name.starts_with(".."), "{name}");
        }
    }
}
