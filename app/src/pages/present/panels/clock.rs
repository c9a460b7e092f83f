use super::{Panel, ask};
use crate::{api, routes};
use leptos::prelude::*;
use model::talk::{Command, Minutes, TalkCode, Timing};

/// Runs, pauses and resets the talk's clock, and sets the planned length.
#[component]
pub fn ClockPanel(code: TalkCode, planned: Option<Minutes>) -> impl IntoView {
    let clock = |timing, name| ask(&code, Command::Clock(timing, None), name);
    let run = clock(Timing::Run, "Run");
    let pause = clock(Timing::Pause, "Pause");
    let reset = clock(Timing::Reset, "Reset to 0:00");
    view! {
        <Panel id="clock" name="Clock">
            <div class="row">
                <div class="run">{run}</div>
                <div class="pause">{pause}</div>
                {reset}
            </div>
            <form method="post" action=api::path(Command::Clock(Timing::Plan, None)) class="plan" data-closes autocomplete="off">
                <input type="hidden" name="code" value=code.to_string()/>
                <input type="hidden" name="clock" value=Timing::Plan.to_string()/>
                <label>
                    "Planned minutes"
                    <input
                        type="number"
                        name="minutes"
                        inputmode="numeric"
                        min="1"
                        max="1440"
                        value=planned.map(|planned| planned.get().to_string())
                    />
                </label>
                <button>"Set"</button>
            </form>
            <p><a class="button" href=routes::times(&code)>"Times of the slides"</a></p>
            <p>"The clock starts when you first leave a slide. All remotes show the same."</p>
        </Panel>
    }
}
