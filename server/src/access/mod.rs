//! Who may do what: keys, cookies, and the origins of requests.

mod credentials;
mod guesses;
mod headers;
mod keys;
mod origin;
mod refusal;
mod start;

pub use credentials::{CookieNames, Credentials, OpenedLink};
pub use guesses::{Asker, Guesses, asker};
pub use headers::{content_security_policy, security_headers};
pub use keys::{Key, KeyHash};
pub use origin::{is_own, is_own_address, refuse_other_origins};
pub use refusal::Refusal;
pub use start::StartWord;
