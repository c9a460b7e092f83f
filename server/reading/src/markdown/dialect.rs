//! Which program a deck was written for. What is unmistakable is understood in every deck; the
//! dialect decides only what means different things in different programs.

use super::{
    directives,
    front_matter::{FrontMatter, key_value},
    remark,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Plain,
    Marp,
    Slidev,
    Reveal,
    Presenterm,
    Remark,
}

/// Keys that only Slidev's front matter has.
pub const SLIDEV_KEYS: [&str; 25] = [
    "layout",
    "transition",
    "drawings",
    "mdc",
    "comark",
    "highlighter",
    "routerMode",
    "fonts",
    "lineNumbers",
    "themeConfig",
    "addons",
    "clicks",
    "layoutClass",
    "hide",
    "hideInToc",
    "src",
    "level",
    "routeAlias",
    "background",
    "image",
    "selectable",
    "colorSchema",
    "canvasWidth",
    "disabled",
    "preload",
];

/// Keys that only Marp's front matter has.
const MARP_KEYS: [&str; 10] = [
    "paginate",
    "header",
    "footer",
    "headingDivider",
    "backgroundColor",
    "backgroundImage",
    "backgroundPosition",
    "backgroundRepeat",
    "backgroundSize",
    "inlineSVG",
];

/// Marp Core's themes but `default`, which others have, too.
const MARP_THEMES: [&str; 2] = ["gaia", "uncover"];

const PRESENTERM_COMMANDS: [&str; 22] = [
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

/// presenterm: what its commands begin with, so that other comments may say anything.
pub const COMMAND_PREFIX: &str = "options.command_prefix";

/// A command without its deck's prefix; none when it does not begin with it.
pub fn unprefixed<'a>(comment: &'a str, prefix: &str) -> Option<&'a str> {
    comment.trim().strip_prefix(prefix).map(str::trim)
}

/// A presenterm command and its value, when the comment is one.
pub fn presenterm_command(comment: &str) -> Option<(&str, &str)> {
    let comment = comment.trim();
    let (name, value) = comment.split_once(':').unwrap_or((comment, ""));
    PRESENTERM_COMMANDS
        .contains(&name)
        .then(|| (name, value.trim()))
}

/// Whether its author keeps the slide with this comment from being shown. reveal has "uncounted"
/// as well, which is shown.
pub fn hides_slide(comment: &str) -> bool {
    let comment = comment.trim();
    let Some(attributes) = comment.strip_prefix(".slide:") else {
        return presenterm_command(comment) == Some(("skip_slide", ""));
    };
    let visibility = attributes.split("data-visibility").nth(1);
    visibility.is_some_and(|rest| {
        let value = rest.trim_start().trim_start_matches('=').trim_start();
        value.trim_start_matches(['"', '\'']).starts_with("hidden")
    })
}

