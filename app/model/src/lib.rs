//! What is shown and what may happen. [`deck`] holds slides, [`talk`] the state of a live showing and
//! the rule that changes it.
//!
//! Browser and server share it. It does no IO and knows no framework: its manifest has serde alone.

pub mod deck;
pub mod talk;
