//! Which program a deck was written for, and what its marks mean there. What is unmistakable is
//! understood in every deck; a dialect decides only what means different things in different
//! programs.
//!
//! A dialect is one file with one table of [`Rules`]; [`detect`] tells them apart. A new dialect is a
//! new file and a line there.

pub mod beamer;
pub mod content_classes;
pub mod deckset;
pub mod fenced_divs;
pub mod marp;
pub mod obsidian;
pub mod plain;
pub mod presenterm;
pub mod remark;
pub mod reveal;
pub mod slidev;

use super::split::{Slide, front_matter::FrontMatter, scan::Scan};

/// What a program's decks mean by marks that others read differently.
pub struct Rules {
    /// The program, as it calls itself.
    pub name: &'static str,

    /// Which line separates slides.
    pub separates: Separates,
    /// Two empty lines separate slides where no line does.
    pub empty_lines_separate: bool,
    /// Which headings begin a slide.
    pub headings: Headings,
    /// What a long dash alone in its line means.
    pub long_dash: LongDash,

    /// What a slide may begin with, about itself.
    pub slide_front: SlideFront,
    /// The deck's front matter is about its first slide, too.
    pub deck_front_is_first_slides: bool,
    /// The key of the deck's front matter that has the layout of slides without one of their own.
    pub default_layout: Option<&'static str>,
    /// The layout of the first slide, where it has none of its own.
    pub first_slide: FirstSlide,
    /// What the deck's front matter and comments do to all of its slides.
    pub settle: fn(&FrontMatter, &Scan, Vec<Slide>) -> Settled,

    /// After which line the rest of a slide is notes.
    pub notes_begin: NotesBegin,
    /// What comments are.
    pub comments: Comments,
    /// Marks of programs that have no dialect here, or another one, count as well: `???`, a heading
    /// over notes, Deckset's carets and commands. False where it is known that the program shows them.
    pub foreign_marks: bool,

    /// Lines that are a pause.
    pub pauses: &'static [&'static str],
    /// Items come one by one where their list is marked with `*` or `1)`.
    pub fragments_by_marker: bool,

    /// What the end of a line inside a paragraph is.
    pub soft_break: SoftBreak,
    /// `H~2~O`. Elsewhere one tilde strikes out, as two do.
    pub subscript: bool,
    /// `:rocket:`
    pub shortcodes: bool,
    /// `^[the note]`
    pub inline_footnotes: bool,
    /// An underlined heading is the slide's title, however it is underlined.
    pub underlined_is_title: bool,
    /// `::: columns` makes columns.
    pub columns_in_divs: bool,
    /// Vue's `{{ expressions }}`, `<<< files` and `[spans]{.class}`.
    pub is_vue: bool,
    /// Fences may name a file, hide lines and be drawn with `+render`.
    pub has_snippets: bool,
    /// An address that begins with `/` leads into the folder `public` first.
    pub public_folder_first: bool,
}

/// A deck's slides with what is said about all of them.
pub struct Settled {
    pub slides: Vec<Slide>,
    /// The keys of the front matter that have no effect, each with a sentence about it.
    pub unmet: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separates {
    /// A line of exactly `---`.
    Dashes,
    /// A line of three dashes or more.
    ManyDashes,
    /// A thematic break of Markdown, however it is written.
    Rulers,
    /// `<!-- end_slide -->`, which separates in every dialect; thematic breaks only with
    /// `end_slide_shorthand`.
    EndSlide,
    /// What the front matter says.
    AsConfigured,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headings {
    Never,
    /// Those of the levels in `headingDivider`.
    AsDirected,
    /// The first two levels, where nothing else separates.
    WhereNothingElse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongDash {
    /// Text.
    Ignored,
    /// Text, and a warning that it does not separate.
    Reported,
    /// Separates where nothing else does.
    WhereNothingElse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlideFront {
    None,
    /// Front matter with any key, also in a fence of YAML.
    Any,
    /// Front matter with a key that is known of slides.
    Known,
    /// remark's properties, without a line around them.
    Properties,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstSlide {
    Cover,
    /// A cover when it is a heading and few words.
    CoverWhenShort,
    AsWritten,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotesBegin {
    Nowhere,
    /// `Note:`, or what the front matter says.
    NoteLine,
    /// `???`
    QuestionMarks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    Ignored,
    Notes,
    /// Those of directives alone are directives.
    NotesAndDirectives,
    /// The one that ends a slide is notes.
    NotesAtEnd,
    /// Each should be a command; others are reported.
    Commands,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftBreak {
    Space,
    Line,
}

/// What Pandoc and beamer call a pause.
const PANDOC_PAUSES: [&str; 2] = [". . .", "\\pause"];

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the rules of {}", self.name)
    }
}

/// What Markdown itself says. Each dialect says how it differs.
const FROM_MARKDOWN: Rules = Rules {
    name: "Markdown",
    separates: Separates::Dashes,
    empty_lines_separate: false,
    headings: Headings::Never,
    long_dash: LongDash::Reported,
    slide_front: SlideFront::None,
    deck_front_is_first_slides: false,
    default_layout: None,
    first_slide: FirstSlide::CoverWhenShort,
    settle: |_, _, slides| Settled {
        slides,
        unmet: Vec::new(),
    },
    notes_begin: NotesBegin::Nowhere,
    comments: Comments::Ignored,
    foreign_marks: false,
    pauses: &[],
    fragments_by_marker: false,
    soft_break: SoftBreak::Space,
    subscript: true,
    shortcodes: false,
    inline_footnotes: false,
    underlined_is_title: false,
    columns_in_divs: true,
    is_vue: false,
    has_snippets: false,
    public_folder_first: false,
};

/// What tells which program a deck was written for.
pub struct Clues<'a> {
    pub front: &'a FrontMatter,
    /// The texts of its comments.
    pub comments: Vec<&'a str>,
    /// Its lines outside of fences and comments.
    pub lines: Vec<&'a str>,
}

/// From what only one program understands to what several do.
pub fn detect(clues: &Clues<'_>) -> &'static Rules {
    let has_slidev_keys = clues.front.has(&slidev::KEYS);
    if marp::says_so(clues) || marp::has_own_keys(clues.front) && !has_slidev_keys {
        return &marp::RULES;
    }
    if presenterm::is_deck(clues) {
        return &presenterm::RULES;
    }
    if !has_slidev_keys
        && !reveal::has_own_marks(clues)
        && remark::is_deck(clues.lines.iter().copied())
    {
        return &remark::RULES;
    }
    if slidev::is_deck(clues) {
        return &slidev::RULES;
    }
    if reveal::is_deck(clues) {
        return &reveal::RULES;
    }
    if marp::has_directives(clues) {
        return &marp::RULES;
    }
    &plain::RULES
}

/// Whether a comment hides its slide, in any dialect.
pub fn hides_slide(comment: &str) -> bool {
    presenterm::hides_slide(comment) || reveal::hides_slide(comment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_alone_makes_no_presenterm_deck_of_one_with_rules() {
        let of = |comments: &[&'static str], lines: &[&'static str]| {
            let front = FrontMatter::parse(std::iter::empty());
            let clues = Clues {
                front: &front,
                comments: comments.to_vec(),
                lines: lines.to_vec(),
            };
            detect(&clues).name
        };
        assert_eq!(of(&["pause"], &["---"]), plain::RULES.name);
        assert_eq!(of(&["pause"], &["text"]), presenterm::RULES.name);
        assert_eq!(
            of(&["pause", "end_slide"], &["---"]),
            presenterm::RULES.name
        );
    }
}
