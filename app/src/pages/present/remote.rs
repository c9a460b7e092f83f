use super::ticking::{ServerClock, time_of_day};
use crate::live::ConnectionState;
use leptos::prelude::*;
use model::{
    deck::{Deck, Section},
    talk::{Outbox, Presence, SlideState, Snapshot, TalkCode, Timestamp},
};

/// True also of a tap without script that was pressed twice and carried out once.
pub const TOO_LATE: &str = "The talk is further on. Look where it is, then tap again.";

/// Reading the clock less often would skip a second now and then.
const TICK_MS: u32 = 250;

/// A remote's taps: shown at once, sent one after another, corrected by what the stream says.
#[derive(Clone, Copy)]
pub struct Remote {
    code: StoredValue<TalkCode>,
    pub(super) outbox: RwSignal<Outbox>,
    /// A command is being sent. The next one waits for its answer, so that a network can't reorder
    /// them.
    pub(super) sending: StoredValue<bool>,
    /// Its answer is late. No other tap is accepted until it comes or is given up.
    pub(super) unanswered: StoredValue<bool>,
    pub(super) hint: RwSignal<String>,
    pub(super) connection: ReadSignal<ConnectionState>,
    /// The server's time, as well as this page knows it. Updated each second.
    pub(super) now: RwSignal<Timestamp>,
    /// Drives `now`.
    pub(super) clock: StoredValue<ServerClock>,
    /// The parts of the deck whose lengths are planned.
    pub(super) sections: StoredValue<Vec<Section>>,
    /// Hours and minutes of local time. Empty until the page is hydrated: only the browser knows the
    /// time zone.
    pub(super) time_of_day: RwSignal<String>,
}

impl Remote {
    pub fn new(
        code: &TalkCode,
        deck: &Deck,
        state: SlideState,
        rendered_at: Timestamp,
        connection: ReadSignal<ConnectionState>,
        hint: String,
    ) -> Self {
        Self {
            code: StoredValue::new(code.clone()),
            outbox: RwSignal::new(Outbox::new(deck.outline(), state)),
            sending: StoredValue::new(false),
            unanswered: StoredValue::new(false),
            hint: RwSignal::new(hint),
            connection,
            now: RwSignal::new(rendered_at),
            clock: StoredValue::new(ServerClock::default()),
            sections: StoredValue::new(deck.sections()),
            time_of_day: RwSignal::new(String::new()),
        }
    }

    /// Follows the stream's states. Reloads the page if the talk gets another deck.
    pub fn listen_to(self, live: ReadSignal<Snapshot>) {
        let deck = live.read_untracked().deck.clone();
        Effect::new(move |_| {
            let snapshot = live.get();
            if snapshot.deck == deck {
                self.outbox.update(|outbox| outbox.receive(snapshot.state));
            } else if let Err(error) = window().location().reload() {
                leptos::logging::error!("could not load the new deck: {error:?}");
            }
        });
    }

    pub fn code(self) -> TalkCode {
        self.code.get_value()
    }

    /// The server's time.
    pub fn now(self) -> RwSignal<Timestamp> {
        self.now
    }

    pub fn time_of_day(self) -> RwSignal<String> {
        self.time_of_day
    }

    /// The talk's state with this remote's own taps applied.
    pub fn shown(self) -> SlideState {
        self.outbox.read().shown()
    }

    /// Whether a tap waits for its answer.
    pub fn is_sending(self) -> bool {
        self.outbox.read().first().is_some()
    }

    /// Why the last tap did not do what it should; else empty.
    pub fn hint(self) -> String {
        self.hint.get()
    }

    /// A page that was opened during an import lacks the notes and titles of slides that came later.
    /// Reloads it once all `slides` are ready and nobody is using it: no tap is being sent, and no sheet
    /// is open.
    pub fn reload_when_read(self, slides: usize, presence: ReadSignal<Option<Presence>>) {
        Effect::new(move |_| {
            let has_come = presence
                .read()
                .as_ref()
                .is_some_and(|room| usize::try_from(room.ready) == Ok(slides));
            if has_come && !self.is_sending() && !super::input::is_one_open() {
                // Can't fail on a page that is shown.
                let _ = window().location().reload();
            }
        });
    }

    /// Updates `now` and the time of day each second.
    pub fn keep_time(self, presence: ReadSignal<Option<Presence>>) {
        let rendered_at = self.now.get_untracked();
        self.clock.set_value(ServerClock::rendered(rendered_at));
        Effect::new(move |was_told: Option<bool>| {
            let room = presence.read();
            if let Some(room) = &*room {
                self.clock.update_value(|clock| match was_told {
                    Some(true) => clock.told(room.now),
                    _ => clock.told_after_loss(room.now),
                });
            }
            room.is_some()
        });
        let tick = move || {
            let now = self.clock.with_value(ServerClock::now);
            let time_of_day = time_of_day();
            // Nothing is repainted within a second.
            if now.unix_ms() / 1_000 != self.now.get_untracked().unix_ms() / 1_000 {
                self.now.set(now);
            }
            if time_of_day != *self.time_of_day.read_untracked() {
                self.time_of_day.set(time_of_day);
            }
        };
        Effect::new(move |_| tick());
        StoredValue::new_local(gloo_timers::callback::Interval::new(TICK_MS, tick));
    }
}
