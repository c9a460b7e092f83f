//! Fingers, keys and forms: all become taps of the [`Remote`].

mod forms;
mod gestures;
mod sheets;
mod shortcuts;

use super::remote::Remote;

/// Listens for as long as the page's owner lives.
pub fn listen(remote: Remote) {
    forms::listen(remote);
    gestures::listen(remote);
    sheets::listen(remote);
    shortcuts::listen(remote);
}
