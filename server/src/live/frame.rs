//! What a stream says, encoded once as bytes and sent to many.

use crate::observe::steady;
use bytes::Bytes;
use model::talk::{EventId, Pointing, Presence};
use serde::Serialize;

/// Some lines of a stream, ready to be written to any number of sockets.
///
/// Kept as a chunk of HTTP/1.1, which is what nearly every follower gets: one plain write of shared
/// bytes. The lines alone are a part of it.
#[derive(Debug, Clone)]
pub struct Piece(Bytes);

/// What ends a chunk, and the line before it that says its size.
const CHUNK_END: &str = "\r\n";

impl Piece {
    pub fn new(lines: &str) -> Self {
        Self(format!("{:x}{CHUNK_END}{lines}{CHUNK_END}", lines.len()).into())
    }

    /// The same lines after this first one.
    pub fn after(&self, line: &str) -> Self {
        Self::new(&(line.to_owned() + &String::from_utf8_lossy(&self.lines())))
    }

    /// With its size before it, as HTTP/1.1 wants it where the whole has no known length.
    pub fn chunk(&self) -> Bytes {
        self.0.clone()
    }

    /// Bytes, as a chunk.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn lines(&self) -> Bytes {
        let size_line = self.0.iter().take_while(|byte| **byte != b'\n').count() + 1;
        self.0.slice(size_line..self.0.len() - CHUNK_END.len())
    }
}

/// A snapshot's event.
#[derive(Debug, Clone)]
pub struct Frame {
    pub id: EventId,
    pub event: Piece,
    /// The ping that says that this frame is still the newest.
    pub ping: Piece,
    /// There was a frame of this id that said less: to have the id is not to have it all.
    pub says_more: bool,
}

impl Frame {
    /// # Errors
    /// When `snapshot` can't be written as JSON.
    pub fn new(id: EventId, snapshot: &impl Serialize) -> Result<Self, serde_json::Error> {
        // Compact JSON has no line breaks, so one `data:` line holds it.
        let data = serde_json::to_string(snapshot)?;
        let revision = id.revision;
        Ok(Self {
            event: Piece::new(&format!("id: {id}\ndata: {data}\n\n")),
            ping: Piece::new(&format!(
                "event: ping\ndata: {{\"revision\":{revision}}}\n\n"
            )),
            id,
            says_more: false,
        })
    }
}

/// Who is there.
pub fn presence(presence: &Presence) -> Piece {
    let said = Presence {
        now: steady::now(),
        ..presence.clone()
    };
    may_be_lost("presence", &said)
}

/// What the presenter points at.
pub fn pointer(pointing: &Pointing) -> Piece {
    may_be_lost("pointer", pointing)
}

/// An event without an id: whoever comes back does not ask for it.
fn may_be_lost(name: &str, what: &impl Serialize) -> Piece {
    // Numbers, and text of our own, are always JSON.
    let data = serde_json::to_string(what).unwrap_or_default();
    Piece::new(&format!("event: {name}\ndata: {data}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_a_chunk_and_the_lines_in_it() {
        for lines in [":\nretry: 1700\n\n", &"data: x\n".repeat(100)] {
            let piece = Piece::new(lines);
            assert_eq!(piece.lines(), lines);
            let chunk = format!("{:x}\r\n{lines}\r\n", lines.len());
            assert_eq!(piece.chunk(), chunk);
            assert_eq!(
                piece.after("retry: 1\n").lines(),
                format!("retry: 1\n{lines}")
            );
        }
    }
}
