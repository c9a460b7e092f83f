//! The server from outside, over real sockets or in process: one program, because each would link
//! the server. What needs the machine for itself is in `crowded.rs`; what is its own worker, in `worker/`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a panic is a finding"
)]

mod bad_disks;
mod command_line;
mod commands;
mod deaf;
mod decks;
mod deleting;
mod durability;
mod fuzz_replay;
mod metrics;
mod pointing;
mod presence;
mod rooms;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod uploads;
mod walls;
mod watching;
mod whole_path;
mod wire;
