use crate::{
    api,
    deck::Deck,
    talk::{Command, Outbox, SlideState, Snapshot, TalkCode},
};
use leptos::{prelude::*, task::spawn_local};

const TOO_LATE: &str = "The talk had moved on; your tap changed nothing.";

/// A remote's taps: shown at once, sent one after another, corrected by what the stream says.
#[derive(Clone, Copy)]
pub struct Remote {
    code: StoredValue<TalkCode>,
    outbox: RwSignal<Outbox>,
    /// Whether a command is on its way: the next one waits for its answer, so that a network
    /// that reorders can't.
    sending: StoredValue<bool>,
    hint: RwSignal<String>,
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

    /// What happened to the last tap, when it is not what one sees.
    pub fn hint(self) -> String {
        self.hint.get()
    }

    pub fn tap(self, command: Command) {
        let tapped = self.outbox.try_update(|outbox| outbox.tap(command));
        let has_work = matches!(tapped, Some(Ok(true)));
        if has_work && !self.sending.get_value() {
            self.sending.set_value(true);
            spawn_local(self.send_waiting());
        }
    }

    async fn send_waiting(self) {
        loop {
            let Some((command, if_revision)) = self.outbox.read_untracked().first() else {
                break;
            };
            match api::send(self.code(), command, Some(if_revision)).await {
                Ok(state) => {
                    self.outbox.update(|outbox| outbox.accepted(state));
                    self.hint.set(String::new());
                }
                Err(error) => {
                    let hint = match error.code() {
                        api::ErrorCode::Stale => TOO_LATE.to_owned(),
                        _ => error.to_string(),
                    };
                    self.outbox.update(|outbox| {
                        outbox.give_up();
                        if let Some(state) = error.state {
                            outbox.told(state);
                        }
                    });
                    self.hint.set(hint);
                }
            }
        }
        self.sending.set_value(false);
    }
}
