//! The body of a refused request: a stable code for programs, a sentence for people.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use model::talk::SlideState;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The body of every error: `{"error":{"code","message"}}`, and for a stale command `"state"`.
///
/// Everybody can read it, so the text of an inner error must never get in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    error: Problem,
    /// The current state, for a command that was made against another revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Box<SlideState>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Problem {
    code: ErrorCode,
    message: String,
}

macro_rules! error_codes {
    ($(
        $(#[$doc:meta])*
        $code:ident = $name:literal, $status:literal, $sentence:literal;
    )+) => {
        /// Stable names, the same for every release.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "&'static str")]
        pub enum ErrorCode {
            $($(#[$doc])* $code,)+
        }

        impl ErrorCode {
            const ALL: &[Self] = &[$(Self::$code),+];

            /// The name in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)+
                }
            }

            /// The HTTP status of an answer with this code.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$code => $status,)+
                }
            }

            /// What happened and what to do.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$code => $sentence,)+
                }
            }
        }
    };
}

error_codes! {
    NoKey = "no_key", 401, "This needs the presenter's key. Open the presenter's link again.";
    NoHostKey = "no_host_key", 401, "Only the host may do this. Open the host's link again.";
    WrongKey = "wrong_key", 403, "This key is for another talk. Open this talk's presenter link.";
    OtherOrigin = "other_origin", 403,
        "This came from another site's page. Use WebSlides' own page.";
    NoSuchTalk = "no_such_talk", 404,
        "There is no talk with this code. Ask for the code once more.";
    NotFound = "not_found", 404, "There is nothing at this address.";
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take that method.";
    TooSlow = "too_slow", 408, "The request took too long to come. Send it again.";
    Stale = "stale", 409, "The talk is further on. Look where it is, then try again.";
    Taken = "taken", 409, "There is a talk with this code already. Take another one.";
    Over = "over", 410, "This talk is over.";
    LinkUsed = "link_used", 410,
        "This link was used already. Ask for a new one on the laptop.";
    LinkExpired = "link_expired", 410, "This link has expired. Ask for a new one on the laptop.";
    TooLarge = "too_large", 413, "This is too large. Send less.";
    OutOfRange = "out_of_range", 422, "The deck has no such slide or step. Slides count from 1.";
    BadRequest = "bad_request", 422,
        "A field is missing or not what it should be: code is 3 to 32 letters, digits or \
        '-', slide a number from 1, step a number from 0, screen one of live, black, \
        white, frozen, clock one of run, pause, reset, plan, minutes 1 to 1440, if_revision \
        a whole number.";
    /// A deck that can't be shown. The message says why.
    BadDeck = "bad_deck", 422, "This deck can't be shown.";
    /// A deck that is protected by a password, which is missing or wrong.
    Locked = "locked", 422, "This PDF is protected by a password. Type it, then try again.";
    TooFast = "too_fast", 429, "Too many requests. Wait a moment, then try again.";
    /// The change is not durable, so it was not made.
    NotStored = "not_stored", 500,
        "The change could not be stored, so the talk has not moved. The host should look \
        at the disk; then try again.";
    Internal = "internal", 500, "Something went wrong on the server. Try again.";
    /// No answer came. Made by the browser, never by the server.
    Unreachable = "unreachable", 502,
        "The server did not answer. Check the network, then try again.";
}

impl ApiError {
    pub fn new(code: ErrorCode) -> Self {
        Self {
            error: Problem {
                code,
                message: code.sentence().to_owned(),
            },
            state: None,
        }
    }

    /// With a message of its own instead of the code's sentence.
    pub fn with_message(code: ErrorCode, message: String) -> Self {
        Self {
            error: Problem { code, message },
            state: None,
        }
    }

    pub fn stale(state: SlideState) -> Self {
        Self {
            state: Some(Box::new(state)),
            ..Self::new(ErrorCode::Stale)
        }
    }

    pub fn code(&self) -> ErrorCode {
        self.error.code
    }

    /// Gives the answer its status: Leptos 0.8 would make each server function's error a 500
    /// (leptos-rs/leptos#4536).
    #[cfg(feature = "ssr")]
    pub(super) fn set_status(&self) {
        use leptos::prelude::use_context;

        let status = http::StatusCode::from_u16(self.code().status());
        let response = use_context::<leptos_axum::ResponseOptions>();
        if let (Some(response), Ok(status)) = (response, status) {
            response.set_status(status);
        }
    }
}

/// A name that is newer than the page becomes [`Internal`](ErrorCode::Internal).
impl From<String> for ErrorCode {
    fn from(name: String) -> Self {
        let known = Self::ALL.iter().find(|code| code.as_str() == name);
        known.copied().unwrap_or(Self::Internal)
    }
}

impl From<ErrorCode> for &'static str {
    fn from(code: ErrorCode) -> Self {
        code.as_str()
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let code = match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
                if cfg!(feature = "ssr") =>
            {
                ErrorCode::BadRequest
            }
            _ if cfg!(feature = "ssr") => ErrorCode::Internal,
            // In the browser, only an answer of ours is an answer.
            _ => ErrorCode::Unreachable,
        };
        let error = Self::new(code);
        #[cfg(feature = "ssr")]
        error.set_status();
        error
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error.message)
    }
}

impl std::error::Error for ApiError {}
