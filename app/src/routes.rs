//! Every path of the server. No other file writes one.
//!
//! The router reads `{code}` in a path as a parameter, and `format!` reads it as an argument: so one text
//! is both the router's pattern, a constant, and the address of one talk, a function.

use model::talk::{EventId, SeatNumber, TalkCode, View};

macro_rules! paths {
    ($(
        $(#[$doc:meta])*
        $pattern:ident, $address:ident($($name:ident: $kind:ty),+) = $path:literal;
    )+) => {
        $(
            $(#[$doc])*
            pub fn $address($($name: $kind),+) -> String {
                format!($path)
            }
        )+

        /// The same paths as the router's patterns.
        pub mod pattern {
            $(pub const $pattern: &str = $path;)+

            pub const ALL: &[&str] = &[$($pattern),+];
        }
    };
}

paths! {
    /// A follower's page.
    FOLLOW, follow(code: &TalkCode) = "/t/{code}";
    /// The projector's page.
    PROJECT, project(code: &TalkCode) = "/t/{code}/screen";
    /// The remote. POST admits the device that opened a presenter's link.
    PRESENT, present(code: &TalkCode) = "/t/{code}/present";
    /// The host's page before a talk: pairs the phone, opens the projector, lets people in. POST makes a
    /// link that admits one device.
    LOBBY, lobby(code: &TalkCode) = "/t/{code}/lobby";
    /// The talk's links and QR codes, for its presenters and the host.
    LINKS, links(code: &TalkCode) = "/t/{code}/links";
    /// How long each slide was shown, for the talk's presenters.
    TIMES, times(code: &TalkCode) = "/t/{code}/times";
    /// The devices that present a talk. POST makes a link for one more.
    REMOTES, remotes(code: &TalkCode) = "/t/{code}/remotes";
    /// Admits a device that waits.
    ALLOW, allow(code: &TalkCode, number: u64) = "/t/{code}/remotes/{number}/allow";
    /// Asks for the remote, from a device without a link. The remote's page shows what becomes of it.
    ASK, ask(code: &TalkCode) = "/t/{code}/remotes/ask";
    /// Lets in a device that asks.
    ACCEPT, accept(code: &TalkCode, id: u32) = "/t/{code}/requests/{id}/accept";
    /// Sends away a device that asks.
    DECLINE, decline(code: &TalkCode, id: u32) = "/t/{code}/requests/{id}/decline";
    /// Nobody may ask for the remote for a while, or everybody may again.
    ASKING, asking(code: &TalkCode) = "/t/{code}/requests";
    /// Undoes the removal of a device.
    RESTORE, restore(code: &TalkCode, number: u64) = "/t/{code}/remotes/{number}/restore";
    /// Removes a device.
    REVOKE, revoke(code: &TalkCode, number: u64) = "/t/{code}/remotes/{number}/revoke";
    /// Gives a talk another title.
    RENAME, rename(code: &TalkCode) = "/t/{code}/rename";
    /// Asks whether to delete a talk. POST deletes it.
    DELETE, delete(code: &TalkCode) = "/t/{code}/delete";
    /// Ends a talk.
    END, end(code: &TalkCode) = "/t/{code}/end";
    /// Opens another talk of the same deck.
    AGAIN, again(code: &TalkCode) = "/t/{code}/again";
    /// The talk's current links, as JSON: they change with the server's network.
    WAYS, ways(code: &TalkCode) = "/t/{code}/ways";
    /// The progress of a deck's import, as JSON.
    IMPORT, import(code: &TalkCode) = "/t/{code}/import";
    /// The event stream.
    EVENTS, events(code: &TalkCode) = "/t/{code}/events";
    /// The newest snapshot, as JSON.
    STATE, state(code: &TalkCode) = "/t/{code}/state";
    /// The slides that the visitor may see, as JSON.
    SLIDES, slides(code: &TalkCode) = "/t/{code}/slides";
    /// What this device may do in a talk, and the server's time.
    ROLE, role(code: &TalkCode) = "/t/{code}/role";
    /// Takes reports of what a page has painted.
    SEEN, seen(code: &TalkCode) = "/t/{code}/seen";
    /// Takes the presenter's pointer and ink.
    POINT, point(code: &TalkCode) = "/t/{code}/point";
    /// A picture of a slide, by the name of its file.
    MEDIA, media(name: &str) = "/media/{name}";
    /// A server function.
    API, api(function: &str) = "/api/{function}";
}

/// The start page: join a talk; for the host, all talks.
pub const HOME: &str = "/";

/// The start page after a host's key was refused.
pub const REFUSED: &str = "/?refused=key";

/// The host's talks as they are now, as JSON.
pub const TALKS: &str = "/talks";

/// Takes uploaded decks.
pub const DECKS: &str = "/decks";

pub const HEALTH: &str = "/healthz";
pub const METRICS: &str = "/metrics";

/// The folder of the built scripts, WASM and styles.
pub const BUILT: &str = "/pkg";

/// The styles of pages with controls. `name` changes with their contents.
pub fn controls_style(name: &str) -> String {
    format!("/style/controls.{name}.css")
}

/// The typefaces of Markdown slides. A file's name contains its version.
pub const TYPEFACES: &str = "/fonts";
/// The one that every Markdown slide needs.
pub const TEXT_TYPEFACE: &str = "/fonts/inter-4.1-latin.woff2";

pub const ICON: &str = "/favicon.svg";
pub const TOUCH_ICON: &str = "/icon-180.png";
pub const MANIFEST: &str = "/manifest.webmanifest";
/// The video that keeps a phone's screen on.
pub const AWAKE: &str = "/awake.mp4";

/// Files that are served as they are. The manifest and old browsers name those that have no name here.
pub const FILES: [&str; 7] = [
    ICON,
    "/favicon.ico",
    TOUCH_ICON,
    "/icon-192.png",
    "/icon-512.png",
    MANIFEST,
    AWAKE,
];

/// The host's link. Its key becomes a cookie, and the browser is redirected to [`HOME`].
pub fn host_link(key: &str) -> String {
    format!("{HOME}?key={key}")
}

/// The host's link that leads to a talk's [`lobby`].
pub fn host_link_to_lobby(key: &str, code: &TalkCode) -> String {
    format!("{}&lobby={code}", host_link(key))
}

/// As [`host_link_to_lobby`], or without a talk as [`host_link`], with a word that works once instead of a
/// key.
pub fn start_link(word: &str, code: Option<&TalkCode>) -> String {
    let lobby = code.map(|code| format!("&lobby={code}"));
    format!("{HOME}?start={word}{}", lobby.unwrap_or_default())
}

/// A presenter's link. Its key becomes a cookie, and the browser is redirected to [`present`].
pub fn presenter_link(code: &TalkCode, key: &str) -> String {
    format!("{}?key={key}", present(code))
}

/// [`state`] for a page whose stream is withheld, and which is counted by its seat all the same.
pub fn state_of_seat(code: &TalkCode, view: View, seat: SeatNumber) -> String {
    format!("{}?view={}&seat={seat}", state(code), view.as_str())
}

/// [`events`] for a page that has the event `last` already.
pub fn events_since(code: &TalkCode, last: &EventId, view: View, seat: SeatNumber) -> String {
    let (events, view) = (events(code), view.as_str());
    format!("{events}?last_event_id={last}&view={view}&seat={seat}")
}

/// Whether a path belongs to a talk.
pub fn is_of_talk(path: &str) -> bool {
    path.starts_with(TalkCode::PATH)
}

/// The name of the server function at a path.
pub fn function_of(path: &str) -> Option<&str> {
    path.strip_prefix("/api/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_code_and_number_of_its_arguments() {
        let code: TalkCode = "rust-berlin".parse().expect("a code");
        assert_eq!(allow(&code, 7), "/t/rust-berlin/remotes/7/allow");
        assert_eq!(TalkCode::typed(&follow(&code)), Ok(code.clone()));
        assert!(is_of_talk(&follow(&code)) && !is_of_talk(HOME));
        assert_eq!(function_of(&api("next")), Some("next"));
        assert_eq!(function_of(&follow(&code)), None);
    }
}
