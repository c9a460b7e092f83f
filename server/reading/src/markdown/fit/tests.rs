use super::*;

const LONG: &str = "<h1>Why the slide that everybody in the room is looking at right now has to \
                    change the moment the presenter taps and not a second later</h1><p>By me</p>";

/// Counted as on any slide, it went over the edge: there its type is larger and bold.
#[test]
fn a_long_title_is_smaller_where_titles_are_larger() {
    assert!((60..100).contains(&scale(LONG, None, Some("cover"))));
    assert!(scale(LONG, None, Some("cover")) <= scale(LONG, None, Some("center")));
    // On other slides titles have their own size, and the body is what shrinks.
    assert!(scale(LONG, None, None) >= 100);
}

#[test]
fn a_short_body_is_larger_and_a_long_one_smaller() {
    let list = |items: usize| {
        format!(
            "<h1>A title</h1><ul>{}</ul>",
            "<li>Some words</li>".repeat(items)
        )
    };
    let scales: Vec<u16> = [1, 6, 9, 12, 20, 40]
        .map(|items| scaled(&list(items)))
        .to_vec();
    assert!(
        scales.is_sorted_by(|before, after| before >= after),
        "{scales:?}"
    );
    assert_eq!(
        (scales.first(), scales.last()),
        (Some(&125), Some(&SMALLEST))
    );
    // A picture has the space that words leave.
    assert_eq!(
        scaled("<h1>A title</h1><p>A word</p><p class=\"figure\"><img></p>"),
        100
    );
}

fn scaled(markup: &str) -> u16 {
    scale(markup, None, None)
}

/// It was 3200 px wide, and nobody was told.
#[test]
fn a_table_is_as_narrow_as_its_longest_words_and_no_narrower() {
    let table = |word: &str| {
        let cells = format!("<td>{word}</td>").repeat(8);
        format!("<h2>Wide</h2><table><tbody><tr>{cells}</tr></tbody></table>")
    };
    assert!(scaled(&table("a few words")) >= 100);
    assert!((READABLE..100).contains(&scaled(&table("identifier"))));
    assert_eq!(
        scaled(&table("a_name_that_nobody_breaks_into_two")),
        SMALLEST
    );
    // Names of code are broken.
    let code = table("<code>a_name_that_anybody_breaks_into_two</code>");
    assert!(scaled(&code) > SMALLEST);
}

#[test]
fn a_formula_is_in_one_line() {
    let sum = |terms: usize| {
        let term = "<mo>+</mo><msup><mi>x</mi><mn>2</mn></msup>".repeat(terms);
        format!("<div class=\"block\"><math display=\"block\">{term}</math></div>")
    };
    assert!(scaled(&sum(8)) >= 100);
    assert!((SMALLEST..80).contains(&scaled(&sum(25))));
    // One part of a fraction is above the other.
    let over = |terms| {
        let part = format!("<mrow>{}</mrow>", "<mi>x</mi>".repeat(terms));
        format!("<p><math><mfrac>{part}{part}</mfrac></math></p>")
    };
    assert!(scaled(&over(40)) >= 100);
    assert!(scaled(&over(80)) < 100);
}

#[test]
fn pictures_beside_words_are_counted_with_what_the_theme_gives_them() {
    let four = "<li><p>a</p><p class=\"figure\"><img></p></li>".repeat(4);
    assert!(scaled(&format!("<ul>{four}</ul>")) < 80);
    let row = "<tr><td><img></td><td><img></td></tr>".repeat(4);
    assert!(scaled(&format!("<table><tbody>{row}</tbody></table>")) < 100);
    // Alone, each gives way.
    for alone in [
        "<p class=\"figure\"><img></p><p>a</p>",
        "<div class=\"centred\"><img></div><p>a</p>",
        "<figure><img height=\"2000\"><figcaption>a</figcaption></figure>",
        "<table><tbody><tr><td><img></td><td><img></td></tr></tbody></table>",
    ] {
        assert_eq!(scaled(alone), 100, "{alone}");
    }
}

#[test]
fn a_title_as_people_write_them_keeps_its_size() {
    let title = "<h1>Live slides in a room of five hundred</h1><p>By me, in Vienna</p>";
    for layout in ["cover", "section", "center", "end"] {
        assert_eq!(scale(title, None, Some(layout)), 100, "{layout}");
    }
}
