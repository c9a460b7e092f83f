//! What a presenter's page asks of the server: server functions, one a file, thin.
//!
//! Nothing here decides anything. A function reads its form, asks the [`Stage`], and gives the
//! stage's answer the status that it deserves.

mod back_to_room;
#[cfg(feature = "hydrate")]
mod call;
mod clock;
mod error;
mod go_to;
mod invite;
mod next;
mod previous;
mod screen;
mod stage;

pub use back_to_room::{BackToRoom, back_to_room};
#[cfg(feature = "hydrate")]
pub use call::{ask, say};
pub use clock::{SetClock, clock};
pub use error::{ApiError, ErrorCode};
pub use go_to::{GoTo, go_to};
pub use invite::{Invite, invite};
pub use next::{Next, next};
pub use previous::{Previous, previous};
pub use screen::{SetScreen, screen};
pub use stage::Stage;

use leptos::server_fn::ServerFn;
use model::talk::Command;

/// The address of the server function that carries a command out.
pub fn path(command: Command) -> &'static str {
    match command {
        Command::Next => Next::PATH,
        Command::Previous => Previous::PATH,
        Command::GoTo { .. } => GoTo::PATH,
        // The host ends a talk, on pages and at a terminal of their own: no remote says so.
        Command::Screen(_) | Command::End => SetScreen::PATH,
        Command::BackToRoom => BackToRoom::PATH,
        Command::Clock(..) => SetClock::PATH,
        Command::Invite(_) => Invite::PATH,
    }
}

/// Carries a command from a page to the server, by the server function of its name. The server must
/// begin it at `begin_by`, in milliseconds of its own clock, or not at all.
#[cfg(feature = "hydrate")]
pub async fn send(
    code: &model::talk::TalkCode,
    command: Command,
    if_revision: model::talk::Revision,
    begin_by: u64,
) -> Result<model::talk::SlideState, ApiError> {
    let own = command.fields();
    let form = format!("code={code}&if_revision={if_revision}{own}&begin_by={begin_by}");
    call::call(path(command), &form).await
}

/// The same, whatever the talk's revision is by then. Whether it was done.
#[cfg(feature = "hydrate")]
pub async fn send_once(code: &model::talk::TalkCode, command: Command, begin_by: u64) -> bool {
    let own = command.fields();
    let form = format!("code={code}{own}&begin_by={begin_by}");
    say(path(command), &form).await
}

/// What the server says that this browser may do, and what its time is. `None` without an answer.
#[cfg(feature = "hydrate")]
pub async fn role(code: &model::talk::TalkCode) -> Option<model::talk::Role> {
    let answer = ask(&crate::routes::role(code)).await?;
    serde_json::from_str(&answer).ok()
}

/// The command that a form asks for, by its address and its fields.
#[cfg(feature = "hydrate")]
pub fn command_of(path: &str, field: impl Fn(&str) -> Option<String>) -> Option<Command> {
    Command::from_form(crate::routes::function_of(path)?, field)
}
