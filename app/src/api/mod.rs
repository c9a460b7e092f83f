//! What a presenter's page asks of the server: thin server functions and their errors.

mod call;
mod command_handler;
mod commands;
mod error;

pub use call::{ask, say};
pub use command_handler::{CommandHandler, PendingState};
pub use commands::{
    BackToRoom, GoTo, Invite, Next, Previous, SetClock, SetScheme, SetScreen, SetTransition,
    back_to_room, clock, go_to, invite, next, previous, scheme, screen, transition,
};
pub use error::{ApiError, ErrorCode};

use crate::{json, routes};
use model::talk::{Command, Revision, Role, SlideState, TalkCode};

/// The address of a command's server function.
pub fn path(command: Command) -> String {
    routes::api(command.name())
}

/// Sends a command to its server function. A server that would begin it later than `begin_by`, in
/// milliseconds since 1970 by its own clock, refuses it.
pub async fn send(
    code: &TalkCode,
    command: Command,
    if_revision: Revision,
    begin_by: u64,
) -> Result<SlideState, ApiError> {
    let form = form(code, command, begin_by) + &format!("&if_revision={if_revision}");
    call::call(&path(command), &form).await
}

/// As [`send`], but without a revision. Returns whether the command was carried out.
pub async fn send_once(code: &TalkCode, command: Command, begin_by: u64) -> bool {
    say(&path(command), &form(code, command, begin_by)).await
}

/// Asks what this browser may do, and the server's time. `None` without an answer.
pub async fn role(code: &TalkCode) -> Option<Role> {
    let answer = ask(&routes::role(code)).await?;
    json::read(&answer)
}

fn form(code: &TalkCode, command: Command, begin_by: u64) -> String {
    let mut form = format!("code={code}&begin_by={begin_by}");
    for (name, value) in command.to_form() {
        form.push('&');
        form += name;
        form.push('=');
        form += &value;
    }
    form
}

/// The command that a form sends: `path` is the form's action.
pub fn command_of(path: &str, field: impl Fn(&str) -> Option<String>) -> Option<Command> {
    Command::from_form(crate::routes::function_of(path)?, field)
}
