//! The link annotations of a page.

use super::{geometry::View, layers::Layers, strings, tree};
use crate::source::{Link, Target};
use hayro::hayro_syntax::{
    Pdf,
    object::{
        Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, Rect, Stream, String as PdfString,
    },
    page::Page,
};
use std::collections::HashMap;
use url::Url;

/// The most links of a page. A table of contents has a few dozen.
const MOST: usize = 500;

/// The longest address that browsers and servers support.
const LONGEST_URL: usize = 2_000;

/// Annotation flags (ISO 32000-2, table 167) that hide it on a screen.
const HIDDEN: u32 = (1 << 1) | (1 << 5);

/// The destinations of a document.
#[derive(Debug, Default)]
pub struct Destinations {
    pages: HashMap<ObjectIdentifier, u32>,
    named: HashMap<Vec<u8>, u32>,
    count: u32,
    /// The base of relative addresses (ISO 32000-2, 12.6.4.8).
    base: Option<String>,
}

impl Destinations {
    pub fn of(pdf: &Pdf, catalog: Option<&Dict<'_>>) -> Self {
        let mut these = Self::default();
        for page in pdf.pages().iter() {
            if let Some(id) = page.raw().obj_id() {
                these.pages.insert(id, these.count);
            }
            these.count += 1;
        }
        let Some(catalog) = catalog else {
            return these;
        };
        let base = catalog
            .get::<Dict<'_>>(b"URI")
            .and_then(|uri| uri.get(b"Base"))
            .and_then(bytes_of);
        these.base = base.and_then(|base| url(&base, None));
        // A tree since PDF 1.2, a dictionary before. Both are still written.
        let root = catalog
            .get::<Dict<'_>>(b"Names")
            .and_then(|names| names.get::<Dict<'_>>(b"Dests"));
        if let Some(root) = root {
            tree::entries(&root, b"Names", |name, value| {
                if let (Some(name), Some(page)) = (name.into_string(), these.page_of(value)) {
                    these.named.insert(name.as_bytes().to_vec(), page);
                }
            });
        }
        if let Some(old) = catalog.get::<Dict<'_>>(b"Dests") {
            for name in old.keys() {
                let page = old
                    .get::<Object<'_>>(&name)
                    .and_then(|it| these.page_of(it));
                if let Some(page) = page {
                    these.named.insert(name.as_ref().to_vec(), page);
                }
            }
        }
        these
    }

    /// The page of a destination of any kind.
    fn page_of(&self, destination: Object<'_>) -> Option<u32> {
        match destination {
            Object::Array(array) => self.page_of_array(&array),
            Object::Dict(dict) => self.page_of_array(&dict.get::<Array<'_>>(b"D")?),
            Object::Name(name) => self.named.get(name.as_ref()).copied(),
            Object::String(name) => self.named.get(name.as_bytes()).copied(),
            _ => None,
        }
    }

    fn page_of_array(&self, array: &Array<'_>) -> Option<u32> {
        match array.raw_iter().next()? {
            MaybeRef::Ref(id) => self.pages.get(&id.into()).copied(),
            // A page number is meant for other files, but some programs use it for the same file.
            MaybeRef::NotRef(number) => self.existing(i64::from(number.into_i32()?)),
        }
    }

    fn existing(&self, page: i64) -> Option<u32> {
        u32::try_from(page).ok().filter(|page| *page < self.count)
    }
}

/// The visible links of the page with this index.
pub fn of_page(
    page: &Page<'_>,
    index: u32,
    view: &View,
    to: &Destinations,
    layers: &Layers,
) -> Vec<Link> {
    let Some(annotations) = page.raw().get::<Array<'_>>(b"Annots") else {
        return Vec::new();
    };
    annotations
        .iter::<Dict<'_>>()
        .filter(|annotation| is(annotation, b"Link"))
        .filter(|annotation| annotation.get::<u32>(b"F").unwrap_or(0) & HIDDEN == 0)
        .filter(|annotation| layers.shows(annotation))
        .filter_map(|annotation| {
            let area = view.fractions(annotation.get::<Rect>(b"Rect")?)?;
            Some(Link {
                x: area.x,
                y: area.y,
                width: area.width,
                height: area.height,
                target: target(&annotation, index, to)?,
            })
        })
        .take(MOST)
        .collect()
}

/// Whether an annotation, or an action, is of this kind.
pub fn is(dict: &Dict<'_>, kind: &[u8]) -> bool {
    let name = dict.get::<Name<'_>>(b"Subtype");
    name.is_some_and(|name| name.as_ref() == kind)
}

