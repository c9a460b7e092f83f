//! The house's arrows point down: what a folder of the server may use, and what its crates are made of.
//! The compiler would take any other arrow without a word.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// From the ground up. A room uses itself and the floors below.
const FLOORS: [&[&str]; 9] = [
    &["access", "observe"],
    &["store", "live"],
    &["http"],
    &["talks"],
    &["importing"],
    &["web"],
    &["terminal"],
    &["cli"],
    &["run"],
];

/// Crates that a crate must compile without.
const NEVER: [(&str, &[&str]); 2] = [
    (
        "model",
        &["leptos", "axum", "tokio", "redb", "serde_json", "web-sys"],
    ),
    (
        "reading",
        &["leptos", "axum", "tokio", "redb", "hyper", "model"],
    ),
];

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

#[test]
fn every_room_uses_only_what_is_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut upwards = Vec::new();
    for file in sources_below(&source) {
        let within = file.strip_prefix(&source).expect("a source");
        let first = within.iter().next().expect("a name");
        let room = Path::new(first).file_stem().expect("a name");
        let room = room.to_string_lossy();
        let Some(floor) = floor_of(&room) else {
            assert!(
                ["lib", "main"].contains(&&*room),
                "{room} is on no floor: say in this test where it stands"
            );
            continue;
        };
        let text = fs::read_to_string(&file).expect("readable");
        for used in rooms_used(&text) {
            if used != room && floor_of(&used).is_some_and(|other| other >= floor) {
                upwards.push(format!("{} uses {used}", within.display()));
            }
        }
    }
    assert_eq!(upwards, [""; 0]);
}

#[test]
fn a_crate_compiles_without_what_it_must_not_know() {
    for (name, never) in NEVER {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--locked", "--edges", "normal"])
            .args(["--prefix", "none", "--format", "{p}", "--package", name])
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&tree.stderr).into_owned();
        assert!(tree.status.success(), "{said}");
        let tree = String::from_utf8(tree.stdout).expect("names");
        let made_of: BTreeSet<&str> = tree
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert!(made_of.contains(name), "{tree}");
        for other in never {
            assert!(!made_of.contains(other), "{name} is made of {other}, too");
        }
    }
}

/// But for tests, which build their world of whatever they need.
fn sources_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        if path.is_dir() {
            found.extend(sources_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") && !name.ends_with("tests")
        {
            found.push(path);
        }
    }
    found
}

/// The first words behind `crate::`, also of a group: `crate::{access::Key, live}`.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for behind in text.split("crate::").skip(1) {
        let Some(group) = behind.strip_prefix('{') else {
            used.insert(word(behind));
            continue;
        };
        let mut depth = 0_usize;
        let mut begins = true;
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && character.is_alphanumeric() => {
                    used.insert(word(group.get(at..).unwrap_or_default()));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    used
}

fn word(text: &str) -> String {
    let is_part = |character: &char| character.is_alphanumeric() || *character == '_';
    text.chars().take_while(is_part).collect()
}

#[test]
fn a_groups_words_are_read() {
    let used =
        rooms_used("use crate::{\n    access::{Key, keys},\n    live,\n};\ncrate::web::Shared");
    assert_eq!(used, ["access", "live", "web"].map(str::to_owned).into());
}
