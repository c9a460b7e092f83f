//! The background of an SVG. PlantUML and draw.io write `style="background:#222"`, and usvg only reads
//! `background-color`: light text on a dark background would be drawn on white.

use resvg::usvg::roxmltree::Document;

pub struct Background {
    /// The drawing with its background where usvg reads it. None when nothing has to change.
    pub text: Option<String>,
    /// Whether the background is more than a plain colour.
    pub is_lossy: bool,
}

/// `text` is the source of `document`.
pub fn written(document: &Document<'_>, text: &str) -> Background {
    let mut background = Background {
        text: None,
        is_lossy: false,
    };
    let root = document.root_element();
    let Some(style) = root.attribute_node("style") else {
        return background;
    };
    let mut colour = None;
    let mut needs_writing = false;
    for declaration in style.value().split(';') {
        let Some((name, value)) = declaration.split_once(':') else {
            continue;
        };
        let name = name.trim().to_ascii_lowercase();
        let is_shorthand = name == "background";
        if !is_shorthand && name != "background-color" {
            continue;
        }
        let value = value.trim().trim_end_matches("!important").trim_end();
        match plain(value) {
            Some(plain) => {
                needs_writing |= is_shorthand || plain != value;
                colour = Some(plain);
            }
            None => background.is_lossy |= is_shorthand && !is_nothing(value),
        }
    }
    let Some(colour) = colour.filter(|_| needs_writing) else {
        return background;
    };
    let end = style.range_value().end;
    if let Some((before, after)) = text.split_at_checked(end) {
        background.text = Some(format!("{before};background-color:{colour}{after}"));
    }
    background
}

/// The colour, if the value is nothing else. The first one of `light-dark(…)`, because all viewers see the
/// same.
fn plain(value: &str) -> Option<&str> {
    if let Some(inside) = value.strip_prefix("light-dark(") {
        return plain(first(inside)?.trim());
    }
    let (name, arguments) = value.split_once('(').unwrap_or((value, ""));
    let is_function = matches!(name, "rgb" | "rgba" | "hsl" | "hsla");
    let is_name = |name: &str| {
        let name = name.strip_prefix('#').unwrap_or(name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let is_number = |c: char| c.is_ascii_alphanumeric() || "., %/-".contains(c);
    let is_plain = if is_function {
        let inside = arguments.strip_suffix(')');
        inside.is_some_and(|inside| inside.chars().all(is_number))
    } else {
        is_name(value) && !is_nothing(value)
    };
    is_plain.then_some(value)
}

/// The part before the first comma outside of parentheses.
fn first(arguments: &str) -> Option<&str> {
    let mut depth = 0_u32;
    let end = arguments.find(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })?;
    arguments.get(..end)
}

fn is_nothing(value: &str) -> bool {
    const NOTHING: [&str; 7] = [
        "",
        "none",
        "transparent",
        "inherit",
        "initial",
        "unset",
        "currentcolor",
    ];
    NOTHING.contains(&value.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_colour_is_written_where_it_is_read() {
        let of = |style: &str| {
            let text = format!("<svg style='{style}'/>");
            let document = Document::parse(&text).expect("a drawing");
            let written = written(&document, &text);
            let colour = written.text.and_then(|text| {
                let (_, colour) = text.rsplit_once(";background-color:")?;
                Some(colour.trim_end_matches("'/>").to_owned())
            });
            (colour, written.is_lossy)
        };
        for (style, colour) in [
            ("width:9px;background:#222222;", "#222222"),
            ("BACKGROUND : rgb(1, 2, 3) !important", "rgb(1, 2, 3)"),
            (
                "background:#fff;background-color:light-dark(rgb(1,2,3), var(--x, #000))",
                "rgb(1,2,3)",
            ),
            ("font-family:&quot;x&quot;;background:navy", "navy"),
        ] {
            assert_eq!(of(style), (Some(colour.to_owned()), false), "{style}");
        }
        for style in ["", "color:red", "background-color:#222", "background:none"] {
            assert_eq!(of(style), (None, false), "{style}");
        }
        for style in [
            "background:url(a.png)",
            "background:linear-gradient(red, blue)",
        ] {
            assert_eq!(of(style), (None, true), "{style}");
        }
    }
}
