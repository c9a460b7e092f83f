//! What server and worker say to each other over a pipe: frames of a length and so many bytes. Here
//! are the words and the worker's end; the server's is asynchronous, and its own.

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

/// A page at 3840 px is below 1 MB; this is one of noise, in several sizes.
pub const MAX_ANSWER_BYTES: u32 = 24 << 20;

/// An outline is a few bytes a page. Read, it takes some twenty times as much.
pub const MAX_OUTLINE_BYTES: u32 = 2 << 20;

/// An archive's files come in pieces, shorter than an outline may be.
pub const PIECE_BYTES: usize = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// The first one, and only the first.
    Open(Open),
    Page {
        /// From 0.
        index: u32,
        /// Of the renditions that are wanted, in pixels. A page is never enlarged.
        widths: Vec<u32>,
    },
    /// A picture that a page's HTML shows; answered with a page that has nothing else.
    Picture { name: String, widths: Vec<u32> },
}

impl Request {
    /// How long an answer to it may be.
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

/// By hand, because a password is never printed.
impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open")
            .field("kind", &self.kind)
            .field("limits", &self.limits)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

/// What the worker puts upon itself before it looks at the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessLimits {
    /// Address space, in bytes.
    pub memory: u64,
    /// Processor time of its whole life, in seconds.
    pub processor: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Said once, before the source is opened.
    Confined(Confinement),
    Opened(Outline),
    Page(PageParts),
    Failed(SourceError),
    /// To `Open`, of an archive: a file that lies in it begins. Its bytes follow.
    File(String),
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// There are no more files.
    Unpacked(Content),
}

/// What an archive turned out to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Never another archive.
    pub kind: Kind,
    /// Sentences about what was left out.
    #[serde(deserialize_with = "bounded::at_most::<MAX_WARNINGS, _, _>")]
    pub said: Vec<String>,
}

/// What the system let the worker take from itself. The limits of memory, time and files are not
/// here: without those a worker does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// A network of its own, with nothing in it.
    pub network: Held,
    /// Landlock: reads its own folder and the fonts.
    pub files: Held,
    /// Seccomp: only the calls that a decoder makes.
    pub calls: Held,
}

impl Confinement {
    /// The walls that do not stand, in words; nothing when all do.
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
    /// An older system, that knows some of it.
    Partly,
    Not,
}

/// One page, ready to be stored and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageParts {
    pub title: Option<String>,
    pub text: String,
    pub notes: Option<String>,
    #[serde(deserialize_with = "bounded::at_most::<MAX_LINKS, _, _>")]
    pub links: Vec<Link>,
    pub face: FaceParts,
    #[serde(deserialize_with = "bounded::at_most::<MAX_WARNINGS, _, _>")]
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FaceParts {
    Pictures {
        /// From the narrowest to the widest.
        #[serde(deserialize_with = "bounded::at_most::<MAX_RENDITIONS, _, _>")]
        renditions: Vec<Rendition>,
        /// A few pixels of it, as WebP.
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

/// A frame that could not be sent or understood. The peer is not asked again.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("the pipe broke: {0}")]
    Pipe(#[from] io::Error),
    #[error("a frame of {0} bytes is too long")]
    TooLong(usize),
    #[error("a frame makes no sense: {0}")]
    Garbled(#[from] postcard::Error),
}

/// The frame that says `value`: its length as four bytes, little end first, then the value.
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

/// What a frame says. Bytes left over are a lie about its length.
pub fn understood<T: DeserializeOwned>(content: &[u8]) -> Result<T, FrameError> {
    let (value, rest) = postcard::take_from_bytes(content)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(postcard::Error::DeserializeBadEncoding.into())
    }
}

/// The length that a frame begins with, when it may be that long.
///
/// # Errors
/// When it is longer.
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

/// The worker's side.
pub fn answer(pipe: &mut impl Write, answer: &Answer) -> Result<(), FrameError> {
    pipe.write_all(&frame(answer, MAX_ANSWER_BYTES)?)?;
    Ok(pipe.flush()?)
}

/// The worker's side. `None` when the server is done with it.
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
