//! Faces in the browser: fetched ahead, decoded, and swapped in.

use super::{Sight, markup, pointing};
use crate::live::jitter_ms;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{html, prelude::*, task::spawn_local_scoped_with_cancellation as spawn_while_shown};
use model::{
    deck::{Face, Size},
    talk::Transition,
};
use std::{cell::RefCell, pin::pin, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlAnchorElement, HtmlElement, HtmlImageElement};

/// The number of faces off the page that are kept: the next one, and a few to go back to.
const KEPT: usize = 4;

/// The pause before a picture is fetched again, and the longest wait for it. The wait doubles each time,
/// for slow networks.
const RETRY_MS: u32 = 1_000;
const PATIENCE_MS: u32 = 8_000;
const LONGEST_PATIENCE_MS: u32 = 64_000;

/// A face as an element, on the page or ready for it.
#[derive(Clone)]
struct Drawn {
    face: Face,
    element: Element,
}

/// Decoded faces that are not on the page, newest last.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<Drawn>>>);

/// The attribute of a face during a fade, and its values.
const FADES: &str = "data-fades";
const COMES: &str = "in";
const LEAVES: &str = "out";

/// How long a slide fades in. CSS has the same.
const FADE_MS: u32 = 150;

/// One view of slides.
#[derive(Clone)]
struct Swap {
    frame: NodeRef<html::Figure>,
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
    sizes: &'static str,
    kept: Kept,
}

/// Shows each wanted sight in the frame once its face is decoded. `shown` changes in the same turn, so
/// that the picture and what the page says of it change together.
pub fn show_decoded(
    frame: NodeRef<html::Figure>,
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
    sizes: &'static str,
    spread_ms: u32,
) {
    let swap = Swap {
        frame,
        wanted,
        shown,
        sizes,
        kept: Kept::default(),
    };
    Effect::new(move |before: Option<()>| {
        let sight = wanted.get();
        for face in sight.preload.clone() {
            spawn_while_shown(swap.clone().fetch_ahead(face, spread_ms));
        }
        if before.is_none() {
            // The picture that the page was rendered with may be broken or never arrive.
            spawn_while_shown(swap.clone().check_first());
            return;
        }
        // A dark screen does not wait for the picture that it covers.
        if sight.screen.is_dark() {
            shown.update(|shown| shown.screen = sight.screen);
        }
        if sight.face == shown.read_untracked().face {
            // Nothing to fetch. A decoding in progress will find itself outdated.
            if let Some(picture) = swap.element().and_then(|element| picture_in(&element)) {
                picture.set_alt(&sight.title);
            }
            pointing::draw_again(sight.state.slide);
            shown.set(sight);
            return;
        }
        spawn_while_shown(swap.clone().show(sight));
    });
}

impl Swap {
    async fn fetch_ahead(self, face: Face, spread_ms: u32) {
        if spread_ms > 0 {
            TimeoutFuture::new(jitter_ms(spread_ms)).await;
        }
        // A face that has become the wanted one is being fetched already.
        if self.wanted.read_untracked().face == face || self.kept.has(&face) {
            return;
        }
        let Some(drawn) = self.draw(&face, "", "") else {
            return;
        };
        // One that can't be decoded is fetched again when it is needed.
        if drawn.is_decoded(LONGEST_PATIENCE_MS).await {
            self.kept.keep(drawn);
        }
    }

    async fn check_first(self) {
        let sight = self.wanted.get_untracked();
        let same = sight.face == self.shown.read_untracked().face;
        if let (true, Some(element)) = (same, self.element()) {
            let face = sight.face.clone();
            let drawn = Drawn { face, element };
            if drawn.is_decoded(PATIENCE_MS).await {
                drawn.place_links();
                self.remove_preview();
                return;
            }
        }
        self.show(sight).await;
    }

    async fn show(self, sight: Sight) {
        let is_wanted = || *self.wanted.read_untracked() == sight;
        let mut patience = PATIENCE_MS;
        let mut tries: u32 = 0;
        let drawn = loop {
            let drawn = match tries {
                0 => self.kept.take(&sight.face),
                _ => None,
            };
            // A new URL each time: otherwise the browser would wait for the answer that never came.
            let query = match tries {
                0 => String::new(),
                tries => format!("?again={tries}"),
            };
            if let Some(drawn) = drawn.filter(Drawn::was_decoded) {
                break drawn;
            }
            let Some(drawn) = self.draw(&sight.face, &sight.title, &query) else {
                return;
            };
            if drawn.is_decoded(patience).await {
                break drawn;
            }
            tries += 1;
            patience = LONGEST_PATIENCE_MS.min(patience * 2);
            TimeoutFuture::new(RETRY_MS).await;
            if !is_wanted() {
                return;
            }
        };
        // A newer sight came while this one was decoded, and is shown by its own task.
        if !is_wanted() {
            self.kept.keep(drawn);
            return;
        }
        if let Some(picture) = picture_in(&drawn.element) {
            picture.set_alt(&sight.title);
        }
        let Some(frame) = self.frame.get_untracked() else {
            return;
        };
        let before = self.element();
        let fades = sight.state.transition == Transition::Fade;
        match before.as_ref().filter(|_| fades) {
            Some(before) => {
                fade(&drawn.element, COMES);
                fade(before, LEAVES);
                frame.replace_children_with_node_2(&drawn.element, before);
            }
            None => frame.replace_children_with_node_1(&drawn.element),
        }
        drawn.place_links();
        pointing::draw_again(sight.state.slide);
        let face = self.shown.read_untracked().face.clone();
        self.shown.set(sight);
        let Some(element) = before else { return };
        if fades {
            TimeoutFuture::new(FADE_MS).await;
            // Unless another slide has come meanwhile, and this one leaves.
            if has_faded(&drawn.element, COMES) {
                let _ = drawn.element.remove_attribute(FADES);
            }
            if has_faded(&element, LEAVES) {
                let _ = element.remove_attribute(FADES);
                element.remove();
            }
        }
        self.kept.keep(Drawn { face, element });
    }

