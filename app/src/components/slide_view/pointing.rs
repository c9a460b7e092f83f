//! Draws the presenter's pointer over the slide.

use gloo_timers::callback::Timeout;
use leptos::prelude::document;
use model::{
    deck::SlideNumber,
    talk::{Pointing, Tool},
};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, HtmlElement};

/// A pointer disappears after so many milliseconds without a position: the presenter's network is down.
const GOES_AFTER_MS: u32 = 900;

const SVG: &str = "http://www.w3.org/2000/svg";

thread_local! {
    /// Removes the pointer when its time is over.
    static GOING: RefCell<Option<Timeout>> = const { RefCell::new(None) };
    /// The newest pointing. Its slide may still be loading, or be swapped in again.
    static NOW: RefCell<Option<Pointing>> = const { RefCell::new(None) };
}

/// Draws over this page's slide if it is the one pointed at, or once it is.
pub fn draw(pointing: &Pointing) {
    NOW.replace(Some(pointing.clone()));
    let Some(slide) = find(".slide") else { return };
    let shown = slide.get_attribute("data-slide");
    if shown.as_ref() == Some(&pointing.slide.to_string()) {
        draw_over(&slide, pointing);
    }
}

/// Draws again after a face was swapped in, which removed the drawing. Another slide clears it.
pub fn draw_again(shown: SlideNumber) {
    let now = NOW.with_borrow(|now| now.clone().filter(|now| now.slide == shown));
    match (now, find(".slide")) {
        (Some(now), Some(slide)) => draw_over(&slide, &now),
        _ => clear(),
    }
}

fn draw_over(slide: &HtmlElement, pointing: &Pointing) {
    GOING.take();
    if pointing.tool == Tool::None {
        clear();
        return;
    }
    let Some(layer) = layer(slide) else { return };
    let before = layer.get_attribute("data-tool");
    let _ = layer.set_attribute("data-tool", pointing.tool.as_str());
    for (name, place) in [("--x", pointing.x), ("--y", pointing.y)] {
        let percent = format!("calc({place} * 0.01%)");
        let _ = layer.style().set_property(name, &percent);
    }
    if pointing.tool == Tool::Pencil {
        draw_ink(&layer, &pointing.ink);
        return;
    }
    let is_new = before.as_deref() != Some(pointing.tool.as_str());
    if is_new {
        layer.set_inner_html("");
    }
    if pointing.tool == Tool::Magnifier && is_new {
        magnify(slide, &layer);
    }
    GOING.set(Some(Timeout::new(GOES_AFTER_MS, clear)));
}

/// The area of the slide on the page, without the margins around it.
pub fn area() -> Option<DomRect> {
    let slide = find(".slide")?;
    Some(layer(&slide)?.get_bounding_client_rect())
}

/// The drawing on the slide, in the format of [`Pointing::ink`].
pub fn ink() -> String {
    let mut ink = String::new();
    let strokes = document().query_selector_all(".slide > .pointing polyline");
    let Ok(strokes) = strokes else { return ink };
    for index in 0..strokes.length() {
        let stroke = strokes.get(index).map(JsCast::dyn_into::<Element>);
        let points = stroke.and_then(|stroke| stroke.ok()?.get_attribute("points"));
        if index > 0 {
            ink.push(';');
        }
        ink += &points.unwrap_or_default();
    }
    ink
}

pub fn clear() {
    NOW.take();
    if let Some(layer) = find(".slide > .pointing") {
        layer.remove();
    }
}

/// The layer over the slide, in its shape. Made when it is first needed.
fn layer(slide: &HtmlElement) -> Option<HtmlElement> {
    if let Some(layer) = find(".slide > .pointing") {
        return Some(layer);
    }
    let layer = document().create_element("div").ok()?;
    layer.set_class_name("pointing");
    let _ = layer.set_attribute("aria-hidden", "true");
    let layer: HtmlElement = layer.dyn_into().ok()?;
    let picture = slide.query_selector(".face > img").ok().flatten();
    // Slides of HTML are 16 by 9.
    let side = |name| picture.as_ref()?.get_attribute(name);
    let sides = side("width").zip(side("height"));
    let (width, height) = sides.unwrap_or_else(|| ("16".to_owned(), "9".to_owned()));
    let ratio = format!("calc({width} / {height})");
    let _ = layer.style().set_property("--ratio", &ratio);
    slide.append_child(&layer).ok()?;
    Some(layer)
}

fn draw_ink(layer: &Element, ink: &str) {
    let Ok(paper) = document().create_element_ns(Some(SVG), "svg") else {
        return;
    };
    let _ = paper.set_attribute("viewBox", "0 0 10000 10000");
    let _ = paper.set_attribute("preserveAspectRatio", "none");
    for stroke in ink.split(';') {
        if let Ok(line) = document().create_element_ns(Some(SVG), "polyline") {
            let _ = line.set_attribute("points", stroke);
            let _ = paper.append_child(&line);
        }
    }
    layer.replace_children_with_node_1(&paper);
}

/// Adds a copy of the slide, which CSS doubles in size and clips to a circle.
fn magnify(slide: &Element, layer: &Element) {
    let face = slide.query_selector(".face").ok().flatten();
    if let Some(Ok(copy)) = face.map(|face| face.clone_node_with_deep(true)) {
        let _ = layer.append_child(&copy);
    }
}

fn find(selector: &str) -> Option<HtmlElement> {
    let element = document().query_selector(selector).ok().flatten()?;
    element.dyn_into().ok()
}
