use super::*;

#[test]
fn what_is_sent_alone_says_itself_what_it_is() {
    for (file, opened) in [
        ("slides.zip", "folder/slides.zip"),
        ("talk", "folder/talk"),
        ("1.PNG", "folder"),
    ] {
        assert_eq!(
            of_form(Path::new("folder"), &[file.to_owned()]),
            Path::new(opened)
        );
    }
}

#[test]
fn slides_that_are_left_out_are_said() {
    for (names, said) in [
        (
            &["slides.md", "a.pdf", "b.pdf"][..],
            &["a.pdf", "b.pdf"][..],
        ),
        (
            &["x/t/slides.md", "x/a.pdf", "x/papers/b.pdf"],
            &["x/a.pdf"],
        ),
        (&["talk.pdf", "notes.md", "README.md"], &["notes.md"]),
        (&["talk.pdf"], &[]),
        (&["1.png", "2.png", "a/x.pdf"], &[]),
    ] {
        let sentences = left_out(names, of(names));
        let named: Vec<_> = sentences
            .iter()
            .filter_map(|sentence| sentence.split(' ').next())
            .collect();
        assert_eq!(named, said, "{names:?}");
    }
}

#[test]
fn an_ending_that_notepad_added_is_not_meant() {
    for (name, meant) in [
        ("slides.md.txt", "slides.md"),
        ("Slides.MD.TXT", "Slides.MD"),
        ("a/b.markdown.txt", "a/b.markdown"),
        ("slides.txt", "slides.txt"),
        ("slides.md.txt.txt", "slides.md.txt.txt"),
        ("md.txt", "md.txt"),
        ("slides.md", "slides.md"),
        ("talk", "talk"),
    ] {
        assert_eq!(as_meant(name), meant);
    }
}
