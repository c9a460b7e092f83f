//! Markdown for no program in particular: the marks of many are read, and where nothing separates
//! slides, headings or long dashes do.

use super::{
    Comments, FROM_MARKDOWN, Headings, LongDash, NotesBegin, PANDOC_PAUSES, Rules, SlideFront,
};

pub static RULES: Rules = Rules {
    name: "plain Markdown",
    headings: Headings::WhereNothingElse,
    long_dash: LongDash::WhereNothingElse,
    slide_front: SlideFront::Known,
    notes_begin: NotesBegin::NoteLine,
    comments: Comments::Notes,
    foreign_marks: true,
    pauses: &PANDOC_PAUSES,
    inline_footnotes: true,
    ..FROM_MARKDOWN
};
