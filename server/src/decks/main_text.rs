//! Which of several Markdown files has the slides.

/// As programs that make slides call it, the usual one first.
const USUAL: [&str; 3] = ["slides", "index", "presentation"];

/// What lies beside slides and is none.
const ABOUT: [&str; 8] = [
    "readme",
    "license",
    "licence",
    "changelog",
    "contributing",
    "code_of_conduct",
    "security",
    "notice",
];

const MARKDOWN: [&str; 2] = ["md", "markdown"];

const PICTURES: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "svg"];

/// By its place among the names.
#[derive(Debug, PartialEq, Eq)]
pub enum MainText {
    This(usize),
    /// None is called as slides are; this is the first of those in the topmost folder.
    OneOfMany(usize),
    /// These are images, with their notes beside them or none.
    None,
}

/// `names` are paths from one folder, separated by '/'.
pub fn of(names: &[&str]) -> MainText {
    let texts: Vec<(usize, Name<'_>)> = names
        .iter()
        .map(|name| Name::of(name))
        .enumerate()
        .filter(|(_, name)| {
            name.is(&MARKDOWN) && (is_slides(name) || !is_beside_its_image(name, names))
        })
        .collect();
    // The topmost; of those the first by name, wherever it stands in an archive.
    let top = |found: &dyn Fn(&Name<'_>) -> bool| {
        let found = texts.iter().filter(|(_, name)| found(name));
        found.min_by_key(|(_, name)| (name.depth(), name.folder, name.stem))
    };
    for usual in USUAL {
        if let Some((at, _)) = top(&|name| name.stem.eq_ignore_ascii_case(usual)) {
            return MainText::This(*at);
        }
    }
    let told = texts
        .iter()
        .filter(|(_, name)| !tells_of_a_project(name))
        .count();
    match (top(&|name| !tells_of_a_project(name)), texts.as_slice()) {
        (Some((at, _)), _) if told == 1 => MainText::This(*at),
        (Some((at, _)), _) => MainText::OneOfMany(*at),
        // A README is the deck when it is all there is, but not when it tells of images.
        (None, [(at, name)]) if !is_among_images(name, names) => MainText::This(*at),
        _ => MainText::None,
    }
}

/// Whether a text of that name tells of a project, and is its deck only when nothing else is.
pub fn is_about(name: &str) -> bool {
    tells_of_a_project(&Name::of(name))
}

fn tells_of_a_project(name: &Name<'_>) -> bool {
    ABOUT.iter().any(|it| name.stem.eq_ignore_ascii_case(it))
}

/// Also beside a picture of them all that is called the same.
fn is_slides(name: &Name<'_>) -> bool {
    name.stem.eq_ignore_ascii_case("slides")
}

/// Whether a text of that name has slides, whatever lies beside it.
pub fn is_usual(name: &str) -> bool {
    let name = Name::of(name);
    name.is(&MARKDOWN)
        && USUAL
            .iter()
            .any(|usual| name.stem.eq_ignore_ascii_case(usual))
}

#[derive(Clone, Copy)]
struct Name<'a> {
    folder: &'a str,
    stem: &'a str,
    ending: &'a str,
}

impl<'a> Name<'a> {
    fn of(name: &'a str) -> Self {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        Self {
            folder,
            stem,
            ending,
        }
    }

    fn is(&self, endings: &[&str]) -> bool {
        endings
            .iter()
            .any(|ending| self.ending.eq_ignore_ascii_case(ending))
    }

    fn depth(&self) -> usize {
        if self.folder.is_empty() {
            0
        } else {
            self.folder.split('/').count()
        }
    }
}

/// Then it is the notes of that image.
fn is_beside_its_image(text: &Name<'_>, names: &[&str]) -> bool {
    let mut images = names.iter().map(|name| Name::of(name));
    images.any(|image| {
        image.is(&PICTURES)
            && image.folder == text.folder
            && image.stem.to_lowercase() == text.stem.to_lowercase()
    })
}

fn is_among_images(text: &Name<'_>, names: &[&str]) -> bool {
    let mut images = names.iter().map(|name| Name::of(name));
    images.any(|image| image.is(&PICTURES) && image.folder == text.folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_with_the_slides_is_found_among_others() {
        for (names, expected) in [
            (&["p/README.md", "p/slides.md", "p/img/a.png"][..], Some(1)),
            (&["index.md", "a.md", "slides.markdown"], Some(2)),
            (&["presentation.md", "Index.md"], Some(1)),
            (&["docs/slides.md", "slides.md", "b.md"], Some(1)),
            (&["LICENSE.md", "readme.md", "talk.MD", "1.png"], Some(2)),
            (&["slides.markdown", "a.png"], Some(0)),
            (&["README.md", "img/a.png"], Some(0)),
            (&["README.md", "talk/slides.md", "talk/a.png"], Some(1)),
            // A picture of all slides.
            (&["README.md", "slides.png", "slides.md"], Some(2)),
            // Images, and what is told of them.
            (&["README.md", "a.png"], None),
            (&["1.png", "1.md", "2.png", "2.md"], None),
            (&["1.png", "1.md", "README.md"], None),
            (&["1.png", "a.txt"], None),
            (&[], None),
        ] {
            let expected = expected.map_or(MainText::None, MainText::This);
            assert_eq!(of(names), expected, "{names:?}");
        }
    }

    #[test]
    fn of_many_the_topmost_is_the_first() {
        let names = ["x/deep/a.md", "x/b.md", "x/c.md", "x/README.md"];
        assert_eq!(of(&names), MainText::OneOfMany(1));
    }
}
