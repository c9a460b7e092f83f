//! The elements, attributes and classes of a slide's HTML. The sanitiser lets nothing else through, the
//! server accepts nothing else from a worker, and the fuzzer reports everything else.

use crate::segments::Segment;

/// Elements that authors may write.
pub const WORDS: [&str; 54] = [
    "a",
    "abbr",
    "aside",
    "b",
    "blockquote",
    "br",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Elements of formulas.
pub const FORMULA: [&str; 29] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "none",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
    "mpadded",
    "mphantom",
    "merror",
    "ms",
    "menclose",
    "semantics",
];

pub const FORMULA_ATTRIBUTES: [&str; 24] = [
    "display",
    "mathvariant",
    "stretchy",
    "symmetric",
    "form",
    "fence",
    "separator",
    "lspace",
    "rspace",
    "minsize",
    "maxsize",
    "largeop",
    "movablelimits",
    "accent",
    "accentunder",
    "linethickness",
    "displaystyle",
    "scriptlevel",
    "width",
    "height",
    "depth",
    "voffset",
    "columnspan",
    "rowspan",
];

/// Classes of text. Classes that an author writes are translated into these or dropped.
const WORD_CLASSES: [&str; 34] = [
    "absent",
    "alert",
    "block",
    "caution",
    "centred",
    "column",
    "columns",
    "done",
    "figure",
    "fit",
    "footnotes",
    // `page::steps` turns these two into columns.
    "float",
    "grid-auto",
    "grid-1",
    "grid-2",
    "grid-3",
    "grid-4",
    "grid-5",
    "grid-6",
    "important",
    "kind",
    "marked",
    "note",
    "reference",
    "right",
    "t-blue",
    "t-green",
    "t-purple",
    "t-red",
    "t-yellow",
    "task",
    "tasks",
    "tip",
    "warning",
];

/// Classes of code, formulas, backgrounds, headers and footers.
const DRAWN_CLASSES: [&str; 38] = [
    "above", "below", "body", "boxed", "code", "contain", "file", "ground", "ha", "hc", "hd", "he",
    "hf", "hi", "hk", "hn", "ho", "hs", "ht", "hv", "line", "lit", "mbb", "mbl", "mbr", "mbt",
    "ml", "mnot", "mpl", "mpr", "mr", "number", "numbered", "pictures", "running", "stacked",
    "stages", "stressed",
];

/// Classes of a whole slide.
const SLIDE_CLASSES: [&str; 17] = [
    "accent-blue",
    "accent-violet",
    "center",
    "centred",
    "cover",
    "end",
    "fact",
    "image",
    "invert",
    "on-dark",
    "on-light",
    "picture-behind",
    "picture-left",
    "picture-right",
    "quote",
    "section",
    "statement",
];

const NO_CLOSING_TAG: [&str; 3] = ["br", "hr", "img"];

pub fn is_element(name: &str) -> bool {
    WORDS.contains(&name) || FORMULA.contains(&name) || matches!(name, "svg" | "rect")
}

/// Whether the sanitiser keeps this class.
pub fn is_word_class(class: &str) -> bool {
    WORD_CLASSES.contains(&class) || numbered(class, "w", 12)
}

pub fn is_class(class: &str) -> bool {
    is_word_class(class) || DRAWN_CLASSES.contains(&class)
}

/// Whether a slide's root may have this class.
pub fn is_slide_class(class: &str) -> bool {
    SLIDE_CLASSES.contains(&class)
        || numbered(class, "fit-", 125)
        || numbered(class, "beside-", 100)
}

/// Whether the element may have this attribute with this escaped value.
pub fn is_attribute(element: &str, key: &str, value: &str) -> bool {
    match (element, key) {
        (_, "class") => value.split(' ').all(is_class),
        (_, "dir") => value == "auto",
        (_, "data-step" | "data-until" | "data-number") => is_number(value),
        ("a", "href") => leads_out(value),
        ("a", "target") => value == "_blank",
        ("a", "rel") => value == "noopener",
        ("a" | "img", "title") | ("img", "alt") => true,
        ("img", "width" | "height") => is_length(value),
        ("ol", "start") | ("td" | "th", "colspan" | "rowspan") => is_number(value),
        ("svg", "aria-hidden") => value == "true",
        ("rect", "width" | "height") => value == "100%",
        ("rect", "fill") => value.strip_prefix('#').is_some_and(is_hex),
        _ => FORMULA.contains(&element) && FORMULA_ATTRIBUTES.contains(&key),
    }
}

