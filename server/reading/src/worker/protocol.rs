//! The messages between server and worker, over a pipe: each frame is a length and that many bytes.
//! This module has the messages and the worker's blocking end; the server's end is asynchronous.

use super::{
    bounded,
    check::{MAX_LINKS, MAX_RENDITIONS, MAX_WARNINGS},
};
use crate::{
    kind::Kind,
    source::{Bounds, Html, Link, Outline, SourceError, Warning},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{self, Read, Write};

/// A request is a few numbers and a password.
pub const MAX_REQUEST_BYTES: u32 = 64 << 10;

/// A page of 3840 px takes less than 1 MB. This is enough for noise in several sizes.
pub const MAX_ANSWER_BYTES: u32 = 24 << 20;

/// An outline has a few bytes for each page. In memory it takes about twenty times as much.
pub const MAX_OUTLINE_BYTES: u32 = 2 << 20;

/// The files of an archive are sent in pieces. Must be below [`MAX_OUTLINE_BYTES`].
pub const PIECE_BYTES: usize = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Must be the first request, and only that.
    Open(Open),
    Page {
        /// From 0.
        index: u32,
        /// Widths of the renditions, in pixels. A page is never enlarged.
        widths: Vec<u32>,
    },
    /// A picture in a page's HTML. The answer is a page with only the picture.
    Picture { name: String, widths: Vec<u32> },
}

impl Request {
    /// The longest answer to this request, in bytes.
    pub const fn max_answer(&self) -> u32 {
        match self {
            Self::Open(_) => MAX_OUTLINE_BYTES,
            Self::Page { .. } | Self::Picture { .. } => MAX_ANSWER_BYTES,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Open {
    pub kind: Kind,
    pub password: Option<String>,
    pub limits: ProcessLimits,
    pub bounds: Bounds,
}

/// Written by hand, because the password must not be printed.
impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open")
            .field("kind", &self.kind)
            .field("limits", &self.limits)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

/// Limits that the worker sets for itself before it reads the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessLimits {
    /// Address space, in bytes.
    pub memory: u64,
    /// Processor time in total, in seconds.
    pub processor: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Sent once, before the source is opened.
    Confined(Confinement),
    Opened(Outline),
    Page(PageParts),
    Failed(SourceError),
    /// The answer to `Open` of an archive: the name of a file in it. Its bytes follow.
    File(String),
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// The last answer about an archive.
    Unpacked(Content),
}

/// The content of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Never another archive.
    pub kind: Kind,
    /// Sentences about what was left out.
    #[serde(deserialize_with = "bounded::at_most::<MAX_WARNINGS, _, _>")]
    pub said: Vec<String>,
}

/// Which parts of the sandbox the system allowed. The limits of memory, time and files are required and
/// not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// An empty network namespace.
    pub network: Held,
    /// Landlock: reads only its own folder and the fonts.
    pub files: Held,
    /// Seccomp: only the system calls that decoders need.
    pub calls: Held,
}

impl Confinement {
    /// The missing walls in words. None when there are none.
    pub fn missing(&self) -> Option<String> {
        let walls = [
            ("the network's (namespaces)", self.network),
            ("the files' (Landlock)", self.files),
            ("the system calls' (seccomp)", self.calls),
        ];
        let missing: Vec<&str> = walls
            .into_iter()
            .filter(|(_, held)| *held == Held::Not)
            .map(|(wall, _)| wall)
            .collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Held {
    Fully,
    /// The system is older and enforces a part of it.
    Partly,
    Not,
}

/// One page, ready to be stored and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageParts {
    pub title: Option<String>,
    pub text: String,
    pub notes: Option<Notes>,
    #[serde(deserialize_with = "bounded::at_most::<MAX_LINKS, _, _>")]
    pub links: Vec<Link>,
    pub face: FaceParts,
    #[serde(deserialize_with = "bounded::at_most::<MAX_WARNINGS, _, _>")]
    pub warnings: Vec<Warning>,
}

/// What the presenter says to a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    pub text: String,
    /// The same as HTML; empty where the text is not Markdown.
    pub html: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FaceParts {
    Pictures {
        /// Narrowest first.
        #[serde(deserialize_with = "bounded::at_most::<MAX_RENDITIONS, _, _>")]
        renditions: Vec<Rendition>,
        /// A tiny WebP to show while the picture loads.
        #[serde(with = "serde_bytes")]
        preview: Vec<u8>,
    },
    Html(Html),
}

/// A page's picture in one size.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    pub width: u32,
    pub height: u32,
    #[serde(with = "serde_bytes")]
    pub webp: Vec<u8>,
}

impl std::fmt::Debug for Rendition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            width,
            height,
            webp,
        } = self;
        write!(f, "Rendition({width} x {height}, {} bytes)", webp.len())
    }
}

/// A frame that could not be sent or decoded. The connection is not used again.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("the pipe broke: {0}")]
    Pipe(#[from] io::Error),
    #[error("a frame of {0} bytes is too long")]
    TooLong(usize),
    #[error("a frame makes no sense: {0}")]
    Garbled(#[from] postcard::Error),
}

/// Encodes a frame: the length as four bytes, little-endian, then the value.
pub fn frame<T: Serialize>(value: &T, max: u32) -> Result<Vec<u8>, FrameError> {
    let mut frame = postcard::to_extend(value, vec![0; 4])?;
    let long = frame.len().saturating_sub(4);
    let length = u32::try_from(long)
        .ok()
        .filter(|length| *length <= max)
        .ok_or(FrameError::TooLong(long))?;
    if let Some(prefix) = frame.first_chunk_mut() {
        *prefix = length.to_le_bytes();
    }
    Ok(frame)
}

/// Decodes a frame's content. Bytes that are left over are an error.
pub fn understood<T: DeserializeOwned>(content: &[u8]) -> Result<T, FrameError> {
    let (value, rest) = postcard::take_from_bytes(content)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(postcard::Error::DeserializeBadEncoding.into())
    }
}

/// Decodes a frame's length.
///
/// # Errors
/// When it is above `max`.
pub fn length(prefix: [u8; 4], max: u32) -> Result<u32, FrameError> {
    let length = u32::from_le_bytes(prefix);
    if length <= max {
        Ok(length)
    } else {
        Err(FrameError::TooLong(
            usize::try_from(length).unwrap_or(usize::MAX),
        ))
    }
}

/// Sends an answer. Blocks, for the worker.
pub fn answer(pipe: &mut impl Write, answer: &Answer) -> Result<(), FrameError> {
    pipe.write_all(&frame(answer, MAX_ANSWER_BYTES)?)?;
    Ok(pipe.flush()?)
}

/// Receives the next request. Blocks, for the worker. `None` when the server has closed the pipe.
pub fn next(pipe: &mut impl Read) -> Result<Option<Request>, FrameError> {
    let mut prefix = [0; 4];
    match pipe.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = length(prefix, MAX_REQUEST_BYTES)?;
    let mut content = Vec::new();
    pipe.take(length.into()).read_to_end(&mut content)?;
    understood(&content).map(Some)
}
