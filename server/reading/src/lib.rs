//! All that touches a stranger's bytes: what a deck is made of becomes slides here.
//!
//! [`sources`] is the table of importers: [`pdf`], [`markdown`], [`images`], [`archive`]. Each gives a
//! [`source::Source`]. The [`worker`] is the process that runs them, behind walls, and what it says to
//! the server. The server itself calls nothing here that decodes a deck: it uses the words of the wire,
//! and the rules about names ([`main_file`], [`titles`]).

pub mod archive;
mod beside;
mod images;
pub mod kind;
pub mod main_file;
pub mod manifest;
pub mod markdown;
pub mod pdf;
mod pictured;
pub mod renditions;
mod safely;
pub mod source;
pub mod sources;
pub mod text;
pub mod titles;
pub mod vocabulary;
pub mod worker;
