//! Sanitises a slide's HTML. Only our renderer's vocabulary passes. An author's tags were translated into
//! it before; this is the second line of defence.

use crate::vocabulary::{WORDS, is_word_class};
use ammonia::{Builder, UrlRelative};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// Elements that stand for a pause, a column or a piece of our own markup. Authors can't write them,
/// because the renderer drops unknown tags.
pub const MARK: &str = "ws-mark";
pub const PIECE: &str = "ws-piece";

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(WORDS.into_iter().chain([MARK, PIECE]).collect())
        .clean_content_tags(HashSet::from([
            "script",
            "style",
            "svg",
            "math",
            "iframe",
            "object",
            "template",
            "noscript",
            "title",
            "textarea",
            "xmp",
            "plaintext",
            "select",
            "noembed",
            "noframes",
        ]))
        .generic_attributes(HashSet::from([
            "class",
            "data-click",
            "data-clicks",
            "data-fragment",
            "data-hide",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            (
                "img",
                HashSet::from(["data-file", "alt", "width", "height", "title"]),
            ),
            ("ol", HashSet::from(["start"])),
            ("td", HashSet::from(["colspan", "rowspan"])),
            ("th", HashSet::from(["colspan", "rowspan"])),
            (MARK, HashSet::from(["data-mark", "data-value"])),
            (PIECE, HashSet::from(["data-n"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(|_, attribute, value| {
            if attribute != "class" {
                return Some(Cow::Borrowed(value));
            }
            let known: Vec<_> = value
                .split(' ')
                .filter(|class| is_word_class(class))
                .collect();
            (!known.is_empty()).then(|| Cow::Owned(known.join(" ")))
        })
        .strip_comments(true);
    builder
});

pub fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_class_but_a_slides_own_comes_through() {
        let html = "<p class=\"project kind running\">a</p><p class=\"page\">b</p>";
        assert_eq!(clean(html), "<p class=\"kind\">a</p><p>b</p>");
    }

    #[test]
    fn nothing_that_runs_comes_through() {
        let html = "<p onclick=x style=y>a<script>b</script><svg><a xlink:href=javascript:x></svg><a href=javascript:x>c</a><img src=x onerror=y></p>";
        let clean = clean(html);
        for bad in ["script", "on", "style", "svg", "src"] {
            assert!(!clean.replace("noopener", "").contains(bad), "{clean}");
        }
    }
}
