//! What the presenter asks for, and the one function that changes a [`SlideState`].

use super::{Beyond, Minutes, Revision, Screen, Shown, SlideState, Timestamp, Timing};
use crate::deck::{Outline, Place, SlideNumber};
use std::{fmt, str::FromStr};

/// What a presenter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// One step further: the slide's next build, or the following slide. At the end: no change.
    Next,
    /// One step back: the build before, or the slide before, wholly built. At the start: no change.
    Previous,
    GoTo {
        slide: SlideNumber,
        step: u16,
    },
    /// Another screen for the room. A live one jumps to where the presenter is by then.
    Screen(Screen),
    /// Gives up what the presenter looked at while the screen was frozen: both are where the room
    /// is. Unless it is frozen: no change.
    BackToRoom,
    Clock(Timing, Option<Minutes>),
    /// Whether the projector shows how to join.
    Invite(bool),
    /// The host's, not the presenter's: the talk is over.
    End,
}

impl Command {
    /// The name of its server function.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Previous => "previous",
            Self::GoTo { .. } => "go_to",
            Self::Screen(_) => "screen",
            Self::BackToRoom => "back_to_room",
            Self::Clock(..) => "clock",
            Self::Invite(_) => "invite",
            Self::End => "end",
        }
    }

    /// The fields of its server function's form that are its own, encoded, each after an `&`.
    pub fn fields(self) -> String {
        match self {
            Self::GoTo { slide, step } => format!("&slide={slide}&step={step}"),
            Self::Screen(screen) => format!("&screen={screen}"),
            Self::Clock(timing, None) => format!("&clock={timing}"),
            Self::Clock(timing, Some(minutes)) => {
                format!("&clock={timing}&minutes={}", minutes.get())
            }
            Self::Invite(inviting) => format!("&inviting={inviting}"),
            Self::Next | Self::Previous | Self::BackToRoom | Self::End => String::new(),
        }
    }

    /// The command that a form asks for: the name of its server function, and its fields by their
    /// names. The inverse of [`name`](Self::name) and [`fields`](Self::fields). `None` for what is no
    /// presenter's command, and for the host's.
    pub fn from_form(name: &str, field: impl Fn(&str) -> Option<String>) -> Option<Self> {
        fn read<T: FromStr>(field: Option<String>) -> Option<T> {
            field?.parse().ok()
        }
        match name {
            "next" => Some(Self::Next),
            "previous" => Some(Self::Previous),
            "go_to" => Some(Self::GoTo {
                slide: SlideNumber::new(read(field("slide"))?)?,
                step: read(field("step")).unwrap_or(0),
            }),
            "screen" => read(field("screen")).map(Self::Screen),
            "back_to_room" => Some(Self::BackToRoom),
            "clock" => {
                let minutes = read::<u16>(field("minutes"));
                let minutes = minutes.and_then(|minutes| minutes.try_into().ok());
                Some(Self::Clock(read(field("clock"))?, minutes))
            }
            "invite" => read(field("inviting")).map(Self::Invite),
            _ => None,
        }
    }
}

/// Why a command changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It was made against another revision than the current one: late, doubled or reordered.
    Stale,
    /// The deck has no such slide, or the slide has no such step.
    OutOfRange,
    /// The talk was ended.
    Over,
}

impl SlideState {
    /// The state after `command`. A change has the next revision; no change has the same one, so
    /// `apply` twice with the same `if_revision` moves once. `now` is for the talk's clock.
    ///
    /// # Errors
    /// [`Refused::Stale`] when `if_revision` is not this state's; [`Refused::OutOfRange`] for a
    /// slide or step that the deck does not have; [`Refused::Over`] once the talk was ended.
    pub fn apply(
        &self,
        outline: &Outline,
        command: Command,
        if_revision: Option<Revision>,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        if if_revision.is_some_and(|revision| revision != self.revision) {
            return Err(Refused::Stale);
        }
        if self.over {
            return if command == Command::End {
                Ok(self.clone())
            } else {
                Err(Refused::Over)
            };
        }
        let mut after = self.clone();
        match command {
            Command::Next => after.go(outline.after(self.place()), now),
            Command::Previous => after.go(outline.before(self.place()), now),
            Command::GoTo { slide, step } => {
                let steps = outline.steps(slide).ok_or(Refused::OutOfRange)?;
                if step > steps {
                    return Err(Refused::OutOfRange);
                }
                after.go(Place { slide, step }, now);
            }
            Command::Screen(screen) => after.show(screen),
            Command::BackToRoom => {
                if self.screen == Screen::Frozen {
                    after.screen = Screen::Live;
                    after.cue = None;
                    after.beyond = self.beyond.as_ref().map(Beyond::of_the_room);
                }
            }
            Command::Clock(Timing::Run, _) => after.clock.run(now),
            Command::Clock(Timing::Pause, _) => after.clock.pause(now),
            Command::Clock(Timing::Reset, _) => after.clock.reset(),
            Command::Clock(Timing::Plan, planned) => after.clock.planned = planned,
            Command::Invite(inviting) => after.inviting = inviting,
            Command::End => {
                after.over = true;
                after.clock.pause(now);
            }
        }
        if after != *self {
            after.revision = self.revision.next();
        }
        after.remember_shown(outline);
        Ok(after)
    }

    /// The place where the room is was shown, or is. A dark screen shows nothing: the room stays
    /// where it was before, or has seen nothing of a deck that came since.
    pub(super) fn remember_shown(&mut self, outline: &Outline) {
        if self.unseen {
            return;
        }
        if self.shown.is_empty() {
            self.shown = Shown::up_to(self.reach);
        }
        let place = self.in_the_room();
        let steps = outline.steps(place.slide).unwrap_or(0);
        self.shown.add(place, steps);
        self.reach = self.reach.max(place.slide);
    }

    /// The presenter moves; the room with them, unless it sees nothing of it.
    fn go(&mut self, to: Place, now: Timestamp) {
        if to.slide != self.place().slide && !self.clock.has_started() {
            self.clock.run(now);
        }
        if to != self.place() {
            self.beyond = None;
        }
        if self.screen == Screen::Live {
            (self.slide, self.step) = (to.slide, to.step);
        } else {
            self.cue = Some(to);
        }
    }

    fn show(&mut self, screen: Screen) {
        let place = self.place();
        self.screen = screen;
        self.unseen &= screen.is_dark();
        if screen == Screen::Live {
            self.cue = None;
            (self.slide, self.step) = (place.slide, place.step);
        } else {
            self.cue = Some(place);
        }
    }

    /// Whether this is where a command led, by a clock that may differ: the phone's guess and what
    /// the server did.
    pub fn is_like(&self, other: &Self) -> bool {
        let other_at_this_time = Self {
            clock: self.clock,
            ..other.clone()
        };
        *self == other_at_this_time && self.clock.is_like(other.clock)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stale => "the talk has moved on since",
            Self::OutOfRange => "the deck has no such slide or step",
            Self::Over => "the talk is over",
        })
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests;
