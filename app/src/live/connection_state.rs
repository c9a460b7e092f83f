//! Whether a page shows the newest slide, as far as it can know.

/// The state of a page's connection, by stream or by polling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// No event has come since the page was opened.
    Connecting,
    /// Events arrive, or polls are answered.
    Live,
    /// The page lost touch with the server and is reconnecting. It may be behind.
    Stale,
    /// The talk has ended.
    Over,
    /// The device was removed from the talk's presenters.
    Revoked,
    /// Stale, and the browser reports that it is offline.
    Offline,
}

impl ConnectionState {
    /// The value of `data-live`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Offline => "offline",
            Self::Over => "over",
            Self::Revoked => "revoked",
        }
    }

    /// Whether the page can't know where the talk is, and so should send no command.
    pub const fn is_lost(self) -> bool {
        matches!(self, Self::Stale | Self::Offline | Self::Revoked)
    }

    /// The sentence that the page shows.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting",
            Self::Live => "Live",
            Self::Stale => "Reconnecting. You may be a slide behind.",
            Self::Over => "This talk is over.",
            Self::Revoked => "This remote was removed.",
            Self::Offline => "No network. You may be a slide behind.",
        }
    }
}
