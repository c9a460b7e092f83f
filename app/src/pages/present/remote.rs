use crate::{
    deck::Deck,
    talk::{Command, Outbox, Refused, SlideState, Snapshot, TalkCode},
};
use leptos::prelude::*;

/// Says what is true of a tap without script too, where a doubled press was carried out once.
pub(super) const TOO_LATE: &str = "The talk is further on. Look where it is, then tap again.";

/// A remote's taps: shown at once, sent one after another, corrected by what the stream says.
#[derive(Clone, Copy)]
pub struct Remote {
    code: StoredValue<TalkCode>,
    pub(super) outbox: RwSignal<Outbox>,
    /// Whether a command is on its way: the next one waits for its answer, so that a network
    /// that reorders can't.
    pub(super) sending: StoredValue<bool>,
    pub(super) hint: RwSignal<String>,
}

impl Remote {
    pub fn new(code: TalkCode, deck: &Deck, state: SlideState, late: bool) -> Self {
        let hint = if late { TOO_LATE } else { "" };
        Self {
            code: StoredValue::new(code),
            outbox: RwSignal::new(Outbox::new(deck.outline(), state)),
            sending: StoredValue::new(false),
            hint: RwSignal::new(hint.to_owned()),
        }
    }

    /// Takes what the stream says. Another deck in the same talk is another page.
    pub fn listen_to(self, live: ReadSignal<Snapshot>) {
        let deck = live.read_untracked().deck.clone();
        Effect::new(move |_| {
            let snapshot = live.get();
            if snapshot.deck == deck {
                self.outbox.update(|outbox| outbox.told(snapshot.state));
            } else if let Err(error) = window().location().reload() {
                leptos::logging::error!("could not load the new deck: {error:?}");
            }
        });
    }

    pub fn code(self) -> TalkCode {
        self.code.get_value()
    }

    /// Where the talk is, with this remote's own taps.
    pub fn shown(self) -> SlideState {
        self.outbox.read().shown()
    }

    /// Whether a tap has no answer yet.
    pub fn is_sending(self) -> bool {
        self.outbox.read().first().is_some()
    }

    /// What happened to the last tap, when it is not what one sees.
    pub fn hint(self) -> String {
        self.hint.get()
    }

    pub fn tap(self, command: Command) {
        self.hint.set(String::new());
        let tapped = self.outbox.try_update(|outbox| outbox.tap(command));
        if let Some(Err(refused @ Refused::Over)) = tapped {
            self.hint.set(format!("Nothing moved: {refused}."));
        }
        let has_work = matches!(tapped, Some(Ok(true)));
        if has_work && !self.sending.get_value() {
            self.sending.set_value(true);
            #[cfg(feature = "hydrate")]
            leptos::task::spawn_local(super::sending::send_waiting(self));
        }
    }
}
