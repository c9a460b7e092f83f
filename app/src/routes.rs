//! The addresses of pages and streams, each in one place.

use model::talk::{EventId, SeatNumber, TalkCode, View};

pub const HOME: &str = "/";

/// Where a browser is led whose host's key is not good.
pub const REFUSED: &str = "/?refused=key";

/// Where decks are brought to.
pub const DECKS: &str = "/decks";

pub fn follow(code: &TalkCode) -> String {
    format!("/t/{code}")
}

pub fn project(code: &TalkCode) -> String {
    format!("/t/{code}/screen")
}

pub fn present(code: &TalkCode) -> String {
    format!("/t/{code}/present")
}

/// Where the host finds a talk's links.
pub fn links(code: &TalkCode) -> String {
    format!("/t/{code}/links")
}

/// Where another talk is made of a talk's deck.
pub fn again(code: &TalkCode) -> String {
    format!("/t/{code}/again")
}

/// Where a talk is ended.
pub fn end(code: &TalkCode) -> String {
    format!("/t/{code}/end")
}

/// Where a talk gets another title.
pub fn rename(code: &TalkCode) -> String {
    format!("/t/{code}/rename")
}

/// Where a talk is deleted, once whoever asks is sure.
pub fn delete(code: &TalkCode) -> String {
    format!("/t/{code}/delete")
}

/// Where people find a talk by now, as JSON.
pub fn ways(code: &TalkCode) -> String {
    format!("/t/{code}/ways")
}

/// How far a talk's import is.
pub fn import(code: &TalkCode) -> String {
    format!("/t/{code}/import")
}

pub fn events(code: &TalkCode) -> String {
    format!("/t/{code}/events")
}

/// The newest snapshot, once, for a page whose stream is withheld.
pub fn state(code: &TalkCode, view: View, seat: SeatNumber) -> String {
    let view = view.as_str();
    format!("/t/{code}/state?view={view}&seat={seat}")
}

/// The stream for a page that has the event `last` already.
pub fn events_since(code: &TalkCode, last: &EventId, view: View, seat: SeatNumber) -> String {
    let view = view.as_str();
    format!("/t/{code}/events?last_event_id={last}&view={view}&seat={seat}")
}

/// The devices that present a talk; POST makes a link for one more.
pub fn remotes(code: &TalkCode) -> String {
    format!("/t/{code}/remotes")
}

pub fn allow(code: &TalkCode, number: u64) -> String {
    format!("/t/{code}/remotes/{number}/allow")
}

pub fn revoke(code: &TalkCode, number: u64) -> String {
    format!("/t/{code}/remotes/{number}/revoke")
}

/// Where the presenter's finger is sent to.
pub fn point(code: &TalkCode) -> String {
    format!("/t/{code}/point")
}

/// What a device may do in a talk, and what the server's time is.
pub fn role(code: &TalkCode) -> String {
    format!("/t/{code}/role")
}

/// Where a page says what it has painted.
pub fn seen(code: &TalkCode) -> String {
    format!("/t/{code}/seen")
}
