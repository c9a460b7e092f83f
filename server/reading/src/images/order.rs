//! Natural order: `slide2` before `slide10`.

use std::cmp::Ordering;

/// Sorts names in natural order. The keys have a total order for any names; `sort_by` may panic on anything
/// less.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    parts: Vec<Part>,
    /// `a.png` and `A.png`, `1.png` and `01.png`.
    name: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Digits without leading zeros.
    Number(String),
    Text(String),
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

pub fn key(name: &str) -> Key {
    let mut parts = Vec::new();
    // The ending is compared last, so that `intro.png` comes before `intro-2.png`.
    let mut rest = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != is_number)
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        parts.push(if is_number {
            Part::Number(run.trim_start_matches('0').to_owned())
        } else {
            Part::Text(run.to_lowercase())
        });
        rest = after;
    }
    Key {
        parts,
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_as_people_count() {
        let check = |sorted: &[&str]| {
            let mut names = sorted.to_vec();
            names.reverse();
            names.sort_by_cached_key(|name| key(name));
            assert_eq!(names, sorted);
        };
        check(&["1.png", "2.png", "10.png", "a.png"]);
        check(&["slide1.webp", "Slide2.png", "slide10.png", "slide11.gif"]);
        check(&["001.png", "1.png", "02.png", "3.png"]);
        check(&["intro.png", "intro-2.png", "intro-10.png"]);
        check(&["part2/9.png", "part10/1.png"]);
        check(&["9.png", "99999999999999999999999999999.png"]);
    }
}
