use super::*;
use crate::images::drawing;

fn svg(inside: &str) -> String {
    format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 100'>{inside}</svg>")
}

/// The drawing with its labels rewritten, and whether something was lost.
fn of(inside: &str) -> (String, bool) {
    let text = svg(inside);
    let document = Document::parse(&text).expect("XML");
    let labels = written(&document, &text);
    (labels.text.unwrap_or(text), labels.is_lossy)
}

fn words(inside: &str) -> Vec<String> {
    let (text, _) = of(inside);
    let document = Document::parse(&text).expect("XML");
    let texts = document
        .descendants()
        .filter(|node| node.tag_name().name() == "text");
    texts
        .map(|text| {
            text.descendants()
                .filter_map(|node| node.text().filter(|_| node.is_text()))
                .collect()
        })
        .collect()
}

fn attribute(inside: &str, element: &str, key: &str) -> Option<String> {
    let (text, _) = of(inside);
    let document = Document::parse(&text).expect("XML");
    let found = document
        .descendants()
        .find(|node| node.tag_name().name() == element);
    found.and_then(|node| node.attribute(key).map(str::to_owned))
}

const MERMAID: &str = "<g transform='translate(10,10)'><foreignObject width='100' height='24'>\
    <div xmlns='http://www.w3.org/1999/xhtml' style='display: table-cell; white-space: nowrap; line-height: 1.5;'>\
    <span class='nodeLabel'><p>Start <b>here</b></p></span></div></foreignObject></g>";

const DRAWIO: &str = "<switch><foreignObject style='overflow: visible; text-align: left;' width='100%' height='100%' \
    requiredFeatures='http://www.w3.org/TR/SVG11/feature#Extensibility'>\
    <div xmlns='http://www.w3.org/1999/xhtml' style='display: flex; align-items: unsafe center; justify-content: unsafe center; width: 118px; height: 1px; padding-top: 30px; margin-left: 1px;'>\
    <div style='box-sizing: border-box; font-size: 0px; text-align: center;'>\
    <div style='display: inline-block; font-size: 12px; font-family: Helvetica; color: light-dark(rgb(0, 0, 255), #fff); line-height: 1.2; white-space: normal;'>A box</div>\
    </div></div></foreignObject><text x='60' y='34' text-anchor='middle'>A b...</text></switch>\
    <switch><g requiredFeatures='http://www.w3.org/TR/SVG11/feature#Extensibility'/>\
    <a><text x='50%' y='100%'>Text is not SVG - cannot display</text></a></switch>";

#[test]
fn mermaids_labels_are_text_in_the_middle_of_their_boxes() {
    assert_eq!(words(MERMAID), ["Start here"]);
    assert_eq!(attribute(MERMAID, "text", "x").as_deref(), Some("50"));
    assert_eq!(
        attribute(MERMAID, "text", "text-anchor").as_deref(),
        Some("middle")
    );
    assert_eq!(
        attribute(MERMAID, "text", "class").as_deref(),
        Some("nodeLabel")
    );
    assert_eq!(attribute(MERMAID, "text", "y").as_deref(), Some("17.6"));
    assert!(of(MERMAID).0.contains("font-weight=\"bold\">here<"));
    let edge = MERMAID.replace("nodeLabel", "edgeLabel");
    assert_eq!(attribute(&edge, "rect", "height").as_deref(), Some("24"));
}

#[test]
fn drawios_labels_are_text_and_its_excuse_is_never_shown() {
    let (text, is_lossy) = of(DRAWIO);
    assert!(!text.contains("not SVG") && !is_lossy, "{text}");
    assert_eq!(
        words(DRAWIO),
        ["A box", "A b..."],
        "the switch shows the first"
    );
    assert_eq!(attribute(DRAWIO, "text", "x").as_deref(), Some("60"));
    assert_eq!(
        attribute(DRAWIO, "tspan", "fill").as_deref(),
        Some("rgb(0, 0, 255)")
    );
    assert_eq!(
        attribute(DRAWIO, "tspan", "font-size").as_deref(),
        Some("12")
    );
    // Newer exports of draw.io contain a picture of the label, which is used.
    let picture = DRAWIO.replace(
        "<text x='60' y='34' text-anchor='middle'>A b...</text>",
        "<image href='data:image/png;base64,AAAA'/>",
    );
    assert_eq!(words(&picture), Vec::<String>::new());
}

#[test]
fn lines_are_kept_and_long_ones_broken() {
    let label = |html: &str| {
        words(&format!(
            "<foreignObject width='100' height='60'>{html}</foreignObject>"
        ))
    };
    assert_eq!(
        label("<p>one<br/>two</p><p>three</p>"),
        ["one", "two", "three"]
    );
    assert_eq!(
        label("<ul>\n <li>one</li>\n <li>two  words</li>\n</ul>"),
        ["• one", "• two words"]
    );
    assert_eq!(
        label("<div>a label of many words</div>"),
        ["a label of", "many words"]
    );
    assert_eq!(
        label("<div style='white-space: nowrap'>a label of many words</div>"),
        ["a label of many words"]
    );
    assert_eq!(
        label("<div>日本語の長いラベルです</div>"),
        ["日本語の長いラ", "ベルです"]
    );
    assert_eq!(label("<div> </div>"), Vec::<String>::new());
}

#[test]
fn html_that_is_more_than_words_is_said() {
    let lost = |inside: &str| of(inside).1;
    assert!(!lost(MERMAID));
    assert!(!lost(
        "<foreignObject width='0' height='0'><div/></foreignObject>"
    ));
    assert!(lost(
        "<foreignObject><math><mi>x</mi></math></foreignObject>"
    ));
    assert!(lost(
        "<foreignObject><p>a <img src='x.png'/></p></foreignObject>"
    ));
    let entity = "<!DOCTYPE svg [<!ENTITY a '<foreignObject><p>x</p></foreignObject>'>]>"
        .to_owned()
        + &svg("&a;<foreignObject><p>y</p></foreignObject>");
    let rules = resvg::usvg::roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let document = Document::parse_with_options(&entity, rules).expect("XML");
    let labels = written(&document, &entity);
    assert!(labels.is_lossy);
    assert!(labels.text.is_some_and(
        |text| text.contains(">y</tspan>") && text.starts_with("<!DOCTYPE svg [<!ENTITY a '<f")
    ));
}

#[test]
fn a_label_is_drawn_where_its_box_is() {
    let label = svg(
        "<foreignObject x='100' y='50' width='100' height='50'><p style='color: #f00; font-size: 40px'>MMM</p></foreignObject>",
    );
    let drawn = drawing::draw("a.svg", label.as_bytes(), 64_000_000).expect("a drawing");
    let width = usize::try_from(drawn.pixels.width).expect("small");
    let red = drawn
        .pixels
        .rgba
        .chunks(4)
        .enumerate()
        .filter(|(_, pixel)| pixel[0] > 200 && pixel[1] < 50);
    let places: Vec<(usize, usize)> = red
        .map(|(at, _)| (at % width * 200 / width, at / width * 200 / width))
        .collect();
    // A machine without fonts reports it.
    assert_eq!(
        places.is_empty(),
        !drawn.warnings.is_empty(),
        "{:?}",
        drawn.warnings
    );
    assert!(
        places.iter().all(|(x, y)| *x >= 99 && *y >= 49),
        "outside of its box"
    );
}
