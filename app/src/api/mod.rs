//! What a presenter's page asks of the server: server functions, one a file, thin.
//!
//! Nothing here decides anything. A function reads its form, asks the [`Stage`], and gives the
//! stage's answer the status that it deserves.

mod error;
mod go_to;
mod next;
mod previous;
mod screen;
mod stage;

pub use error::{ApiError, ErrorCode};
pub use go_to::{GoTo, go_to};
pub use next::{Next, next};
pub use previous::{Previous, previous};
pub use screen::{SetScreen, screen};
pub use stage::Stage;

use crate::talk::{Command, Revision, SlideState, TalkCode};

/// Carries a command from a page to the server, by the server function of its name.
pub async fn send(
    code: TalkCode,
    command: Command,
    if_revision: Option<Revision>,
) -> Result<SlideState, ApiError> {
    match command {
        Command::Next => next(code, if_revision).await,
        Command::Previous => previous(code, if_revision).await,
        Command::GoTo { slide, step } => go_to(code, if_revision, slide, Some(step)).await,
        Command::Screen(wanted) => screen(code, if_revision, wanted).await,
        // Ended by the host, at the terminal.
        Command::End => Err(ApiError::new(ErrorCode::NotFound)),
    }
}
