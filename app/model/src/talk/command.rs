//! The presenter's commands, and how they change a [`SlideState`].

use super::{
    Beyond, Minutes, Revision, Scheme, Screen, Shown, SlideState, Timestamp, Timing, Transition,
};
use crate::deck::{Outline, Place, SlideNumber};
use std::{fmt, str::FromStr};

/// A presenter's command. Its only encoding is a form ([`to_form`](Self::to_form),
/// [`from_form`](Self::from_form)), for pages, programs and server functions alike.
///
/// Ending a talk is not a command: see [`SlideState::ended`].
///
/// ```
/// use model::talk::{Command, Screen};
///
/// let black = Command::Screen(Screen::Black);
/// assert_eq!((black.name(), black.to_form()), ("screen", vec![("screen", "black".to_owned())]));
/// let field = |name: &str| (name == "screen").then(|| "black".to_owned());
/// assert_eq!(Command::from_form("screen", field), Some(black));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// One step forward: the slide's next build, or the following slide. No change at the end.
    Next,
    /// One step back: the previous build, or the previous slide fully built. No change at the start.
    Previous,
    GoTo {
        slide: SlideNumber,
        step: u16,
    },
    /// Changes what the room sees. [`Screen::Live`] jumps to where the presenter is.
    Screen(Screen),
    /// Unfreezes the screen at the room's slide, not at the presenter's. No change unless frozen.
    BackToRoom,
    /// The minutes are for [`Timing::Plan`]; `None` removes the plan. Other timings ignore them.
    Clock(Timing, Option<Minutes>),
    /// Shows or hides the joining instructions on the projector: large before the talk has begun, and
    /// then until the first move.
    Invite(bool),
    /// Changes the colours of Markdown slides for everybody.
    Scheme(Scheme),
    /// Changes how slides take each other's place, for everybody.
    Transition(Transition),
}

impl Command {
    /// The name of the command's server function.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Previous => "previous",
            Self::GoTo { .. } => "go_to",
            Self::Screen(_) => "screen",
            Self::BackToRoom => "back_to_room",
            Self::Clock(..) => "clock",
            Self::Invite(_) => "invite",
            Self::Scheme(_) => "scheme",
            Self::Transition(_) => "transition",
        }
    }

    /// The command's form fields, by name. No value needs to be escaped.
    pub fn to_form(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Next | Self::Previous | Self::BackToRoom => Vec::new(),
            Self::GoTo { slide, step } => {
                vec![("slide", slide.to_string()), ("step", step.to_string())]
            }
            Self::Screen(screen) => vec![("screen", screen.as_str().to_owned())],
            Self::Clock(timing, minutes) => {
                let minutes = minutes.map(|minutes| ("minutes", minutes.get().to_string()));
                let timing = ("clock", timing.as_str().to_owned());
                [timing].into_iter().chain(minutes).collect()
            }
            Self::Invite(inviting) => vec![("inviting", inviting.to_string())],
            Self::Scheme(scheme) => vec![("scheme", scheme.as_str().to_owned())],
            Self::Transition(transition) => {
                vec![("transition", transition.as_str().to_owned())]
            }
        }
    }

    /// Reads the form that was sent to the server function `name`. The inverse of
    /// [`name`](Self::name) and [`to_form`](Self::to_form). An optional field may be absent or empty.
    ///
    /// `None` for an unknown name, and when a field is missing or malformed.
    pub fn from_form(name: &str, field: impl Fn(&str) -> Option<String>) -> Option<Self> {
        Some(match name {
            "next" => Self::Next,
            "previous" => Self::Previous,
            "go_to" => Self::GoTo {
                slide: SlideNumber::new(required(field("slide"))?)?,
                step: optional(field("step"))?.unwrap_or(0),
            },
            "screen" => Self::Screen(required(field("screen"))?),
            "back_to_room" => Self::BackToRoom,
            "clock" => Self::Clock(required(field("clock"))?, optional(field("minutes"))?),
            "invite" => Self::Invite(required(field("inviting"))?),
            "scheme" => Self::Scheme(required(field("scheme"))?),
            "transition" => Self::Transition(required(field("transition"))?),
            _ => return None,
        })
    }
}

fn required<T: FromStr>(field: Option<String>) -> Option<T> {
    field?.parse().ok()
}

