//! Everything that only the server does.
//!
//! [`run`](run()) starts it, [`web`] answers requests, [`importing`] brings decks in, [`talks`] holds
//! open talks, [`live`] is the stream's server end, [`store`] keeps all of it. Each uses only what stands
//! below it: [`access`] and [`observe`] are at the ground.

pub mod access;
pub mod cli;
pub mod http;
pub mod importing;
pub mod live;
pub mod observe;
mod run;
pub mod store;
pub mod talks;
pub mod terminal;
pub mod web;

pub use run::{RunError, in_process, run, serve};
