//! The rules that browser and server share: [`deck`] is what is shown, [`talk`] is the state of a live
//! showing and how commands change it.
//!
//! No IO and no framework: the only dependency is serde.

pub mod deck;
pub mod talk;
