//! Events, encoded once and sent to many.

use crate::observe::steady;
use bytes::Bytes;
use model::talk::{EventId, Pointing, Presence};
use serde::Serialize;

/// Lines of a stream, ready to be written to any number of sockets.
///
/// Stored as a chunk of HTTP/1.1, because nearly every follower gets that: one write of shared bytes. The
/// lines are a slice of it.
#[derive(Debug, Clone)]
pub struct Piece(Bytes);

/// Ends a chunk, and its size line.
const CHUNK_END: &str = "\r\n";

impl Piece {
    pub fn new(lines: &str) -> Self {
        Self(format!("{:x}{CHUNK_END}{lines}{CHUNK_END}", lines.len()).into())
    }

    /// The same lines, after `line`.
    pub fn after(&self, line: &str) -> Self {
        Self::new(&(line.to_owned() + &String::from_utf8_lossy(&self.lines())))
    }

    /// The lines as a chunk of HTTP/1.1.
    pub fn chunk(&self) -> Bytes {
        self.0.clone()
    }

    /// The chunk's length in bytes.
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
    /// The ping of followers that have this frame.
    pub ping: Piece,
    /// This frame replaced a less complete one with the same id, so a client that has the id may lack
    /// content.
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

/// The room, for presenters.
pub fn presence(presence: &Presence) -> Piece {
    let said = Presence {
        now: steady::now(),
        ..presence.clone()
    };
    may_be_lost("presence", &said)
}

/// The presenter's pointer. Broadcast, never stored.
pub fn pointer(pointing: &Pointing) -> Piece {
    may_be_lost("pointer", pointing)
}

/// An event without an id, so it is not resumed from.
fn may_be_lost(name: &str, what: &impl Serialize) -> Piece {
    // Can't fail: the values are numbers and our own strings.
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
