//! Sends the pointer's positions and the drawing to the room.

use crate::{api, components::pointing, live::seat, pages::present::remote::Remote, routes};
use gloo_timers::callback::Interval;
use leptos::{prelude::*, task::spawn_local};
use model::talk::{Pointing, Screen, Tool};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// At most 25 times a second; every eighth time while the finger rests, because pages remove a pointer
/// without news.
const TELL_EVERY_MS: u32 = 40;
const REST_TICKS: u32 = 8;

/// The most requests in flight. More would only be later: a slow network gets fewer.
const ON_THEIR_WAY: u32 = 3;

/// The least distance between two points of a stroke, in ten-thousandths.
const APART: u16 = 40;

#[derive(Clone)]
pub struct Pencil(Rc<Inner>);

struct Inner {
    remote: Remote,
    count: Cell<u64>,
    on_their_way: Cell<u32>,
    /// The current position, with the drawing so far.
    now: RefCell<Option<Pointing>>,
    /// Ticks since the last change was sent; `None` while there is a change to send.
    rests: Cell<Option<u32>>,
    telling: RefCell<Option<Interval>>,
}

impl Pencil {
    pub fn new(remote: Remote) -> Self {
        Self(Rc::new(Inner {
            remote,
            count: Cell::new(0),
            on_their_way: Cell::new(0),
            now: RefCell::default(),
            rests: Cell::new(None),
            telling: RefCell::default(),
        }))
    }

    /// The chosen tool.
    pub fn tool(&self) -> Tool {
        let chosen = super::sheets::look("tool");
        let known = Tool::CHOICE
            .into_iter()
            .find(|tool| tool.as_str() == chosen);
        known.unwrap_or_default()
    }

    pub fn press(&self, x: i32, y: i32) {
        let state = untrack(move || self.0.remote.shown());
        // Nothing to point at: the room does not see this slide.
        if state.place().slide != state.slide || state.screen() == Screen::Black {
            return;
        }
        let tool = self.tool();
        let mut now = self.0.now.borrow_mut();
        let mut ink = String::new();
        if tool == Tool::Pencil {
            // Adds to the current drawing, which another remote may have begun.
            ink = pointing::ink();
            if !ink.is_empty() {
                ink.push(';');
            }
        }
        *now = Some(Pointing {
            slide: state.slide,
            tool,
            x: Pointing::FAR,
            y: Pointing::FAR,
            ink,
        });
        drop(now);
        let pencil = self.clone();
        self.0
            .telling
            .replace(Some(Interval::new(TELL_EVERY_MS, move || pencil.tick())));
        self.move_to(x, y);
    }

    pub fn move_to(&self, x: i32, y: i32) {
        let mut now = self.0.now.borrow_mut();
        let (Some(pointing), Some(area)) = (now.as_mut(), pointing::area()) else {
            return;
        };
        let (x, y) = (
            share(f64::from(x) - area.left(), area.width()),
            share(f64::from(y) - area.top(), area.height()),
        );
        let is_near = pointing.x.abs_diff(x) < APART && pointing.y.abs_diff(y) < APART;
        if is_near && pointing.tool == Tool::Pencil {
            return;
        }
        (pointing.x, pointing.y) = (x, y);
        if pointing.tool == Tool::Pencil {
            let point = format!("{x},{y}");
            // Drops the oldest strokes when the drawing is too long.
            while pointing.ink.len() + point.len() >= Pointing::MOST_INK {
                match pointing.ink.split_once(';') {
                    Some((_, newer)) => pointing.ink = newer.to_owned(),
                    None => return,
                }
            }
            if !pointing.ink.is_empty() && !pointing.ink.ends_with(';') {
                pointing.ink.push(' ');
            }
            pointing.ink += &point;
        }
        pointing::draw(pointing);
        self.0.rests.set(None);
    }

    pub fn lift(&self) {
        self.0.telling.take();
        let Some(pointing) = self.0.now.take() else {
            return;
        };
        if pointing.tool == Tool::Pencil {
            self.tell_last(&pointing);
            return;
        }
        let nothing = Pointing::nothing(pointing.slide);
        pointing::draw(&nothing);
        self.tell_last(&nothing);
    }

    /// Wipes the drawing everywhere, also one from before a reload of this page.
    pub fn wipe(&self) {
        self.0.now.take();
        pointing::clear();
        let slide = untrack(move || self.0.remote.shown()).slide;
        self.tell_last(&Pointing::nothing(slide));
    }

    fn tick(&self) {
        let now = self.0.now.borrow();
        let Some(pointing) = now.as_ref() else { return };
        let rests = self.0.rests.get().map_or(0, |rests| rests + 1);
        self.0.rests.set(Some(rests));
        if rests.is_multiple_of(REST_TICKS) && self.0.on_their_way.get() < ON_THEIR_WAY {
            // Keeps this page's own pointer from timing out.
            pointing::draw(pointing);
            self.tell(pointing);
        } else if rests == 0 {
            self.0.rests.set(None);
        }
    }

    fn tell(&self, pointing: &Pointing) {
        self.post(self.counted(pointing));
    }

    /// The last position of a touch, which the server always broadcasts.
    fn tell_last(&self, pointing: &Pointing) {
        self.post(self.counted(pointing) + "&last=true");
    }

    /// The next form of this page.
    fn counted(&self, pointing: &Pointing) -> String {
        let count = self.0.count.get() + 1;
        self.0.count.set(count);
        let Pointing {
            slide,
            tool,
            x,
            y,
            ink,
        } = pointing;
        let (seat, tool) = (seat(), tool.as_str());
        format!("seat={seat}&count={count}&slide={slide}&tool={tool}&x={x}&y={y}&ink={ink}")
    }

    fn post(&self, form: String) {
        let path = routes::point(&self.0.remote.code());
        let inner = self.0.clone();
        inner.on_their_way.set(inner.on_their_way.get() + 1);
        spawn_local(async move {
            // The next one makes up for one that is lost.
            let _ = api::say(&path, &form).await;
            inner.on_their_way.set(inner.on_their_way.get() - 1);
        });
    }
}

/// `part` of `whole` in ten-thousandths, clamped to 0 to 10,000.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0 to 10,000 before"
)]
fn share(part: f64, whole: f64) -> u16 {
    let share = part / whole.max(1.0) * f64::from(Pointing::FAR);
    share.clamp(0.0, f64::from(Pointing::FAR)) as u16
}
