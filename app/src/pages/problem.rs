use crate::{
    api::ErrorCode,
    components::{JoinForm, Wordmark},
};
use leptos::prelude::*;

/// An error page: what happened, and how to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemPage {
    NoSuchTalk,
    NoKey,
    WrongKey,
    NoHostKey,
    /// It has admitted another device.
    LinkUsed,
    LinkExpired,
    NotFound,
    TooManyCodes,
}

impl ProblemPage {
    const ALL: [Self; 8] = [
        Self::NoSuchTalk,
        Self::NoKey,
        Self::WrongKey,
        Self::NoHostKey,
        Self::LinkUsed,
        Self::LinkExpired,
        Self::NotFound,
        Self::TooManyCodes,
    ];

    /// The page that shows a refusal with this code, if there is one.
    pub fn of(code: ErrorCode) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.code() == code)
    }

    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NoSuchTalk => ErrorCode::NoSuchTalk,
            Self::NoKey => ErrorCode::NoKey,
            Self::WrongKey => ErrorCode::WrongKey,
            Self::NoHostKey => ErrorCode::NoHostKey,
            Self::LinkUsed => ErrorCode::LinkUsed,
            Self::LinkExpired => ErrorCode::LinkExpired,
            Self::NotFound => ErrorCode::NotFound,
            Self::TooManyCodes => ErrorCode::TooFast,
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::NoSuchTalk => "No talk with this code",
            Self::NoKey => "This page is the presenter’s",
            Self::WrongKey => "This key is for another talk",
            Self::NoHostKey => "This page is the host’s",
            Self::LinkUsed => "This link was used already",
            Self::LinkExpired => "This link has expired",
            Self::NotFound => "Nothing here",
            Self::TooManyCodes => "Too many wrong codes",
        }
    }

    /// Why a device may not present, and how it may.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NoSuchTalk => {
                "Codes are short, like “k7mqxe”. Ask for it once more and type it here; capitals and \
                 spaces do not matter. Or scan the talk’s QR code."
            }
            Self::NoKey => {
                "To present, open the presenter’s link: it is in the terminal where WebSlides was \
                 started."
            }
            Self::WrongKey => {
                "Open this talk’s own presenter link: it is in the terminal where WebSlides was \
                 started."
            }
            Self::NoHostKey => {
                "Open the host’s link: it is in the terminal where WebSlides was started."
            }
            Self::LinkUsed => {
                "It lets in one device. Ask for a new one on the laptop: a tap there shows a new QR code."
            }
            Self::LinkExpired => {
                "It works for ten minutes. Ask for a new one on the laptop: a tap there shows a new QR code."
            }
            Self::TooManyCodes => {
                "Many codes that lead nowhere were tried from your network. Ask for the talk’s code, \
                 and try it again in a minute."
            }
            Self::NotFound => "This address leads nowhere.",
        }
    }

    /// The way to the slides, where the advice leads elsewhere.
    const fn follow(self) -> &'static str {
        match self {
            Self::NoSuchTalk | Self::TooManyCodes => "",
            Self::NoKey
            | Self::WrongKey
            | Self::NoHostKey
            | Self::LinkUsed
            | Self::LinkExpired
            | Self::NotFound => " To follow a talk, type its code.",
        }
    }

    pub fn into_view(self) -> impl IntoView {
        view! {
            <main class="welcome" data-view="problem">
                <Wordmark/>
                <h1>{self.title()}</h1>
                <p>{self.advice()}{self.follow()}</p>
                <JoinForm/>
            </main>
        }
    }
}
