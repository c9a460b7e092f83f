//! What a presenter's page asks of the server: thin server functions and their errors.

mod call;
mod commands;
mod error;
mod stage;

pub use call::{ask, say};
pub use commands::{
    BackToRoom, GoTo, Invite, Next, Previous, SetClock, SetScreen, back_to_room, clock, go_to,
    invite, next, previous, screen,
};
pub use error::{ApiError, ErrorCode};
pub use stage::Stage;

use crate::{json, routes};
use model::talk::{Command, Revision, Role, SlideState, TalkCode};

/// The address of a command's server function.
pub fn path(command: Command) -> String {
    routes::api(command.name())
}

/// Carries a command from a page to the server, by the server function of its name. The server must
/// begin it at `begin_by`, in milliseconds of its own clock, or not at all.
pub async fn send(
    code: &TalkCode,
    command: Command,
    if_revision: Revision,
    begin_by: u64,
) -> Result<SlideState, ApiError> {
    let form = form(code, command, begin_by) + &format!("&if_revision={if_revision}");
    call::call(&path(command), &form).await
}

/// The same, whatever the talk's revision is by then. Whether it was done.
pub async fn send_once(code: &TalkCode, command: Command, begin_by: u64) -> bool {
    say(&path(command), &form(code, command, begin_by)).await
}

/// What the server says that this browser may do, and what its time is. `None` without an answer.
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

/// The command that a form asks for, by its address and its fields.
pub fn command_of(path: &str, field: impl Fn(&str) -> Option<String>) -> Option<Command> {
    Command::from_form(crate::routes::function_of(path)?, field)
}