fn target(annotation: &Dict<'_>, index: u32, to: &Destinations) -> Option<Target> {
    if let Some(destination) = annotation.get::<Object<'_>>(b"Dest") {
        return Some(Target::Page(to.page_of(destination)?));
    }
    let action = annotation.get::<Dict<'_>>(b"A")?;
    match action.get::<Name<'_>>(b"S")?.as_ref() {
        b"URI" => Some(Target::Url(url(
            &bytes_of(action.get(b"URI")?)?,
            to.base.as_deref(),
        )?)),
        b"GoTo" => Some(Target::Page(to.page_of(action.get(b"D")?)?)),
        b"Named" => {
            let page = match action.get::<Name<'_>>(b"N")?.as_ref() {
                b"NextPage" => i64::from(index) + 1,
                b"PrevPage" => i64::from(index) - 1,
                b"FirstPage" => 0,
                b"LastPage" => i64::from(to.count) - 1,
                _ => return None,
            };
            Some(Target::Page(to.existing(page)?))
        }
        _ => None,
    }
}

fn bytes_of(object: Object<'_>) -> Option<Vec<u8>> {
    match object {
        Object::String(string) => Some(PdfString::as_bytes(&string).to_vec()),
        Object::Stream(stream) => Stream::decoded(&stream).ok().map(|it| it.into_owned()),
        _ => None,
    }
}

/// Accepts web and mail addresses. Others could run or open something on the user's machine. `base` resolves
/// relative addresses.
fn url(bytes: &[u8], base: Option<&str>) -> Option<String> {
    // Should be ASCII, but many programs write UTF-8.
    let url = match std::str::from_utf8(bytes) {
        Ok(url) => url.to_owned(),
        Err(_) => strings::decoded(bytes),
    };
    let url = url.trim();
    if url.is_empty() || url.chars().any(char::is_control) {
        return None;
    }
    let lower = url.to_ascii_lowercase();
    if lower.starts_with("mailto:") {
        let is_clean = url.len() > 7 && !url.contains(char::is_whitespace);
        return (is_clean && url.len() <= LONGEST_URL).then(|| url.to_owned());
    }
    let has_scheme = lower.split(['/', '?', '#']).next()?.contains(':');
    let url = if has_scheme {
        url.to_owned()
    } else if lower.starts_with("www.") {
        format!("http://{url}")
    } else if url.starts_with("//") {
        format!("https:{url}")
    } else {
        // The scheme of the result is checked below.
        Url::parse(base?).ok()?.join(url).ok()?.into()
    };
    let (scheme, rest) = url.split_once("://")?;
    let is_web = ["http", "https"]
        .iter()
        .any(|it| scheme.eq_ignore_ascii_case(it));
    let host = rest.split(['/', '?', '#']).next()?;
    if !is_web || host.is_empty() || host.contains(char::is_whitespace) {
        return None;
    }
    let url = url.replace(char::is_whitespace, "%20");
    (url.len() <= LONGEST_URL).then_some(url)
}

/// Whether a link leads to a file on the author's machine.
pub fn leads_to_file(annotation: &Dict<'_>) -> bool {
    let Some(action) = annotation.get::<Dict<'_>>(b"A") else {
        return false;
    };
    match action.get::<Name<'_>>(b"S").as_deref() {
        Some(b"Launch" | b"GoToR") => true,
        Some(b"URI") => {
            let url = action.get(b"URI").and_then(bytes_of).unwrap_or_default();
            let url = url.trim_ascii_start().to_ascii_lowercase();
            url.starts_with(b"file:") || url.starts_with(b"run:")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Option<&str> = Some("https://base.example/dir/a.html");

    #[test]
    fn only_addresses_of_the_web_and_of_mail_are_links() {
        for good in [
            "http://a.example",
            "HTTPS://a.example/?q=%20#x",
            "mailto:a@a.example",
            "https://ä.example/ü",
        ] {
            assert_eq!(url(good.as_bytes(), None).as_deref(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "http:",
            "http://",
            "a.example",
            "java\nscript:x",
            "http://a b",
            "http://a\n.example",
            "mailto:",
            "run:film.mp4",
            "",
            ":",
        ] {
            assert_eq!(url(bad.as_bytes(), None), None, "{bad}");
        }
        for bad in [
            "javascript:alert(1)",
            "run:film.mp4",
            "file:///x",
            "http:",
            "",
        ] {
            assert_eq!(url(bad.as_bytes(), BASE), None, "{bad}");
        }
        let long = format!("http://{}", "a".repeat(3_000));
        assert_eq!(url(long.as_bytes(), None), None);
    }

    #[test]
    fn addresses_are_completed_as_in_a_viewer() {
        for (written, base, address) in [
            (
                "www.noscheme.example/b",
                None,
                "http://www.noscheme.example/b",
            ),
            ("//proto.example/e", None, "https://proto.example/e"),
            ("  https://lead.example/d ", None, "https://lead.example/d"),
            (
                "https://space.example/my file.pdf",
                None,
                "https://space.example/my%20file.pdf",
            ),
            (
                "relative.html",
                BASE,
                "https://base.example/dir/relative.html",
            ),
            ("../up.html?a:b", BASE, "https://base.example/up.html?a:b"),
            ("/root", BASE, "https://base.example/root"),
        ] {
            assert_eq!(url(written.as_bytes(), base).as_deref(), Some(address));
        }
    }
}
