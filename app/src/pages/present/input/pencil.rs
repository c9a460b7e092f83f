//! What a finger does on the slide, on its way to the room.

use crate::{api, components::pointing, live::seat, pages::present::remote::Remote, routes};
use gloo_timers::callback::Interval;
use leptos::{prelude::*, task::spawn_local};
use model::talk::{Pointing, Screen, Tool};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// 25 times a second at most, and so often when the finger rests: whoever hears nothing takes the
/// light away.
const TELL_EVERY_MS: u32 = 40;
const REST_TICKS: u32 = 8;

/// More on their way than this would only be later: a slow network gets fewer.
const ON_THEIR_WAY: u32 = 3;

/// Two points of a stroke that are nearer than this, in ten-thousandths, are one.
const APART: u16 = 40;

#[derive(Clone)]
pub struct Pencil(Rc<Inner>);

struct Inner {
    remote: Remote,
    count: Cell<u64>,
    on_their_way: Cell<u32>,
    /// What is pointed at, with what was drawn so far.
    now: RefCell<Option<Pointing>>,
    /// Ticks since the last one was told; `None` when there is something new.
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

    /// The one that was chosen.
    pub fn tool(&self) -> Tool {
        let chosen = super::sheets::look("tool");
        let known = Tool::CHOICE
            .into_iter()
            .find(|tool| tool.as_str() == chosen);
        known.unwrap_or_default()
    }

    pub fn press(&self, x: i32, y: i32) {
        let state = untrack(move || self.0.remote.shown());
        // What the room does not see can't be pointed at.
        if state.cue.is_some_and(|cue| cue.slide != state.slide) || state.screen == Screen::Black {
            return;
        }
        let tool = self.tool();
        let mut now = self.0.now.borrow_mut();
        let mut ink = String::new();
        if tool == Tool::Pencil {
            // On what is there by now, whoever drew it.
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
            // Full: the oldest stroke makes room.
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
            self.tell(&pointing, true);
            return;
        }
        let nothing = Pointing::nothing(pointing.slide);
        pointing::draw(&nothing);
        self.tell(&nothing, true);
    }

    /// Takes what was drawn off every slide; also what this page drew before it was loaded anew.
    pub fn wipe(&self) {
        self.0.now.take();
        pointing::clear();
        let slide = untrack(move || self.0.remote.shown()).slide;
        self.tell(&Pointing::nothing(slide), true);
    }

    fn tick(&self) {
        let now = self.0.now.borrow();
        let Some(pointing) = now.as_ref() else { return };
        let rests = self.0.rests.get().map_or(0, |rests| rests + 1);
        self.0.rests.set(Some(rests));
        if rests.is_multiple_of(REST_TICKS) && self.0.on_their_way.get() < ON_THEIR_WAY {
            // The light of this page stays on too.
            pointing::draw(pointing);
            self.tell(pointing, false);
        } else if rests == 0 {
            self.0.rests.set(None);
        }
    }

    fn tell(&self, pointing: &Pointing, last: bool) {
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
        let form = format!(
            "seat={seat}&count={count}&slide={slide}&tool={tool}&x={x}&y={y}&ink={ink}&last={last}"
        );
        let path = routes::point(&self.0.remote.code());
        let inner = self.0.clone();
        inner.on_their_way.set(inner.on_their_way.get() + 1);
        spawn_local(async move {
            // One that is lost is made good by the next.
            let _ = api::say(&path, &form).await;
            inner.on_their_way.set(inner.on_their_way.get() - 1);
        });
    }
}

/// Which share of the whole, in ten-thousandths; out of it is at its edge.
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
