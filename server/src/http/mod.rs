//! The connections under everything: our accept loop, HTTP/1 and HTTP/2, and the limits on what a peer
//! may take or withhold.
//!
//! Knows nothing of talks. A stream over HTTP/1 is taken over from the HTTP library
//! ([`stream_socket`]); [`crate::live`] says what is sent.

mod accept;
mod connection;
mod connection_limit;
mod deadline;
mod head_too_large;
mod http2_flood;
mod http2_requests;
mod late_body;
mod stream_socket;
mod unread_bytes;

pub use accept::{Limits, accept, listen};
pub use connection_limit::most_followers;
pub use unread_bytes::{Unsent, bound_unsent};
