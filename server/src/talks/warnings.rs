//! What was left out of a deck, for the person who brought it.

use app::pages::LeftOut;
use std::{collections::BTreeSet, fmt};

/// The most remarks that are kept of one deck.
const MOST: usize = 500;

/// The most that a terminal prints.
const MOST_PRINTED: usize = 50;

/// The most slides or lines that a sentence names, each by itself or in a row.
const MOST_NAMED: usize = 12;

/// One thing that was left out of a deck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub place: Place,
    /// The slide that shows the place, from 1.
    pub slide: Option<usize>,
    /// What, and what was done instead.
    pub reason: String,
}

/// Where in its file something was left out, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Line(u32),
    Page(u64),
    /// All of the deck, or a file of its own.
    Deck,
}

impl From<String> for Remark {
    fn from(reason: String) -> Self {
        Self {
            place: Place::Deck,
            slide: None,
            reason,
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Line(line) => write!(f, "line {line}: ")?,
            Place::Page(page) => write!(f, "page {page}: ")?,
            Place::Deck => {}
        }
        f.write_str(&self.reason)
    }
}

/// All that was left out of one deck.
#[derive(Debug, Clone, Default)]
pub struct Warnings {
    first: Vec<Remark>,
    more: usize,
    /// Why the import is paused.
    pub waits: Option<String>,
}

impl Warnings {
    pub fn add(&mut self, remarks: &[Remark]) {
        let room = MOST.saturating_sub(self.first.len());
        self.first.extend(remarks.iter().take(room).cloned());
        self.more += remarks.len().saturating_sub(room);
    }

    /// A line for each, for a terminal.
    pub fn lines(&self) -> Vec<String> {
        let said = self
            .first
            .iter()
            .take(MOST_PRINTED)
            .map(ToString::to_string);
        let mut lines: Vec<_> = self.waits.iter().cloned().chain(said).collect();
        let more = self.more + self.first.len().saturating_sub(MOST_PRINTED);
        if more > 0 {
            lines.push(format!("{more} more of the same kind are not listed."));
        }
        lines
    }

    /// A sentence for each kind, for a page.
    pub fn grouped(&self) -> Vec<LeftOut> {
        let whole = |sentence: String| LeftOut {
            sentence,
            each: Vec::new(),
        };
        let waits = self.waits.iter().cloned().map(whole);
        let more = (self.more > 0).then(|| whole(format!("{} more are not listed.", self.more)));
        waits.chain(grouped(&self.first)).chain(more).collect()
    }
}

/// A kind of remark that has a sentence for several of it.
struct Kind {
    /// How its reason begins and ends.
    begins: &'static str,
    ends: &'static str,
    one: &'static str,
    /// After the number.
    several: &'static str,
}

const fn kind(
    begins: &'static str,
    ends: &'static str,
    one: &'static str,
    several: &'static str,
) -> Kind {
    Kind {
        begins,
        ends,
        one,
        several,
    }
}

const KINDS: [Kind; 10] = [
    kind(
        "a picture on another site",
        "",
        "A picture is on another site and was left out",
        "pictures are on other sites and were left out",
    ),
    kind(
        "the picture ",
        "is not in the deck's folder; left out",
        "A picture is not in the deck’s folder and was left out",
        "pictures are not in the deck’s folder and were left out",
    ),
    kind(
        "there is no picture ",
        "",
        "A picture is not beside the deck and is missing",
        "pictures are not beside the deck and are missing",
    ),
    kind(
        "there is more on this slide than people at the back can read",
        "",
        "There is more on a slide than people at the back can read",
        "slides have more on them than people at the back can read",
    ),
    kind(
        "a font can't be read",
        "",
        "A font can’t be read, so some text is missing",
        "pages have a font that can’t be read, so some text is missing",
    ),
    kind(
        "<",
        "is not known here; left out",
        "An HTML element is not known here and was left out",
        "HTML elements are not known here and were left out",
    ),
    kind(
        "a link to ",
        "only its text is shown",
        "A link leads to no place on the web, and only its text is shown",
        "links lead to no place on the web, and only their text is shown",
    ),
    kind(
        "a diagram in ",
        "which is not drawn; put it in a file as a picture",
        "A diagram is not drawn. Put it in a file as a picture",
        "diagrams are not drawn. Put them in files as pictures",
    ),
    kind(
        "this formula is not understood",
        "shown as it is written",
        "A formula is not understood and is shown as it is written",
        "formulas are not understood and are shown as they are written",
    ),
    kind(
        "the comment ",
        "is no command that is understood; left out",
        "A comment is no command that is understood, and was left out",
        "comments are no commands that are understood, and were left out",
    ),
];

