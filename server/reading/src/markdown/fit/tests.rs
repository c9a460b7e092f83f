use super::*;

const LONG: &str = "<h1>Why the slide that everybody in the room is looking at right now has to \
                    change the moment the presenter taps and not a second later</h1><p>By me</p>";

/// Counted as on any slide, it went over the edge: there its type is larger and bold.
#[test]
fn a_long_title_is_smaller_where_titles_are_larger() {
    // At 88 it fits exactly, in a browser with DejaVu Sans.
    assert!((72..=88).contains(&scale(LONG, false, Some("cover"))));
    assert!(scale(LONG, false, Some("cover")) <= scale(LONG, false, Some("section")));
    assert!(scale(LONG, false, Some("section")) <= scale(LONG, false, Some("center")));
    assert_eq!(scale(LONG, false, None), 100);
}

fn scaled(markup: &str) -> u16 {
    scale(markup, false, None)
}

/// It was 3200 px wide, and nobody was told.
#[test]
fn a_table_is_as_narrow_as_its_longest_words_and_no_narrower() {
    let table = |word: &str| {
        let cells = format!("<td>{word}</td>").repeat(8);
        format!("<h2>Wide</h2><table><tbody><tr>{cells}</tr></tbody></table>")
    };
    assert_eq!(scaled(&table("a few words")), 100);
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
    assert_eq!(scaled(&sum(8)), 100);
    assert!((SMALLEST..80).contains(&scaled(&sum(25))));
    // One part of a fraction is above the other.
    let over = |terms| {
        let part = format!("<mrow>{}</mrow>", "<mi>x</mi>".repeat(terms));
        format!("<p><math><mfrac>{part}{part}</mfrac></math></p>")
    };
    assert_eq!(scaled(&over(40)), 100);
    assert!(scaled(&over(80)) < 100);
}

#[test]
fn pictures_beside_words_are_counted_with_what_the_theme_gives_them() {
    let four = "<li><p>a</p><p class=\"figure\"><img></p></li>".repeat(4);
    assert!(scaled(&format!("<ul>{four}</ul>")) < 80);
    let row = "<tr><td><img></td><td><img></td></tr>".repeat(3);
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
    for layout in [None, Some("cover"), Some("section"), Some("center")] {
        assert_eq!(scale(title, false, layout), 100, "{layout:?}");
    }
}
