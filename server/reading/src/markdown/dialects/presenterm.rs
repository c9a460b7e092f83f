//! presenterm: commands in comments, and an introduction from the front matter.

use super::{Clues, Comments, FROM_MARKDOWN, FirstSlide, LongDash, Rules, Separates, Settled};
use crate::{
    markdown::split::{Slide, front_matter::FrontMatter, scan::Scan},
    source::Warning,
};

pub static RULES: Rules = Rules {
    name: "presenterm",
    separates: Separates::EndSlide,
    long_dash: LongDash::Ignored,
    first_slide: FirstSlide::AsWritten,
    comments: Comments::Commands,
    subscript: false,
    underlined_is_title: true,
    has_snippets: true,
    settle: introduced,
    ..FROM_MARKDOWN
};

const COMMANDS: [&str; 22] = [
    "end_slide",
    "pause",
    "column_layout",
    "column",
    "reset_layout",
    "jump_to_middle",
    "incremental_lists",
    "speaker_note",
    "new_line",
    "new_lines",
    "font_size",
    "no_footer",
    "skip_slide",
    "alignment",
    "include",
    "list_item_newlines",
    "newline",
    "newlines",
    "snippet_output",
    "comment",
    "no_background",
    "newpage",
];

/// The key of the prefix that commands have in this deck. Comments without it are ignored.
pub const COMMAND_PREFIX: &str = "options.command_prefix";

/// A comment without the deck's prefix. None when it does not have it.
pub fn unprefixed<'a>(comment: &'a str, prefix: &str) -> Option<&'a str> {
    comment.trim().strip_prefix(prefix).map(str::trim)
}

/// A command and its value. None when the comment is not a command.
pub fn command(comment: &str) -> Option<(&str, &str)> {
    let comment = comment.trim();
    let (name, value) = comment.split_once(':').unwrap_or((comment, ""));
    COMMANDS.contains(&name).then(|| (name, value.trim()))
}

/// Whether the deck has what only presenterm understands. `---` does not separate there, so a deck that
/// has it and no `end_slide` was written for another program.
pub fn is_deck(clues: &Clues<'_>) -> bool {
    const KEYS: [&str; 4] = [
        "sub_title",
        "options.end_slide_shorthand",
        "options.implicit_slide_ends",
        COMMAND_PREFIX,
    ];
    let mut commands = clues.comments.iter().filter_map(|text| command(text));
    let ends_slides = commands.clone().any(|(name, _)| name == "end_slide");
    let has_rules = clues.lines.iter().any(|line| line.trim_end() == "---");
    ends_slides
        || (commands.any(|(name, _)| name != "comment" && name != "include") && !has_rules)
        || clues.front.has(&KEYS)
}

pub fn hides_slide(comment: &str) -> bool {
    command(comment) == Some(("skip_slide", ""))
}

/// Keeps the comments that are commands, without their prefix. The others are notes to the authors.
pub fn keep_commands(comments: &mut Vec<(usize, String)>, prefix: &str) {
    comments.retain_mut(|(_, text)| match unprefixed(text, prefix) {
        Some(command) => {
            *text = command.to_owned();
            true
        }
        None => false,
    });
}

/// The warning about a deck whose own theme leaves out the background of code. `matter` is the text
/// of its front matter.
pub fn plain_code(front: &FrontMatter, matter: &[&str]) -> Option<Warning> {
    if front.get("theme.override.code.background") != Some("false") {
        return None;
    }
    // Its key stands alone in a line, below the others.
    let says = |line: &&str| line.trim() == "background: false";
    let line = (1..).zip(matter).find(|(_, line)| says(line));
    Some(Warning {
        line: line.map(|(number, _)| number),
        page: None,
        reason: "code without a background, by a theme of the deck's own; ours holds".to_owned(),
    })
}

fn introduced(front: &FrontMatter, _: &Scan, slides: Vec<Slide>) -> Settled {
    Settled {
        slides: introduction(front).into_iter().chain(slides).collect(),
        unmet: Vec::new(),
    }
}

/// The slide that presenterm makes from a deck's front matter.
fn introduction(front: &FrontMatter) -> Option<Slide> {
    let title = front.line("title")?;
    let mut text = format!("# {title}\n");
    for key in [
        "sub_title",
        "event",
        "author",
        "authors",
        "location",
        "date",
    ] {
        if let Some(value) = front.get(key) {
            text.push('\n');
            text.push_str(&value.replace(['[', ']', '\n'], " ").replace(',', ", "));
            text.push('\n');
        }
    }
    let mut front = FrontMatter::default();
    front.set("layout", "cover");
    Some(Slide {
        line: 1,
        front,
        text,
        notes: Vec::new(),
        said: Vec::new(),
    })
}
