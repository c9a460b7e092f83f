//! Checks a slide's HTML against the server's list of elements and attributes.

use reading::vocabulary::{is_attribute, is_slide_class, read};

/// As a page gets it: around it the slide, and in it the pictures.
pub fn check_shown(markup: &str) {
    let allows = |element: &str, key: &str, value: &str| match (element, key) {
        ("div", "class") if value.starts_with("page ") => value
            .split(' ')
            .skip(1)
            .all(|class| class.is_empty() || is_slide_class(class)),
        ("img", "src") => value.starts_with("/media/"),
        ("img", "data-own") => value.is_empty(),
        _ => is_attribute(element, key, value),
    };
    read(markup, allows).unwrap_or_else(|| panic!("not a slide's page: {markup}"));
}
