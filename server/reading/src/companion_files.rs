//! Finds the files beside a deck by the names that authors write.
//!
//! File names on a Mac are decomposed (NFD), and Windows ignores case, so a deck that worked there may
//! spell a name differently from the file. Names are compared exactly first, then composed (NFC), then
//! without case.

use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

#[derive(Debug, Default)]
pub struct Beside {
    exact: HashSet<String>,
    /// Files by composed name.
    composed: HashMap<String, String>,
    /// Files by composed lower-case name.
    caseless: HashMap<String, String>,
    /// Files by the last part of their lower-case name. None where several share it.
    bare: HashMap<String, Option<String>>,
}

impl Beside {
    /// The actual name of the file that one of these names refers to. An exact match of any name wins
    /// over a folded match.
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

    /// The only file of that name in any folder, which is how Obsidian resolves names.
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
    // Lower case may be decomposed again: the Turkish İ.
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
