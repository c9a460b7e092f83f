//! The presenter's server functions, one for each [`Command`](model::talk::Command). Each reads its form with
//! [`Command::from_form`](model::talk::Command::from_form) and asks the request's [`CommandHandler`](super::CommandHandler).

use super::ApiError;
use leptos::prelude::*;
use model::talk::{Revision, SlideState, TalkCode};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::collections::BTreeMap;

/// The fields of a command's form, as they were sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Form(BTreeMap<String, Field>);

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Field {
    Text(String),
    /// A list or a map, which no command has.
    #[serde(skip_serializing)]
    Other(IgnoredAny),
}

/// Defines a server function: its type, its Rust name, and its name in the address.
macro_rules! command {
    ($(#[doc = $doc:literal])+ $type:ident, $function:ident, $name:literal) => {
        $(#[doc = $doc])+
        #[server(name = $type, endpoint = $name)]
        pub async fn $function(
            code: TalkCode,
            if_revision: Option<Revision>,
            #[server(flatten)] form: Form,
        ) -> Result<SlideState, ApiError> {
            carry_out(code, if_revision, $name, &form).await
        }
    };
}

command! {
    /// `POST /api/next`: one step or slide forward.
    Next, next, "next"
}
command! {
    /// `POST /api/previous`: one step or slide back.
    Previous, previous, "previous"
}
command! {
    /// `POST /api/go_to`: to `slide` (from 1) and its `step` (from 0, the default).
    GoTo, go_to, "go_to"
}
command! {
    /// `POST /api/screen`: `screen` is live, black, white or frozen.
    SetScreen, screen, "screen"
}
command! {
    /// `POST /api/back_to_room`: unfreezes the screen at the room's slide.
    BackToRoom, back_to_room, "back_to_room"
}
command! {
    /// `POST /api/clock`: `clock` is run, pause, reset or plan. The plan is for `minutes` (1 to 1,440);
    /// absent or empty removes it.
    SetClock, clock, "clock"
}
command! {
    /// `POST /api/invite`: shows the joining instructions on the projector if `inviting` is true,
    /// hides them if it is false.
    Invite, invite, "invite"
}
command! {
    /// `POST /api/scheme`: `scheme` is deck, light or dark: the colours of Markdown slides.
    SetScheme, scheme, "scheme"
}
command! {
    /// `POST /api/transition`: `transition` is cut or fade.
    SetTransition, transition, "transition"
}

#[cfg(feature = "ssr")]
async fn carry_out(
    code: TalkCode,
    if_revision: Option<Revision>,
    name: &str,
    form: &Form,
) -> Result<SlideState, ApiError> {
    use super::{CommandHandler, ErrorCode};
    use model::talk::Command;
    use std::sync::Arc;

    let field = |name: &str| match form.0.get(name)? {
        Field::Text(text) => Some(text.clone()),
        Field::Other(_) => None,
    };
    let answer = match (
        Command::from_form(name, field),
        use_context::<Arc<dyn CommandHandler>>(),
    ) {
        (Some(command), Some(handler)) => handler.command(code, command, if_revision).await,
        (None, _) => Err(ApiError::new(ErrorCode::BadRequest)),
        (_, None) => Err(ApiError::new(ErrorCode::Internal)),
    };
    answer.inspect_err(ApiError::set_status)
}
