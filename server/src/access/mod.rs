//! Who may do what: keys, cookies, and where a request may come from.

mod credentials;
mod headers;
mod keys;
mod origin;

pub use credentials::{Credentials, host_cookie, presenter_cookie};
pub use headers::{content_security_policy, security_headers};
pub use keys::{Key, KeyHash};
pub use origin::refuse_other_origins;
