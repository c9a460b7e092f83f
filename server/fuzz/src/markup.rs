//! What a slide's HTML may be, read as strictly as nothing else reads it.

/// What runs, styles, loads, frames, or changes what an address means.
const ELEMENTS: [&str; 20] = [
    "applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe",
    "input", "link", "meta", "object", "script", "style", "template", "textarea", "title", "video",
];
const ATTRIBUTES: [&str; 9] = [
    "action",
    "background",
    "formaction",
    "id",
    "name",
    "ping",
    "poster",
    "srcset",
    "style",
];
const VOID: [&str; 3] = ["br", "hr", "img"];

/// Every tag is closed in its turn, and is none that does harm. `pictures` is the one attribute by
/// which an image may say what it shows.
pub fn check(markup: &str, pictures: &[&str]) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markup;
    while let Some((_, tag)) = rest.split_once('<') {
        if let Some(tag) = tag.strip_prefix('/') {
            let (name, after) = tag.split_once('>').expect("an end");
            assert_eq!(open.pop(), Some(name), "not closed in turn: {markup}");
            rest = after;
            continue;
        }
        let (name, mut inside) = word(tag);
        assert!(!name.is_empty(), "no tag at {tag:.40} in {markup}");
        assert!(!ELEMENTS.contains(&name), "{name} in {markup}");
        loop {
            if let Some(after) = inside.strip_prefix("/>") {
                rest = after;
                break;
            }
            if let Some(after) = inside.strip_prefix('>') {
                if !VOID.contains(&name) {
                    open.push(name);
                }
                rest = after;
                break;
            }
            let attribute = inside.strip_prefix(' ').expect("an attribute");
            let (key, after) = word(attribute.trim_start());
            assert!(!key.is_empty(), "no attribute at {inside:.40} in {markup}");
            let value = match after.strip_prefix("=\"") {
                Some(value) => {
                    let (value, after) = value.split_once('"').expect("a quote");
                    inside = after;
                    value
                }
                None => {
                    inside = after;
                    ""
                }
            };
            attribute_of(name, key, value, pictures);
        }
    }
    assert!(open.is_empty(), "left open: {open:?} in {markup}");
}

fn attribute_of(element: &str, key: &str, value: &str, pictures: &[&str]) {
    let said = format!("{element} {key}=\"{value}\"");
    assert!(!key.starts_with("on"), "{said}");
    assert!(!ATTRIBUTES.contains(&key), "{said}");
    match key {
        "src" | "data-file" => {
            assert!(element == "img" && pictures.contains(&key), "{said}");
            assert!(key == "data-file" || value.starts_with("/media/"), "{said}");
        }
        "href" => {
            let value = value.to_ascii_lowercase();
            let leads = ["http:", "https:", "mailto:"];
            assert!(
                leads.iter().any(|scheme| value.starts_with(scheme)),
                "{said}"
            );
            assert_eq!(element, "a", "{said}");
        }
        _ => assert!(!key.contains("href"), "{said}"),
    }
}

/// A name, and what comes after it.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    text.split_at(end.unwrap_or(text.len()))
}
