//! The files beside a deck, found by the names that authors write.
//!
//! A Mac decomposes the letters of a name where its keyboard composes them, Windows takes no account
//! of case, and both keep a picture that a text calls otherwise. So names are compared step by
//! step: as they are, then with composed letters, then without case.

use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

#[derive(Debug, Default)]
pub struct Beside {
    exact: HashSet<String>,
    /// By their names with composed letters.
    composed: HashMap<String, String>,
    /// By their names with composed letters and without case.
    caseless: HashMap<String, String>,
    /// By the last part of their caseless name; none where several files share it.
    bare: HashMap<String, Option<String>>,
}

impl Beside {
    /// The file that one of these names means, as it is called there. The first name that is found
    /// exactly wins over any that is found by folding.
    pub fn find(&self, names: &[String]) -> Option<&str> {
        let exact = names.iter().find_map(|name| self.exact.get(name));
        exact
            .or_else(|| {
                names
                    .iter()
                    .find_map(|name| self.composed.get(&composed(name)))
            })
            .or_else(|| {
                names
                    .iter()
                    .find_map(|name| self.caseless.get(&caseless(name)))
            })
            .map(String::as_str)
    }

    /// The only file of that name in any folder, as Obsidian looks for one.
    pub fn anywhere(&self, name: &str) -> Option<&str> {
        self.bare.get(&caseless(name))?.as_deref()
    }
}

impl FromIterator<String> for Beside {
    fn from_iter<T: IntoIterator<Item = String>>(names: T) -> Self {
        let mut beside = Self::default();
        for name in names {
            let folded = caseless(&name);
            let last = folded.rsplit('/').next().unwrap_or(&folded).to_owned();
            let bare = (!beside.bare.contains_key(&last)).then(|| name.clone());
            beside.bare.insert(last, bare);
            beside
                .composed
                .entry(composed(&name))
                .or_insert_with(|| name.clone());
            beside
                .caseless
                .entry(folded)
                .or_insert_with(|| name.clone());
            beside.exact.insert(name);
        }
        beside
    }
}

fn composed(name: &str) -> String {
    name.nfc().collect()
}

fn caseless(name: &str) -> String {
    // Case may decompose again: the Turkish İ.
    composed(&composed(name).to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_it_is_then_composed_then_without_case() {
        let beside: Beside = ["a.png", "A.PNG", "Gro\u{308}ße.png", "ИМЯ.png", "x/B.svg"]
            .map(str::to_owned)
            .into_iter()
            .collect();
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            beside.find(&names).map(str::to_owned)
        };
        for (names, found) in [
            (&["A.PNG"][..], Some("A.PNG")),
            (&["a.Png"], Some("a.png")),
            (&["Gr\u{f6}ße.png"], Some("Gro\u{308}ße.png")),
            (&["GR\u{d6}ße.PNG"], Some("Gro\u{308}ße.png")),
            (&["имя.png"], Some("ИМЯ.png")),
            // The second name is there as it is written.
            (&["имя.png", "A.PNG"], Some("A.PNG")),
            (&["X/b.svg"], Some("x/B.svg")),
            (&["b.svg"], None),
        ] {
            assert_eq!(of(names).as_deref(), found, "{names:?}");
        }
        assert_eq!(beside.anywhere("b.SVG"), Some("x/B.svg"));
        assert_eq!(beside.anywhere("a.png"), None, "there are two");
    }
}