impl Kind {
    fn of(reason: &str) -> Option<usize> {
        let fits = |kind: &Kind| reason.starts_with(kind.begins) && reason.ends_with(kind.ends);
        KINDS.iter().position(fits)
    }
}

/// What remarks are told together by: their kind, or that they say the same.
#[derive(PartialEq, Eq)]
enum Same<'a> {
    Kind(usize),
    Reason(&'a str),
}

impl<'a> Same<'a> {
    fn of(remark: &'a Remark) -> Self {
        Kind::of(&remark.reason).map_or(Self::Reason(&remark.reason), Self::Kind)
    }

    fn sentence(&self, count: usize) -> String {
        match self {
            Self::Kind(kind) => match (KINDS.get(*kind), count) {
                (Some(kind), 1) => kind.one.to_owned(),
                (Some(kind), _) => format!("{count} {}", kind.several),
                (None, _) => String::new(),
            },
            Self::Reason(reason) if count == 1 => capital(reason),
            Self::Reason(reason) => format!("{count} times: {}", reason.trim_end_matches('.')),
        }
    }
}

/// A sentence for each kind of remark, in the order in which the kinds first appear.
fn grouped(remarks: &[Remark]) -> Vec<LeftOut> {
    let mut groups: Vec<(Same<'_>, Vec<&Remark>)> = Vec::new();
    for remark in remarks {
        let same = Same::of(remark);
        match groups.iter_mut().find(|(other, _)| *other == same) {
            Some((_, group)) => group.push(remark),
            None => groups.push((same, vec![remark])),
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(same, group)| left_out(&same, &group))
        .collect()
}

fn left_out(same: &Same<'_>, group: &[&Remark]) -> LeftOut {
    let sentence = same.sentence(group.len());
    let sentence = match places(group) {
        Some(places) => format!("{}: {places}.", sentence.trim_end_matches('.')),
        None if sentence.ends_with('.') => sentence,
        None => format!("{sentence}."),
    };
    // One that is said in full needs no more.
    let is_said = group.len() == 1 && matches!(same, Same::Reason(_));
    let each = group.iter().map(|remark| capital(&remark.to_string()));
    LeftOut {
        sentence,
        each: if is_said { Vec::new() } else { each.collect() },
    }
}

/// "slides 1, 4 and 7"; lines where no slide is known.
fn places(group: &[&Remark]) -> Option<String> {
    let slides: BTreeSet<_> = group.iter().filter_map(|it| it.slide).collect();
    if !slides.is_empty() {
        return Some(named("slide", &slides));
    }
    let lines = group.iter().filter_map(|it| match it.place {
        Place::Line(line) => usize::try_from(line).ok(),
        Place::Page(_) | Place::Deck => None,
    });
    let lines: BTreeSet<_> = lines.collect();
    (!lines.is_empty()).then(|| named("line", &lines))
}

fn named(what: &str, numbers: &BTreeSet<usize>) -> String {
    let s = if numbers.len() == 1 { "" } else { "s" };
    let mut rows: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match rows.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => rows.push((number, number)),
        }
    }
    let said = rows
        .iter()
        .take(MOST_NAMED)
        .map(|&(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first} to {last}"),
        });
    let said: Vec<_> = said.collect();
    let unsaid = rows.iter().skip(MOST_NAMED);
    let rest = match unsaid.map(|(first, last)| last - first + 1).sum() {
        0_usize => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{what}{s} {}{rest}", said.join(", "))
}