    fn element(&self) -> Option<Element> {
        self.frame.get_untracked()?.first_element_child()
    }

    fn remove_preview(&self) {
        let preview = self.element().and_then(|face| face.next_element_sibling());
        // Without a preview, what stands there may be what the presenter points at.
        if let Some(preview) = preview.filter(|sibling| sibling.class_name() == "preview") {
            preview.remove();
        }
    }

    fn draw(&self, face: &Face, title: &str, query: &str) -> Option<Drawn> {
        let element = document().create_element("div").ok()?;
        element.set_class_name("face");
        element.set_inner_html(&markup(face, title, self.sizes, query));
        Some(Drawn {
            face: face.clone(),
            element,
        })
    }
}

impl Drawn {
    /// Whether a kept face can be shown at once: asking the browser to decode it again would take a
    /// frame. If it has dropped the pixels, it decodes them when it paints.
    fn was_decoded(&self) -> bool {
        self.pictures().all(|picture| {
            picture.set_decoding("sync");
            picture.complete() && picture.natural_width() > 0
        })
    }

    /// Waits until all of its pictures are decoded; false if one fails or takes too long.
    async fn is_decoded(&self, patience_ms: u32) -> bool {
        for picture in self.pictures() {
            let decoded = pin!(JsFuture::from(picture.decode()));
            match select(decoded, TimeoutFuture::new(patience_ms)).await {
                Either::Left((Ok(_), _)) => {}
                Either::Left((Err(_), _)) | Either::Right(_) => return false,
            }
        }
        true
    }

    fn pictures(&self) -> impl Iterator<Item = HtmlImageElement> {
        let pictures = self.element.get_elements_by_tag_name("img");
        (0..pictures.length()).filter_map(move |index| {
            let picture = pictures.item(index)?;
            // A picture that is still being imported has no URL. The slide is sent again with it.
            picture.get_attribute("src")?;
            picture.dyn_into().ok()
        })
    }

    /// Lays the links over the picture: the page's policy lets only a script set styles.
    fn place_links(&self) {
        let Some(picture) = self.face.as_picture().filter(|it| !it.links.is_empty()) else {
            return;
        };
        let Some(element) = self.element.dyn_ref::<HtmlElement>() else {
            return;
        };
        // The face takes the picture's shape, so that their corners coincide. CSS divides: printing a
        // fraction would cost 5 KB of WASM.
        let Size { width, height } = picture.size();
        let ratio = format!("calc({width} / {})", height.max(1));
        let _ = element.style().set_property("--ratio", &ratio);
        element.set_class_name("face linked");
        let links = self.element.get_elements_by_tag_name("a");
        for index in 0..links.length() {
            let link = links.item(index);
            let Some(Ok(link)) = link.map(JsCast::dyn_into::<HtmlAnchorElement>) else {
                continue;
            };
            let Some(area) = link.get_attribute("data-area") else {
                continue;
            };
            let style = AsRef::<HtmlElement>::as_ref(&link).style();
            let names = ["left", "top", "width", "height"];
            for (name, number) in names.into_iter().zip(area.split(' ')) {
                let _ = style.set_property(name, &format!("calc({number} * 0.01%)"));
            }
        }
    }
}

fn fade(element: &Element, how: &str) {
    // Can't fail for a valid name.
    let _ = element.set_attribute(FADES, how);
}

fn has_faded(element: &Element, how: &str) -> bool {
    element.get_attribute(FADES).as_deref() == Some(how)
}

fn picture_in(element: &Element) -> Option<HtmlImageElement> {
    element.first_element_child()?.dyn_into().ok()
}

impl Kept {
    fn has(&self, face: &Face) -> bool {
        self.0.borrow().iter().any(|drawn| drawn.face == *face)
    }

    fn take(&self, face: &Face) -> Option<Drawn> {
        let mut kept = self.0.borrow_mut();
        let position = kept.iter().position(|drawn| drawn.face == *face)?;
        Some(kept.remove(position))
    }

    fn keep(&self, drawn: Drawn) {
        let mut kept = self.0.borrow_mut();
        kept.push(drawn);
        if kept.len() > KEPT {
            kept.remove(0);
        }
    }
}
