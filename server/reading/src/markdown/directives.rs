//! Marp's directives: what a deck or a comment says about slides, and for which of them it holds.

use super::{
    front_matter::{FrontMatter, key_value},
    running,
    scan::Scan,
    split::Slide,
};

pub const KNOWN: [&str; 26] = [
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

/// Marp's directives in a comment, when it holds nothing else.
pub fn of_comment(comment: &str) -> Option<FrontMatter> {
    let mut found = false;
    for line in comment.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t', '-']) && found {
            continue;
        }
        let (key, _) = key_value(line.trim())?;
        if !KNOWN.contains(&key.trim_start_matches('_')) {
            return None;
        }
        found = true;
    }
    found.then(|| {
        FrontMatter::parse(comment.lines().map(|line| {
            // A comment on one line begins with a space that is no indentation.
            if comment.trim().contains('\n') {
                line
            } else {
                line.trim()
            }
        }))
    })
}

/// Those of Marp's directives that hold for nothing here, and why.
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

/// Marp's directives hold for their slide and those after it; with `_` for their slide only.
pub fn carry(deck: &FrontMatter, scan: &Scan, slides: &mut [Slide]) {
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
            // The deck's own are its first slide's.
            if let Some(value) = deck.said(&format!("_{key}")).filter(|_| at == 0) {
                own.set(key, value);
            }
        }
        while let Some((_, text)) = comments.next_if(|(line, _)| *line < end) {
            let Some(found) = of_comment(text) else {
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
        assert!(of_comment(" _class: lead ").is_some());
        assert!(of_comment("\nclass: lead\npaginate: true\n").is_some());
        assert!(of_comment(" Remember: smile ").is_none());
        assert!(of_comment(" class: lead\nand say hello").is_none());
    }
}
