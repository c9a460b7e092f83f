//! Speaker notes in Markdown, as HTML for the remote: emphasis, lists, code and links, and nothing that does
//! something.

use ammonia::{Builder, UrlRelative};
use comrak::Options;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// The elements of notes.
const ELEMENTS: [&str; 20] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(ELEMENTS))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener"))
        .set_tag_attribute_value("a", "target", "_blank");
    builder
});

/// Notes as HTML. HTML in them is shown as it was written, and lines end where the author ended them: a
/// presenter reads them line by line.
pub fn html(notes: &str) -> String {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.highlight = true;
    options.extension.cjk_friendly_emphasis = true;
    options.render.escape = true;
    options.render.hardbreaks = true;
    let html = comrak::markdown_to_html(notes, &options);
    CLEANER.clean(&html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::is_notes;
    use proptest::prelude::*;

    #[test]
    fn notes_have_emphasis_lists_code_and_links() {
        for (notes, expected) in [
            (
                "Say **this**, *slowly*",
                "<p>Say <strong>this</strong>, <em>slowly</em></p>",
            ),
            ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
            ("`x < y`", "<p><code>x &lt; y</code></p>"),
            (
                "[there](https://example.org)",
                "<p><a href=\"https://example.org\" target=\"_blank\" rel=\"noopener\">there</a></p>",
            ),
            ("one\ntwo", "<p>one<br>\ntwo</p>"),
            (
                "3. c\n4. d",
                "<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>",
            ),
        ] {
            assert_eq!(html(notes).trim(), expected);
            assert!(is_notes(&html(notes)), "{notes}");
        }
    }

    #[test]
    fn notes_do_nothing() {
        for notes in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "![x](https://example.org/pixel.png)",
            "<a href=\"/t/room/present\">x</a>",
            "[x](/relative)",
            "<style>*{display:none}</style>",
        ] {
            let html = html(notes);
            assert!(is_notes(&html), "{html}");
            for bad in [
                "<script",
                "<img",
                "href=\"javascript",
                "<style",
                "<a href=\"/",
            ] {
                assert!(!html.contains(bad), "{notes}: {html}");
            }
        }
        // As it was written, not lost.
        assert!(html("Press <kbd>").contains("&lt;kbd&gt;"));
    }

    proptest! {
        #[test]
        fn any_notes_are_in_the_vocabulary(notes in "(?s)[\\PC\n<>&\"'`*_\\[\\]()#-]{0,200}") {
            prop_assert!(is_notes(&html(&notes)));
        }
    }
}
