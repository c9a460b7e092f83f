//! Slidev: front matter for each slide, layouts, Vue in the text.

use super::{Clues, Comments, FROM_MARKDOWN, FirstSlide, Rules, Separates, SlideFront};
use crate::markdown::split::front_matter::key_value;

pub static RULES: Rules = Rules {
    name: "Slidev",
    separates: Separates::ManyDashes,
    slide_front: SlideFront::Any,
    deck_front_is_first_slides: true,
    default_layout: Some("defaults.layout"),
    first_slide: FirstSlide::Cover,
    comments: Comments::NotesAtEnd,
    is_vue: true,
    columns_in_divs: false,
    public_folder_first: true,
    ..FROM_MARKDOWN
};

/// Keys that only Slidev's front matter has.
pub const KEYS: [&str; 25] = [
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

pub fn is_deck(clues: &Clues<'_>) -> bool {
    let is_own_line = |line: &&str| {
        let line = line.trim();
        line.starts_with("::right::")
            || line.starts_with("<v-click")
            || line.contains(" v-click")
            || key_value(line).is_some_and(|(key, _)| matches!(key, "layout" | "transition"))
    };
    clues.front.has(&KEYS) || clues.lines.iter().any(is_own_line)
}
