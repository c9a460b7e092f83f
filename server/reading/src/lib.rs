//! Turns the files of a deck into slides. All code that touches untrusted bytes is here.
//!
//! [`sources`] is the table of importers: [`pdf`], [`markdown`], [`images`], [`archive`]. Each opens a
//! [`source::Source`]. They run in the [`worker`], a sandboxed process that answers the server over a
//! pipe. The server never calls a decoder: it uses the wire's types and the rules about files and their
//! names ([`kind`], [`main_file`], [`titles`]).
//!
//! A worker does this for each deck, after it has confined itself:
//!
//! ```
//! use reading::{
//!     kind::Kind,
//!     manifest::{Manifest, NamedFile},
//!     source::{Bounds, Face},
//!     sources::reader_of,
//!     worker::serve::Reader,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("0");
//! std::fs::write(&path, "# One\n\n---\n\n# Two\n")?;
//! let deck = Manifest {
//!     unpacked: None,
//!     name: "talk".to_owned(),
//!     files: vec![NamedFile { name: "talk.md".to_owned(), path }],
//!     said: Vec::new(),
//! };
//! deck.write(folder.path())?;
//!
//! let Some(Reader::Deck(open)) = reader_of(Kind::Markdown) else { unreachable!() };
//! let mut source = open(folder.path(), None, &Bounds::default())?;
//! assert_eq!(source.outline().slides.len(), 2);
//! let second = source.page(1, 1_920)?;
//! assert_eq!(second.title.as_deref(), Some("Two"));
//! assert!(matches!(second.face, Face::Html(_)));
//! # Ok(())
//! # }
//! ```

pub mod archive;
mod catch_panic;
mod companion_files;
mod images;
pub mod kind;
pub mod main_file;
pub mod manifest;
pub mod markdown;
mod notes;
pub mod pdf;
pub mod renditions;
pub mod segments;
pub mod source;
pub mod sources;
pub mod text;
mod text_with_files;
pub mod titles;
pub mod vocabulary;
pub mod worker;
