//! What a refused request is told: a stable code for programs, a sentence for people.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use model::talk::SlideState;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The body of every error: `{"error":{"code","message"}}`, and for a stale command `"state"`.
///
/// Public by nature: nothing of an inner error's text gets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    error: Problem,
    /// Where the talk is, told to whoever commanded against another revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Box<SlideState>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Problem {
    code: ErrorCode,
    message: String,
}

/// Stable names, the same for every release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "&'static str")]
pub enum ErrorCode {
    NoKey,
    NoHostKey,
    WrongKey,
    OtherOrigin,
    NoSuchTalk,
    NotFound,
    MethodNotAllowed,
    Stale,
    Taken,
    Over,
    TooLarge,
    TooSlow,
    TooFast,
    OutOfRange,
    BadRequest,
    /// A deck that can't be shown; the message says why.
    BadDeck,
    /// The change is not durable, and so not made.
    NotStored,
    Internal,
    /// Made by the browser, never by the server: no answer came.
    Unreachable,
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

    /// In words of its own.
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

impl ErrorCode {
    const ALL: [Self; 19] = [
        Self::NoKey,
        Self::NoHostKey,
        Self::WrongKey,
        Self::OtherOrigin,
        Self::NoSuchTalk,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Stale,
        Self::Taken,
        Self::Over,
        Self::TooLarge,
        Self::TooSlow,
        Self::TooFast,
        Self::OutOfRange,
        Self::BadRequest,
        Self::BadDeck,
        Self::NotStored,
        Self::Internal,
        Self::Unreachable,
    ];

    /// The name that JSON has.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::NoHostKey => "no_host_key",
            Self::Taken => "taken",
            Self::WrongKey => "wrong_key",
            Self::OtherOrigin => "other_origin",
            Self::NoSuchTalk => "no_such_talk",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Stale => "stale",
            Self::Over => "over",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::TooFast => "too_fast",
            Self::OutOfRange => "out_of_range",
            Self::BadRequest => "bad_request",
            Self::BadDeck => "bad_deck",
            Self::NotStored => "not_stored",
            Self::Internal => "internal",
            Self::Unreachable => "unreachable",
        }
    }

    /// The HTTP status of an answer with this code.
    pub const fn status(self) -> u16 {
        match self {
            Self::NoKey | Self::NoHostKey => 401,
            Self::WrongKey | Self::OtherOrigin => 403,
            Self::NoSuchTalk | Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooSlow => 408,
            Self::Stale | Self::Taken => 409,
            Self::Over => 410,
            Self::TooLarge => 413,
            Self::OutOfRange | Self::BadRequest | Self::BadDeck => 422,
            Self::TooFast => 429,
            Self::NotStored | Self::Internal => 500,
            Self::Unreachable => 502,
        }
    }

    /// What happened and what to do.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoKey => "This needs the presenter's key. Open the presenter's link again.",
            Self::NoHostKey => "Only the host may do this. Open the host's link again.",
            Self::Taken => "There is a talk with this code already. Take another one.",
            Self::WrongKey => "This key is for another talk. Open this talk's presenter link.",
            Self::OtherOrigin => "This came from another site's page. Use WebSlides' own page.",
            Self::NoSuchTalk => "There is no talk with this code. Ask for the code once more.",
            Self::NotFound => "There is nothing at this address.",
            Self::MethodNotAllowed => "This address does not take that method.",
            Self::Stale => "The talk is further on. Look where it is, then try again.",
            Self::Over => "This talk is over.",
            Self::TooSlow => "The request took too long to come. Send it again.",
            Self::TooFast => "This is too often. Wait a moment, then try again.",
            Self::TooLarge => "This is too large. Send less.",
            Self::OutOfRange => "The deck has no such slide or step. Slides count from 1.",
            Self::BadRequest => {
                "A field is missing or not what it should be: code is 3 to 32 letters, digits or \
                 '-', slide a number from 1, step a number from 0, screen one of live, black, \
                 white, frozen, clock one of run, pause, reset, plan, minutes 1 to 1440, if_revision \
                 a whole number."
            }
            Self::BadDeck => "This deck can't be shown.",
            Self::NotStored => {
                "The change could not be stored, so the talk has not moved. The host should look \
                 at the disk; then try again."
            }
            Self::Internal => "Something went wrong on the server. Try again.",
            Self::Unreachable => "The server did not answer. Check the network, then try again.",
        }
    }
}

/// By its name. One that a page is too old to know is no more than that something went wrong.
impl From<String> for ErrorCode {
    fn from(name: String) -> Self {
        let known = Self::ALL.into_iter().find(|code| code.as_str() == name);
        known.unwrap_or(Self::Internal)
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
            // In the browser, whatever is not an answer of ours is no answer.
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