/// The outer `None` is for a malformed field.
fn optional<T: FromStr>(field: Option<String>) -> Option<Option<T>> {
    match field.filter(|field| !field.is_empty()) {
        Some(field) => field.parse().ok().map(Some),
        None => Some(None),
    }
}

/// Why a command was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Made against a revision that is no longer current: it is late, doubled or reordered.
    Stale,
    /// The deck has no such slide, or the slide has no such step.
    OutOfRange,
    /// The talk has ended.
    Over,
}

impl SlideState {
    /// The state after `command`. Its revision is the next one if anything changed, else the same. So a
    /// command with `if_revision` is idempotent. `now` is for the talk's clock.
    ///
    /// # Errors
    /// [`Refused::Stale`] if `if_revision` is not this state's; [`Refused::OutOfRange`] for a slide or
    /// step that the deck does not have; [`Refused::Over`] if the talk has ended.
    ///
    /// ```
    /// use model::{
    ///     deck::Outline,
    ///     talk::{Command, Epoch, Refused, SlideState, Timestamp},
    /// };
    ///
    /// let outline = Outline::new(vec![0; 9]).expect("slides");
    /// let epoch = Epoch::try_from("e1".to_owned()).expect("an epoch");
    /// let start = SlideState::start(epoch, &outline);
    /// let (seen, now) = (Some(start.revision), Timestamp::default());
    /// let after = start.apply(&outline, Command::Next, seen, now).expect("it fits");
    /// assert_eq!((after.slide.get(), after.revision.get()), (2, 1));
    /// // The same tap, delivered twice.
    /// assert_eq!(after.apply(&outline, Command::Next, seen, now), Err(Refused::Stale));
    /// ```
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
            return Err(Refused::Over);
        }
        let mut after = self.clone();
        match command {
            Command::Next => after.move_to(outline.after(self.place()), now),
            Command::Previous => after.move_to(outline.before(self.place()), now),
            Command::GoTo { slide, step } => {
                let steps = outline.steps(slide).ok_or(Refused::OutOfRange)?;
                if step > steps {
                    return Err(Refused::OutOfRange);
                }
                after.move_to(Place { slide, step }, now);
            }
            Command::Screen(screen) => {
                after.present(screen, self.place());
                after.unseen &= screen.is_dark();
            }
            Command::BackToRoom => {
                if self.screen() == Screen::Frozen {
                    after.present(Screen::Live, self.in_the_room());
                    after.beyond = self.beyond.as_ref().map(Beyond::with_presenter_in_room);
                }
            }
            Command::Clock(Timing::Run, _) => after.clock.run(now),
            Command::Clock(Timing::Pause, _) => after.clock.pause(now),
            Command::Clock(Timing::Reset, _) => after.clock.reset(),
            Command::Clock(Timing::Plan, planned) => after.clock.planned = planned,
            Command::Invite(inviting) => after.inviting = inviting,
            Command::Scheme(scheme) => after.scheme = scheme,
            Command::Transition(transition) => after.transition = transition,
        }
        if after != *self {
            after.revision = self.revision.next();
        }
        // After the comparison: filling in `shown` for a talk that an older version stored is no change.
        after.remember_shown(outline);
        Ok(after)
    }

    /// The state after the host ended the talk. Idempotent.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> Self {
        let mut after = self.clone();
        if !self.over {
            after.over = true;
            after.clock.pause(now);
            after.revision = self.revision.next();
        }
        after
    }

    /// Records the room's place as shown, unless the deck was replaced under a dark screen (`unseen`).
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

    /// Moves the presenter, and the room if its screen is live. The first move begins the talk: the
    /// invitation has done its work.
    fn move_to(&mut self, to: Place, now: Timestamp) {
        if to != self.place() && !self.has_begun() {
            self.inviting = false;
        }
        if to.slide != self.place().slide && !self.clock.has_started() {
            self.clock.run(now);
        }
        if to != self.place() {
            self.beyond = None;
        }
        self.present(self.screen(), to);
    }

    /// Whether anything but the beginning of the first slide was shown, or the clock has run.
    pub fn has_begun(&self) -> bool {
        let start = Place {
            slide: SlideNumber::FIRST,
            step: 0,
        };
        self.clock.has_started() || self.reach != SlideNumber::FIRST || self.place() != start
    }

    /// Whether two states are equal apart from the times in their clocks: a remote only estimates the
    /// server's time.
    pub fn is_like(&self, other: &Self) -> bool {
        let mut other_at_this_time = other.clone();
        other_at_this_time.clock = self.clock;
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