/// `lines` are those outside of fences and comments.
pub fn detect<'a>(
    front: &FrontMatter,
    comments: impl Iterator<Item = &'a str> + Clone,
    mut lines: impl Iterator<Item = &'a str> + Clone,
) -> Dialect {
    let says_marp =
        |text: &str| directives::of_comment(text).is_some_and(|found| found.is_true("marp"));
    if front.is_true("marp") || comments.clone().any(says_marp) {
        return Dialect::Marp;
    }
    let is_marp = front.has(&MARP_KEYS)
        || front.has_local()
        || front
            .get("theme")
            .is_some_and(|theme| MARP_THEMES.contains(&theme));
    if is_marp && front.get("marp").is_none() && !front.has(&SLIDEV_KEYS) {
        return Dialect::Marp;
    }
    let presenterm = |text: &str| {
        presenterm_command(text).is_some_and(|(name, _)| name != "comment" && name != "include")
    };
    // There a rule is a rule. A deck with rules and no end of a slide was written for another
    // program, and borrows what every dialect understands.
    let ends = |text: &str| presenterm_command(text).is_some_and(|(name, _)| name == "end_slide");
    let has_rules = lines.clone().any(|line| line.trim_end() == "---");
    let is_presenterm = comments.clone().any(ends)
        || (comments.clone().any(presenterm) && !has_rules)
        || front.has(&[
            "sub_title",
            "options.end_slide_shorthand",
            "options.implicit_slide_ends",
            COMMAND_PREFIX,
        ]);
    if is_presenterm {
        return Dialect::Presenterm;
    }
    if !front.has(&SLIDEV_KEYS)
        && !is_only_reveal(front, comments.clone(), lines.clone())
        && remark::is_deck(lines.clone())
    {
        return Dialect::Remark;
    }
    let mut rest = lines.clone();
    let slidev_line = |line: &str| {
        let line = line.trim();
        line.starts_with("::right::")
            || line.starts_with("<v-click")
            || line.contains(" v-click")
            || ["layout", "transition"]
                .iter()
                .any(|key| key_value(line).is_some_and(|(name, _)| name == *key))
    };
    if front.has(&SLIDEV_KEYS) || rest.any(slidev_line) {
        return Dialect::Slidev;
    }
    if is_surely_reveal(front, comments.clone(), lines.clone()) || lines.any(is_reveal_note) {
        return Dialect::Reveal;
    }
    if comments
        .clone()
        .any(|text| directives::of_comment(text).is_some())
    {
        return Dialect::Marp;
    }
    Dialect::Plain
}

/// Whether more than a `Note:`, which anybody may write, says that it is reveal.js'.
pub fn is_surely_reveal<'a>(
    front: &FrontMatter,
    comments: impl Iterator<Item = &'a str>,
    lines: impl Iterator<Item = &'a str> + Clone,
) -> bool {
    let has_two_dashes = lines.clone().any(|line| line.trim_end() == remark::STEP);
    has_two_dashes || is_only_reveal(front, comments, lines)
}

/// Whether it has what no other program understands: remark has the line of two dashes, too.
fn is_only_reveal<'a>(
    front: &FrontMatter,
    mut comments: impl Iterator<Item = &'a str>,
    mut lines: impl Iterator<Item = &'a str>,
) -> bool {
    const KEYS: [&str; 4] = [
        "revealOptions",
        "separator",
        "verticalSeparator",
        "notesSeparator",
    ];
    let of_reveal = |text: &str| {
        let text = text.trim();
        text.starts_with(".slide:") || text.starts_with(".element")
    };
    front.has(&KEYS)
        || comments.any(of_reveal)
        || lines.any(|line| {
            line.trim_end() == "----"
                || line.contains("class=\"fragment")
                || line.contains("<aside class=\"notes\"")
        })
}

/// What begins the notes of a slide in reveal.js.
const NOTES: [&str; 4] = ["Note:", "Notes:", "note:", "notes:"];

/// The line from which on a slide is notes.
pub fn is_reveal_note(line: &str) -> bool {
    reveal_note(line, None).is_some()
}

/// What such a line says, when it is one. `own` is how it begins where the deck says so.
pub fn reveal_note<'a>(line: &'a str, own: Option<&str>) -> Option<&'a str> {
    match own {
        Some(own) => line.strip_prefix(own),
        None => NOTES.iter().find_map(|start| line.strip_prefix(start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_alone_makes_no_presenterm_deck_of_one_with_rules() {
        let of = |comments: &[&'static str], lines: &[&'static str]| {
            let front = FrontMatter::parse(std::iter::empty());
            detect(&front, comments.iter().copied(), lines.iter().copied())
        };
        assert_eq!(of(&["pause"], &["---"]), Dialect::Plain);
        assert_eq!(of(&["pause"], &["text"]), Dialect::Presenterm);
        assert_eq!(of(&["pause", "end_slide"], &["---"]), Dialect::Presenterm);
    }
}
