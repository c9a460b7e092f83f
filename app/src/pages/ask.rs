use super::ProblemPage;
use crate::{components::Wordmark, routes};
use leptos::{nonce::use_nonce, prelude::*};
use model::talk::TalkCode;

/// Asks what became of the request, and shows it.
const SCRIPT: &str = include_str!("ask.js");

/// The page of a device that may not present, and can ask to.
#[derive(Debug, Clone)]
pub struct AskPage {
    pub code: TalkCode,
    pub state: AskState,
}

/// What became of its request.
#[derive(Debug, Clone)]
pub enum AskState {
    /// It has not asked.
    May {
        /// Why it may not present.
        why: ProblemPage,
        /// Why it could not ask just now.
        wrong: Option<String>,
        /// The number that it had until it removed itself a moment ago.
        left: Option<u64>,
    },
    /// Presenters see this name and number.
    Waits {
        name: String,
        number: u64,
    },
    Declined {
        again_in_s: u64,
    },
}

impl AskPage {
    pub const fn title(&self) -> &'static str {
        match &self.state {
            AskState::May { left: Some(_), .. } => LEFT,
            AskState::May { why, .. } => why.title(),
            AskState::Waits { .. } => WAITS,
            AskState::Declined { .. } => DECLINED,
        }
    }

    /// Why the device may not present; `None` once it has asked.
    pub const fn problem(&self) -> Option<ProblemPage> {
        match &self.state {
            AskState::May { why, .. } => Some(*why),
            AskState::Waits { .. } | AskState::Declined { .. } => None,
        }
    }

    /// Whether something will change by itself.
    pub const fn waits(&self) -> bool {
        self.problem().is_none()
    }
}

const LEFT: &str = "This device is no remote any more";
const WAITS: &str = "Waiting for the presenter";
const DECLINED: &str = "The presenter has declined";

/// Without script it reloads every few seconds while it waits.
#[component]
pub fn Ask(page: AskPage) -> impl IntoView {
    let title = page.title();
    let waits = page.waits();
    let AskPage { code, state } = page;
    let follow = routes::follow(&code);
    let said = match state {
        AskState::May {
            wrong,
            left: Some(number),
            ..
        } => view! {
            {undo(&code, number)}
            {may(&code, wrong)}
        }
        .into_any(),
        AskState::May {
            why,
            wrong,
            left: None,
        } => view! {
            <p>{why.advice()}</p>
            {may(&code, wrong)}
        }
        .into_any(),
        AskState::Waits { name, number } => waiting(name, number).into_any(),
        AskState::Declined { again_in_s } => declined(again_in_s).into_any(),
    };
    view! {
        <main class="welcome ask" data-view="ask" data-waits=waits.then_some("")>
            <Wordmark/>
            <h1>{title}</h1>
            {said}
            <p><a href=follow>"Follow the talk"</a></p>
            <script nonce=use_nonce() inner_html=SCRIPT></script>
        </main>
    }
}

/// For a moment, in case it was a mistake.
fn undo(code: &TalkCode, number: u64) -> impl IntoView + use<> {
    view! {
        <form method="post" action=routes::restore(code, number)>
            <button>"Undo: keep it a remote"</button>
        </form>
    }
}

fn may(code: &TalkCode, wrong: Option<String>) -> impl IntoView + use<> {
    view! {
        <p>"Or ask those who present: they see your request, and can let this device in."</p>
        <form method="post" action=routes::ask(code)>
            <label for="whose">"Your name, for them to know you"</label>
            <input
                id="whose"
                name="name"
                maxlength="30"
                autocomplete="given-name"
                enterkeyhint="send"
                aria-describedby="wrong"
            />
            <p id="wrong" class="wrong" role="alert">{wrong}</p>
            <button class="primary">"Ask for the remote"</button>
        </form>
    }
}

fn waiting(name: String, number: u64) -> impl IntoView {
    view! {
        <p role="status">
            "The presenter sees “" <bdi>{name}</bdi> "” and the number "
            <strong>{number.to_string()}</strong> "."
        </p>
        <p>"Leave this page open. It becomes the remote once they accept."</p>
    }
}

fn declined(again_in_s: u64) -> impl IntoView {
    let again = match again_in_s.div_ceil(60) {
        0 | 1 => "in a minute".to_owned(),
        minutes => format!("in {minutes} minutes"),
    };
    view! { <p role="status">{format!("You can ask again {again}.")}</p> }
}
