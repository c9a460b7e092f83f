use super::*;

fn roomy() -> FreeSpace {
    FreeSpace::new(std::env::temp_dir(), 0)
}

/// Stages a deck of a folder into its folder `staged`.
fn staged(place: &TempDir, deck: &str) -> Result<StagedDeck, DeckError> {
    let path = |name: &str| place.path().join(name);
    let most_bytes = 1_000;
    stage(
        &path(deck),
        &path("staged"),
        most_bytes,
        &roomy(),
        BroughtBy::Host,
    )
}

#[test]
fn a_copy_stops_where_its_room_ends() {
    let looks = std::cell::Cell::new(0);
    let has_room = || {
        looks.set(looks.get() + 1);
        looks.get() < 4
    };
    let mut copied = Vec::new();
    let stopped = copy(io::repeat(1).take(8 << 20), &mut copied, has_room);
    assert!(matches!(stopped, Err(CopyError::NoRoom)));
    assert_eq!(copied.len(), 3 * (256 << 10));
    let whole = copy(&[1; 9][..], &mut copied, || true)
        .ok()
        .expect("copied");
    assert_eq!(whole.0, 9);
}

#[test]
fn a_projects_slides_are_its_deck_and_not_its_readme() {
    let place = TempDir::new().expect("a folder");
    let path = |name: &str| place.path().join(name);
    for folder in ["talk", "staged"] {
        fs::create_dir(path(folder)).expect("a folder");
    }
    let staged = || {
        let staged = stage(
            place.path(),
            &path("staged"),
            u64::MAX,
            &roomy(),
            BroughtBy::Host,
        )
        .expect("a deck");
        let own = staged.directory.path().join("00000");
        (staged.import.kind, fs::read_to_string(own).expect("text"))
    };
    fs::write(path("README.md"), "about").expect("written");
    assert_eq!(staged(), (Kind::Markdown, "about".to_owned()));
    fs::write(path("talk/slides.md"), "slides").expect("written");
    assert_eq!(staged(), (Kind::Markdown, "slides".to_owned()));
}

/// Regression: a folder of photos made a small talk too large.
#[test]
fn pictures_that_a_text_does_not_name_stay_where_they_are() {
    let place = TempDir::new().expect("a folder");
    let path = |name: &str| place.path().join(name);
    for folder in ["talk", "talk/img", "talk/photos", "staged"] {
        fs::create_dir(path(folder)).expect("a folder");
    }
    fs::write(path("talk/slides.md"), "![](img/Logo%20a.PNG)").expect("written");
    fs::write(path("talk/img/logo a.png"), "shown").expect("written");
    fs::write(path("talk/photos/holiday.jpg"), vec![0; 2_000]).expect("written");
    for deck in ["talk", "talk/slides.md"] {
        let staged = staged(&place, deck).expect("a deck");
        assert_eq!(names(&staged), ["slides.md", "img/logo a.png"], "{deck}");
    }
}

#[test]
fn plain_text_is_told_what_it_is_to_be_called() {
    let place = TempDir::new().expect("a folder");
    let path = |name: &str| place.path().join(name);
    for folder in ["talk", "staged"] {
        fs::create_dir(path(folder)).expect("a folder");
    }
    let refused = |deck: &str| {
        let staged = staged(&place, deck);
        staged.err().expect("it is refused").to_string()
    };
    fs::write(path("talk/talk.txt"), "# One\n").expect("written");
    let said = refused("talk/talk.txt");
    assert!(said.contains("talk.txt ends in .txt"), "{said}");
    assert!(said.ends_with("call it slides.md."), "{said}");
    fs::write(path("talk/talk.txt"), [1, 0, 2]).expect("written");
    assert!(refused("talk/talk.txt").contains("WebSlides can't show"));
    fs::write(path("talk/my-talk.md.txt"), "# One\n").expect("written");
    let staged = staged(&place, "talk/my-talk.md.txt");
    let import = staged.expect("a deck").import;
    assert_eq!((import.kind, &*import.name), (Kind::Markdown, "my talk"));
}

