//! Tests of the server from outside, over real sockets or in process. One program, because each links the
//! server. Tests that must run alone are in `crowded.rs`; tests that are their own workers, in `worker/`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a panic is a finding"
)]

mod asking;
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