/// Whether the segments together are well formed and have only what a slide may have. Each tag is whole
/// within its segment, so that a picture's address can't end up in an attribute.
///
/// ```
/// use reading::{segments::cut, vocabulary::is_slide};
///
/// assert!(is_slide(&cut("<p>one <strong>word</strong></p>")));
/// assert!(!is_slide(&cut("<p>not <strong>closed</p>")));
/// assert!(!is_slide(&cut("<script>alert(1)</script>")));
/// assert!(!is_slide(&cut("<p onclick=\"alert(1)\">a click</p>")));
/// ```
pub fn is_slide(segments: &[Segment]) -> bool {
    let mut open = Vec::new();
    let are_ours = segments.iter().all(|segment| match segment {
        Segment::Markup(markup) => read_part(markup, &mut open, is_attribute).is_some(),
        Segment::Picture { before, after, .. } => [before, after]
            .iter()
            .all(|list| attributes("img", list, is_attribute) == Some("")),
    });
    are_ours && open.is_empty()
}

/// Whether markup is well formed and has only what speaker notes may have: no pictures, classes or formulas.
pub fn is_notes(markup: &str) -> bool {
    let allows = |element: &str, key: &str, value: &str| match (element, key) {
        ("a", "href" | "target" | "rel") | ("ol", "start") => is_attribute(element, key, value),
        _ => false,
    };
    read(markup, allows).is_some()
}

/// Reads markup as our renderer writes it. `allows` is called with each attribute's element, name and
/// value. None when it refuses one, or the markup is not well formed.
pub fn read(markup: &str, allows: impl Fn(&str, &str, &str) -> bool) -> Option<()> {
    let mut open = Vec::new();
    read_part(markup, &mut open, allows)?;
    open.is_empty().then_some(())
}

/// Reads markup within the elements that are `open`, and may leave others open.
fn read_part<'a>(
    markup: &'a str,
    open: &mut Vec<&'a str>,
    allows: impl Fn(&str, &str, &str) -> bool,
) -> Option<()> {
    let mut rest = markup;
    while let Some((_, tag)) = rest.split_once('<') {
        if let Some(tag) = tag.strip_prefix('/') {
            let (name, after) = tag.split_once('>')?;
            if open.pop()? != name {
                return None;
            }
            rest = after;
            continue;
        }
        let (name, inside) = word(tag);
        if !is_element(name) {
            return None;
        }
        let end = attributes(name, inside, &allows)?;
        rest = if let Some(after) = end.strip_prefix("/>") {
            after
        } else {
            let after = end.strip_prefix('>')?;
            if !NO_CLOSING_TAG.contains(&name) {
                open.push(name);
            }
            after
        };
    }
    Some(())
}

/// Reads an element's attributes, each with a space before it. Returns what follows them; None when one
/// is refused or not well formed.
fn attributes<'a>(
    element: &str,
    mut rest: &'a str,
    allows: impl Fn(&str, &str, &str) -> bool,
) -> Option<&'a str> {
    while let Some(attribute) = rest.strip_prefix(' ') {
        let (key, after) = word(attribute);
        let (value, after) = after.strip_prefix("=\"")?.split_once('"')?;
        if !allows(element, key, value) {
            return None;
        }
        rest = after;
    }
    Some(rest)
}

/// Splits a name off.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let end = end.unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn numbered(class: &str, name: &str, most: u16) -> bool {
    class
        .strip_prefix(name)
        .filter(|number| is_number(number))
        .and_then(|number| number.parse().ok())
        .is_some_and(|number: u16| (1..=most).contains(&number))
}

fn is_number(value: &str) -> bool {
    (1..=10).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_length(value: &str) -> bool {
    let number = value.strip_suffix('%').unwrap_or(value);
    (1..=8).contains(&number.len())
        && number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn is_hex(value: &str) -> bool {
    (3..=8).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn leads_out(address: &str) -> bool {
    ["http:", "https:", "mailto:"].iter().any(|scheme| {
        address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::cut;

    #[test]
    fn only_known_words_make_a_slide() {
        for markup in [
            "a < b",
            "<p>1<br>2</p>",
            "<div class=\"column w12\"><img data-file=\"a.png\" alt=\"\" width=\"50%\"></div>",
            "<math display=\"block\"><mspace width=\"1em\"/></math>",
        ] {
            assert_eq!(is_slide(&cut(markup)), !markup.contains("< "), "{markup}");
        }
        for markup in [
            "<script></script>",
            "<SCRIPT/src=x>",
            "<textarea></textarea>",
            "<p id=\"a\"></p>",
            "<p style=\"\"></p>",
            "<p onclick=\"\"></p>",
            "<p formaction=\"\"></p>",
            "<div class=\"project\"></div>",
            "<div class=\"column w13\"></div>",
            "<div class=\"beside-20\"></div>",
            "<a href=\"javascript:x\"></a>",
            "<img src=\"/media/a\">",
            "<mi href=\"https://a\"></mi>",
            "<p>",
            "</p>",
            "<b><i></b></i>",
            "<p class=\"x",
            "<!-- a -->",
        ] {
            assert!(!is_slide(&cut(markup)), "{markup}");
        }
        assert!(is_slide_class("beside-33") && !is_slide_class("project"));
    }
}