#[test]
fn images_of_a_folders_folders_come_with_their_notes_and_nothing_else() {
    let place = TempDir::new().expect("a folder");
    let path = |name: &str| place.path().join(name);
    for folder in ["deck/part2", "deck/node_modules", "deck/.hidden", "staged"] {
        fs::create_dir_all(path(folder)).expect("a folder");
    }
    for name in [
        "deck/1.png",
        "deck/2.png",
        "deck/about.txt",
        "deck/part2/1.png",
        "deck/part2/1.txt",
        "deck/part2/2.txt",
        "deck/part2/old.pdf",
        "deck/part2/main.rs",
        "deck/node_modules/1.png",
        "deck/.hidden/1.png",
    ] {
        fs::write(path(name), "a file").expect("written");
    }
    let staged = staged(&place, "deck");
    assert_eq!(
        names(&staged.expect("a deck")),
        ["1.png", "2.png", "about.txt", "part2/1.png", "part2/1.txt"]
    );
}

fn names(staged: &StagedDeck) -> Vec<String> {
    let manifest = Manifest::read(staged.directory.path()).expect("its files");
    manifest.files.into_iter().map(|file| file.name).collect()
}

#[test]
fn pictures_beside_the_folder_of_a_projects_slides_are_taken() {
    let place = TempDir::new().expect("a folder");
    let path = |name: &str| place.path().join(name);
    for folder in ["talk/src/own", "talk/img", "talk/a/b/c/d/e", "staged"] {
        fs::create_dir_all(path(folder)).expect("a folder");
    }
    let text = "![](../img/a.png) ![](own/b.png) ![](../../outside.png)";
    fs::write(path("talk/src/slides.md"), text).expect("written");
    for picture in [
        "talk/img/a.png",
        "talk/img/other.png",
        "talk/src/own/b.png",
        "outside.png",
    ] {
        fs::write(path(picture), "a picture").expect("written");
    }
    let staged = staged(&place, "talk");
    assert_eq!(
        names(&staged.expect("a deck")),
        ["src/slides.md", "img/a.png", "src/own/b.png"]
    );
}

/// Its folder of pictures has one that belongs to somebody else, or lies on a disk that fails.
#[test]
fn a_file_that_can_not_be_read_is_left_out_and_said() {
    let place = TempDir::new().expect("a folder");
    let path = |name: &str| place.path().join(name);
    for folder in ["deck", "staged"] {
        fs::create_dir(path(folder)).expect("a folder");
    }
    for name in ["1.png", "3.png"] {
        fs::write(path("deck").join(name), "a picture").expect("written");
    }
    let found = |kind, names: &[&str]| Found {
        kind,
        files: names
            .iter()
            .map(|name| ((*name).to_owned(), path("deck").join(name)))
            .collect(),
        said: Vec::new(),
    };
    let copied = |found| {
        copied(
            found,
            "a".to_owned(),
            &path("staged"),
            99,
            &roomy(),
            BroughtBy::Host,
        )
    };
    let staged = copied(found(Kind::Images, &["0.png", "1.png", "2.png", "3.png"]));
    let staged = staged.ok().flatten().expect("a deck");
    assert_eq!(names(&staged), ["1.png", "3.png"]);
    let said = Manifest::read(staged.directory.path())
        .expect("its files")
        .said;
    assert!(
        said.len() == 2 && said[0].starts_with("0.png can't be read ("),
        "{said:?}"
    );
    let many: Vec<String> = (10..20).map(|at| format!("{at}.png")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    let none = copied(found(Kind::Images, &many));
    assert!(matches!(none, Err(CopyError::From(_))), "nothing is left");
    many.push("1.png");
    let staged = copied(found(Kind::Images, &many))
        .ok()
        .flatten()
        .expect("a deck");
    let said = Manifest::read(staged.directory.path())
        .expect("its files")
        .said;
    assert_eq!(
        (said.len(), said[5].as_str()),
        (6, "5 more files can't be read; left out.")
    );
    let text = copied(found(Kind::Markdown, &["slides.md", "1.png"]));
    assert!(
        matches!(text, Err(CopyError::From(_))),
        "its text is the deck"
    );
}
