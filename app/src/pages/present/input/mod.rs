//! Fingers, keys and forms: all become commands of the [`Remote`].

mod clicker;
mod dragging;
mod forms;
mod gestures;
mod pencil;
pub(super) mod sheets;
mod shortcuts;

pub use clicker::listen_to_clicker;
pub use sheets::is_one_open;

use super::remote::Remote;
use pencil::Pencil;

/// Listens for as long as the page's owner lives.
pub fn listen(remote: Remote) {
    forms::listen(remote);
    let pencil = Pencil::new(remote);
    gestures::listen(remote, &pencil);
    sheets::listen(remote);
    dragging::listen();
    shortcuts::listen(remote, pencil);
}
