//! One event of the stream, encoded once as bytes and sent to many.

use app::talk::{EventId, Presence};
use bytes::Bytes;
use serde::Serialize;

/// A snapshot's event, ready to be written to any number of sockets.
#[derive(Debug, Clone)]
pub struct Frame {
    pub id: EventId,
    pub bytes: Bytes,
    /// The ping that says that this frame is still the newest.
    pub ping: Bytes,
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
            bytes: format!("id: {id}\ndata: {data}\n\n").into(),
            ping: format!("event: ping\ndata: {{\"revision\":{revision}}}\n\n").into(),
            id,
            says_more: false,
        })
    }
}

/// Who is there, as an event that has no id: it may be lost.
pub fn presence(presence: &Presence) -> Bytes {
    // Numbers are always JSON.
    let data = serde_json::to_string(presence).unwrap_or_default();
    format!("event: presence\ndata: {data}\n\n").into()
}