fn capital(sentence: &str) -> String {
    let mut rest = sentence.chars();
    let first = rest.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELSEWHERE: &str =
        "a picture on another site; no page asks another host, put it beside the deck; left out";

    fn at(line: u32, slide: usize, reason: &str) -> Remark {
        Remark {
            place: Place::Line(line),
            slide: Some(slide),
            reason: reason.to_owned(),
        }
    }

    fn check(remarks: &[Remark], expected: &[&str]) {
        let said: Vec<_> = grouped(remarks).into_iter().map(|it| it.sentence).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_of_one_kind_is_one_sentence_with_its_slides() {
        let pictures =
            [(3, 1), (40, 4), (41, 4), (77, 7)].map(|(line, slide)| at(line, slide, ELSEWHERE));
        check(
            &pictures,
            &["4 pictures are on other sites and were left out: slides 1, 4, 7."],
        );
        check(
            &pictures[..1],
            &["A picture is on another site and was left out: slide 1."],
        );
        let [group] = &grouped(&pictures)[..] else {
            panic!("one group");
        };
        assert_eq!(group.each.len(), 4);
        assert!(group.each[0].starts_with("Line 3: a picture on another site"));
    }

    #[test]
    fn files_of_other_names_are_of_one_kind() {
        let missing =
            |name: &str| format!("the picture {name} is not in the deck's folder; left out");
        let remarks = [at(1, 1, &missing("a.png")), at(2, 2, &missing("b c.png"))];
        check(
            &remarks,
            &["2 pictures are not in the deck’s folder and were left out: slides 1, 2."],
        );
    }

    #[test]
    fn what_has_no_kind_is_said_as_it_is() {
        check(
            &[
                at(5, 2, "“{.big}” is not understood; what it is on is shown"),
                Remark::from("notes.txt is no slide; left out".to_owned()),
                Remark::from("Its talk ended. Give the deck again.".to_owned()),
            ],
            &[
                "“{.big}” is not understood; what it is on is shown: slide 2.",
                "Notes.txt is no slide; left out.",
                "Its talk ended. Give the deck again.",
            ],
        );
        let twice = [
            at(5, 2, "settings; left out"),
            at(9, 3, "settings; left out"),
        ];
        check(&twice, &["2 times: settings; left out: slides 2, 3."]);
        let nowhere = Remark {
            slide: None,
            ..at(5, 2, "settings; left out")
        };
        check(&[nowhere], &["Settings; left out: line 5."]);
    }

    #[test]
    fn kinds_stay_in_the_order_in_which_they_came() {
        let remarks = [
            at(1, 1, "x"),
            at(2, 1, ELSEWHERE),
            at(3, 2, "x"),
            at(4, 3, ELSEWHERE),
        ];
        check(
            &remarks,
            &[
                "2 times: x: slides 1, 2.",
                "2 pictures are on other sites and were left out: slides 1, 3.",
            ],
        );
    }

    #[test]
    fn numbers_in_a_row_are_said_as_one() {
        let check = |numbers: &[usize], expected: &str| {
            let numbers: BTreeSet<_> = numbers.iter().copied().collect();
            assert_eq!(named("slide", &numbers), expected);
        };
        check(&[3], "slide 3");
        check(&[4, 3, 3], "slides 3, 4");
        check(&[1, 2, 3, 7, 9, 10], "slides 1 to 3, 7, 9, 10");
        let odd: Vec<_> = (0..20).map(|it| 2 * it + 1).collect();
        check(
            &odd,
            "slides 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 8 more",
        );
    }

    #[test]
    fn a_thousand_of_a_kind_name_a_few() {
        let mut warnings = Warnings::default();
        let many: Vec<_> = (1..=1_000)
            .map(|slide| at(u32::try_from(slide).expect("small"), slide, ELSEWHERE))
            .collect();
        warnings.add(&many);
        let said = warnings.grouped();
        assert_eq!(
            said[0].sentence,
            "500 pictures are on other sites and were left out: slides 1 to 500."
        );
        assert_eq!(said[1].sentence, "500 more are not listed.");
        let lines = warnings.lines();
        assert_eq!(lines.len(), MOST_PRINTED + 1);
        assert_eq!(lines[50], "950 more of the same kind are not listed.");
    }
}
