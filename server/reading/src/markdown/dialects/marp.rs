//! Marp: its separators, and its directives, which are said in front matter and in comments.

use super::{Clues, Comments, FROM_MARKDOWN, Headings, Rules, Separates, Settled, SoftBreak};
use crate::markdown::{
    page::running,
    split::{
        Slide,
        front_matter::{FrontMatter, key_value},
        scan::Scan,
    },
};

pub static RULES: Rules = Rules {
    name: "Marp",
    separates: Separates::Rulers,
    headings: Headings::AsDirected,
    comments: Comments::NotesAndDirectives,
    soft_break: SoftBreak::Line,
    fragments_by_marker: true,
    shortcodes: true,
    settle: directed,
    ..FROM_MARKDOWN
};

/// Keys that only Marp's front matter has.
const KEYS: [&str; 10] = [
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

/// Marp Core's themes, except `default`, which others have, too.
const THEMES: [&str; 2] = ["gaia", "uncover"];

/// All directives, without the `_` of those that hold for one slide only.
const DIRECTIVES: [&str; 26] = [
    "marp",
    "theme",
    "style",
    "headingDivider",
    "size",
    "math",
    "lang",
    "title",
    "author",
    "description",
    "keywords",
    "url",
    "image",
    "paginate",
    "header",
    "footer",
    "class",
    "backgroundColor",
    "backgroundImage",
    "backgroundPosition",
    "backgroundRepeat",
    "backgroundSize",
    "color",
    "transition",
    "auto-advance",
    "inlineSVG",
];

/// Whether the deck says that it is Marp's.
pub fn says_so(clues: &Clues<'_>) -> bool {
    let says = |text: &&str| directives_of(text).is_some_and(|found| found.is_true("marp"));
    clues.front.is_true("marp") || clues.comments.iter().any(says)
}

/// Whether its front matter has what only Marp's has, and does not say that it is not Marp's.
pub fn has_own_keys(front: &FrontMatter) -> bool {
    let is_local = |key: &str| {
        key.strip_prefix('_')
            .is_some_and(|name| DIRECTIVES.contains(&name))
    };
    let has_own_theme = || {
        front
            .get("theme")
            .is_some_and(|theme| THEMES.contains(&theme))
    };
    front.get("marp").is_none()
        && (front.has(&KEYS) || front.keys().any(is_local) || has_own_theme())
}

pub fn has_directives(clues: &Clues<'_>) -> bool {
    clues
        .comments
        .iter()
        .any(|text| directives_of(text).is_some())
}

/// The levels of headings that begin a slide.
pub fn heading_divider(front: &FrontMatter, scan: &Scan) -> Vec<usize> {
    let in_comment = || {
        let directives = scan.comments.iter().map(|(_, text)| directives_of(text));
        directives
            .flatten()
            .find_map(|found| found.get("headingDivider").map(str::to_owned))
    };
    let named = front.get("headingDivider").map(str::to_owned);
    let named = named.or_else(in_comment).unwrap_or_default();
    let levels = named
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|word| word.parse().ok());
    if named.contains(['[', ',']) {
        levels.collect()
    } else {
        (1..=levels.max().unwrap_or(0).min(6)).collect()
    }
}

fn directed(front: &FrontMatter, scan: &Scan, mut slides: Vec<Slide>) -> Settled {
    carry(front, scan, &mut slides);
    Settled {
        slides,
        unmet: unmet(front),
    }
}

/// Marp's directives in a comment, when it holds nothing else.
pub fn directives_of(comment: &str) -> Option<FrontMatter> {
    let mut found = false;
    for line in comment.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t', '-']) && found {
            continue;
        }
        let (key, _) = key_value(line.trim())?;
        if !DIRECTIVES.contains(&key.trim_start_matches('_')) {
            return None;
        }
        found = true;
    }
    found.then(|| {
        FrontMatter::parse(comment.lines().map(|line| {
            // The space at the beginning of a comment of one line is not indentation.
            if comment.trim().contains('\n') {
                line
            } else {
                line.trim()
            }
        }))
    })
}

/// The directives that have no effect here, each with a sentence about it.
pub fn unmet(directives: &FrontMatter) -> Vec<(&'static str, String)> {
    const UNMET: [(&str, &str); 5] = [
        (
            "backgroundSize",
            "a background of another size than contain or cover; left out",
        ),
        ("style", "a style of its own; the theme's holds"),
        ("size", "another size than 16:9; left out"),
        ("backgroundPosition", "where a background begins; left out"),
        (
            "backgroundRepeat",
            "a background that is repeated; left out",
        ),
    ];
    let asks = |key: &str| match (key.trim_start_matches('_'), directives.get(key)) {
        (_, None) => false,
        ("size", value) => value != Some("16:9"),
        ("backgroundSize", Some(value)) => !["contain", "cover", "fit", "auto"].contains(&value),
        _ => true,
    };
    UNMET
        .into_iter()
        .filter(|(key, _)| asks(key) || asks(&format!("_{key}")))
        .map(|(key, reason)| (key, reason.to_owned()))
        .collect()
}

/// Applies directives to their slide and all later ones, or with `_` only to their slide.
fn carry(deck: &FrontMatter, scan: &Scan, slides: &mut [Slide]) {
    const CARRIED: [&str; 8] = [
        "class",
        "backgroundColor",
        "backgroundImage",
        "backgroundSize",
        "color",
        "paginate",
        "header",
        "footer",
    ];
    let mut current = FrontMatter::default();
    for key in CARRIED {
        if let Some(value) = deck.get(key) {
            current.set(key, value);
        }
    }
    let mut comments = scan.comments.iter().peekable();
    let ends: Vec<usize> = slides
        .iter()
        .skip(1)
        .map(|slide| index(slide.line))
        .chain([usize::MAX])
        .collect();
    let mut number = 0_u32;
    for (at, (slide, end)) in slides.iter_mut().zip(ends).enumerate() {
        let mut own = FrontMatter::default();
        for key in CARRIED {
            // In the deck's front matter these are about the first slide.
            if let Some(value) = deck.said(&format!("_{key}")).filter(|_| at == 0) {
                own.set(key, value);
            }
        }
        while let Some((_, text)) = comments.next_if(|(line, _)| *line < end) {
            let Some(found) = directives_of(text) else {
                continue;
            };
            for key in CARRIED {
                if let Some(value) = found.said(key) {
                    current.set(key, value);
                }
                if let Some(value) = found.said(&format!("_{key}")) {
                    own.set(key, value);
                }
            }
        }
        for key in CARRIED {
            if let Some(value) = own.said(key).or(current.said(key)) {
                slide.front.set(key, value);
            }
        }
        let paginate = slide.front.get("paginate").unwrap_or_default();
        if at == 0 || !matches!(paginate, "hold" | "skip") {
            number += 1;
        }
        if matches!(paginate, "true" | "hold") {
            slide.front.set(running::NUMBER, &number.to_string());
        }
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marp_comment_is_a_directive_only_when_all_of_it_is() {
        assert!(directives_of(" _class: lead ").is_some());
        assert!(directives_of("\nclass: lead\npaginate: true\n").is_some());
        assert!(directives_of(" Remember: smile ").is_none());
        assert!(directives_of(" class: lead\nand say hello").is_none());
    }
}
