//! Converts formulas from LaTeX to MathML, and keeps only known elements and attributes. The converter
//! writes inline styles, which the CSP forbids; they become classes.

use crate::markdown::{
    colour,
    html::{Token, Tokens, escape, unescaped},
};
use crate::vocabulary::{FORMULA, FORMULA_ATTRIBUTES};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

/// The longest formula. Real ones are far shorter.
const MAX_FORMULA: usize = 4_000;
const MAX_MATHML: usize = 200_000;
/// The deepest nesting, because the converter is recursive.
const MAX_DEPTH: usize = 60;

static CONVERTER: LazyLock<Option<LatexToMathML>> = LazyLock::new(|| {
    LatexToMathML::new(
        MathCoreConfig::default(),
        // Names that are common in talks about typesetting.
        ["LaTeX", "TeX", "KaTeX"]
            .map(|name| (name.to_owned(), format!("\\text{{{name}}}")))
            .to_vec(),
    )
    .ok()
});

/// Commands that strike out. MathML Core has no element for it, so that the line is lost.
const STRUCK: [&str; 5] = ["\\cancel", "\\bcancel", "\\xcancel", "\\phase", "\\angl"];

/// The first command of a formula that has no effect.
pub fn lost(latex: &str) -> Option<&'static str> {
    let is_word = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphabetic());
    let has = |command: &str| latex.split(command).skip(1).any(is_word);
    STRUCK.into_iter().find(|command| has(command))
}

/// # Errors
/// The converter's message for the author.
pub fn markup(latex: &str, is_block: bool) -> Result<String, String> {
    if latex.len() > MAX_FORMULA || depth(latex) > MAX_DEPTH {
        return Err("it is too long".to_owned());
    }
    let display = if is_block {
        MathDisplay::Block
    } else {
        MathDisplay::Inline
    };
    let converter = CONVERTER.as_ref().ok_or("formulas can't be drawn")?;
    // Decks that were written for HTML have `&amp;` for `&`.
    let latex = unescaped(latex);
    // A panic of the converter is an error of this formula only.
    let converted = catch_unwind(AssertUnwindSafe(|| {
        converter.convert_with_local_state(&latex, display)
    }));
    let mathml = converted
        .map_err(|_| "it can't be drawn".to_owned())?
        .map_err(|error| error.to_string())?
        .mathml;
    if mathml.len() > MAX_MATHML {
        return Err("it is too long".to_owned());
    }
    Ok(checked(&mathml))
}

/// The depth of nested groups, scripts and `\left`.
fn depth(latex: &str) -> usize {
    let opens = ["\\left", "\\begin", "\\sqrt", "\\frac", "\\text"]
        .iter()
        .map(|word| latex.matches(word).count())
        .sum::<usize>();
    let mut depth = 0_usize;
    let mut deepest = 0;
    let mut run = 0;
    for c in latex.chars() {
        match c {
            '{' | '[' | '(' => {
                depth += 1;
                deepest = deepest.max(depth);
                run = 0;
            }
            '}' | ']' | ')' => {
                depth = depth.saturating_sub(1);
                run = 0;
            }
            // Arguments without braces nest as well: `a^b^c`, `\hat\hat x`.
            '^' | '_' | '\\' => run += 1,
            ' ' => {}
            c if c.is_ascii_alphabetic() => {}
            _ => run = 0,
        }
        deepest = deepest.max(depth + run / 4);
    }
    deepest.max(opens / 8)
}

fn checked(mathml: &str) -> String {
    let mut out = String::with_capacity(mathml.len());
    for token in Tokens::of(mathml) {
        match token {
            Token::Text(text) => out.push_str(&text.replace('<', "&lt;")),
            Token::Comment(_) => {}
            Token::Close("menclose") => out.push_str("</mrow>"),
            Token::Close(name) if FORMULA.contains(&name) => {
                out.push_str("</");
                out.push_str(name);
                out.push('>');
            }
            Token::Open(tag) if FORMULA.contains(&tag.name) => {
                // Without a notation some browsers draw a long division.
                let name = if tag.name == "menclose" {
                    "mrow"
                } else {
                    tag.name
                };
                out.push('<');
                out.push_str(name);
                for (key, value) in &tag.attributes {
                    if FORMULA_ATTRIBUTES.contains(key) {
                        attribute(key, value, &mut out);
                    }
                }
                let style = tag.get("style").unwrap_or_default();
                let mut classes = classes(style, tag.get("class").unwrap_or_default());
                if tag.get("notation") == Some("box") {
                    classes.push_str(if classes.is_empty() {
                        "boxed"
                    } else {
                        " boxed"
                    });
                }
                if !classes.is_empty() {
                    attribute("class", &classes, &mut out);
                }
                out.push_str(if tag.closes_itself { "/>" } else { ">" });
            }
            Token::Open(_) | Token::Close(_) => {}
        }
    }
    out
}

fn attribute(key: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(key);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}

fn classes(style: &str, class: &str) -> String {
    let mut classes: Vec<&str> = Vec::new();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    for (says, class) in [
        ("text-align:left", "ml"),
        ("text-align:right", "mr"),
        ("padding-left:0", "mpl"),
        ("padding-right:0", "mpr"),
        ("border-top", "mbt"),
        ("border-bottom", "mbb"),
        ("border-left", "mbl"),
        ("border-right", "mbr"),
    ] {
        if style.contains(says) {
            classes.push(class);
        }
    }
    let colour = style
        .split(';')
        .find_map(|property| property.strip_prefix("color:"));
    classes.extend(colour.and_then(colour::hue));
    if class.contains("negated") {
        classes.push("mnot");
    }
    classes.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::render::code::processor_time;

    #[test]
    fn a_formula_has_no_style_and_nothing_but_mathml() {
        let latex =
            r"\begin{aligned} a &= \sqrt{b} \\ \text{<script>} &\color{red} x \end{aligned}";
        let mathml = markup(latex, true).expect("a formula");
        assert!(mathml.starts_with("<math"), "{mathml}");
        assert!(
            !mathml.contains(" style=") && !mathml.contains("<script"),
            "{mathml}"
        );
    }

    #[test]
    fn what_was_written_for_html_is_the_same() {
        let plain = markup(r"\begin{aligned} a &< b \\ c &= d \end{aligned}", true);
        let of_html = markup(
            r"\begin{aligned} a &amp;&lt; b \\ c &amp;= d \end{aligned}",
            true,
        );
        assert_eq!(plain.expect("a formula"), of_html.expect("a formula"));
    }

    #[test]
    fn boxes_and_colours_stay_and_lost_lines_are_known() {
        let boxed = markup(r"\boxed{x} \color{red}{z}", false).expect("a formula");
        assert!(boxed.contains("<mrow class=\"boxed\">"), "{boxed}");
        assert!(
            boxed.contains("t-red") && !boxed.contains("menclose"),
            "{boxed}"
        );
        assert_eq!(lost(r"\boxed{x} \cancel{y}"), Some("\\cancel"));
        assert_eq!(lost(r"\angle x \cancelled"), None);
    }

    #[test]
    fn deep_and_broken_formulas_are_errors_and_not_panics() {
        for hostile in [
            "{".repeat(3_000),
            "\\sqrt".repeat(700),
            "\\left(".repeat(600),
            "x^".repeat(1_900),
            "\\hat".repeat(900),
            "\\frac".to_owned(),
            "\\begin{array}{".to_owned(),
        ] {
            let _ = markup(&hostile, false);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_formula_makes_it_panic(picks in proptest::collection::vec(proptest::sample::select(&[
            "\\frac", "{", "}", "\\left(", "\\right)", "^", "_", "x", "\\begin{aligned}", "\\end{aligned}", "&", "\\\\", "\\sqrt", "[", "]",
            "\\text{<b>}", "\\newcommand\\a{\\a\\a}", "\\a", "\\hat", "'", "\\tag{1}", "\\label{\"x}", "\\color{red}", "é", "$", "%", "#1", "\\operatorname", "~",
        ][..]), 0..80)) {
            let latex = picks.concat();
            // Of the processor: a busy machine may take its time.
            let start = processor_time();
            if let Ok(mathml) = markup(&latex, true) {
                proptest::prop_assert!(!mathml.contains(" style=") && !mathml.contains(" id=") && !mathml.contains("<b>"), "{}", mathml);
            }
            proptest::prop_assert!((processor_time() - start).as_secs() < 2, "{}", latex);
        }
    }
}
