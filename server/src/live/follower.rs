//! What one follower is told, and when.

use super::{Attendee, Frame, body::StillPresents, frame::Piece, hub::Newest, seats::Seat};
use crate::observe::metrics::{self, STREAMS_OPENED, STREAMS_REFUSED};
use ::metrics::counter;
use notice::Reader;
use std::{
    sync::Arc,
    task::{Context, Poll, ready},
};

/// Milliseconds after which a browser comes back by itself. Different for each connection, because
/// it is the only jitter that a native client has.
const RETRY_MS: std::ops::Range<u32> = 1_000..3_000;

/// The same for those that were all sent away at once: longer, so that they do not come back at
/// once.
const SENT_AWAY_MS: std::ops::Range<u32> = 1_000..5_000;

/// A line for the beginning of an event. In a block of its own, some clients take it for an event
/// without data (httpx-sse, fetch-event-source).
pub fn retry(within: std::ops::Range<u32>) -> String {
    format!("retry: {}\n", fastrand::u32(within))
}

/// All that a stream says, piece by piece.
pub enum Pieces {
    Follower(Follower),
    /// One, and the end.
    Word(Option<Piece>),
    /// The last that there is to say of a talk that is gone, and the end.
    Farewell(Option<Frame>),
}

impl Pieces {
    /// `None` is the end.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        let piece = ready!(match self {
            Self::Follower(follower) => follower.poll_next(cx),
            Self::Word(word) => Poll::Ready(word.take()),
            Self::Farewell(last) => {
                let last = last.take();
                Poll::Ready(last.map(|last| last.event))
            }
        });
        if let Some(piece) = &piece {
            metrics::count_piece(piece.len());
        }
        Poll::Ready(piece)
    }
}

/// One follower's place in the stream.
pub struct Follower {
    newest: Reader<Newest>,
    phase: Phase,
    /// Boxed, because there are few.
    presenter: Option<Box<Presenter>>,
    _seat: Seat,
    _attendee: Option<Attendee>,
}

/// What only a presenter's stream has.
pub struct Presenter {
    /// Who is there.
    pub presence: Reader<Piece>,
    pub is_still: StillPresents,
}

/// To whoever was taken off while they presented, or before they came back: the last that this stream
/// says.
pub const REVOKED: &str = "event: revoked\ndata: {}\n\n";

enum Phase {
    /// Nothing was sent; `last` is what the follower says it has.
    Open {
        last: Option<String>,
    },
    /// The head was sent; the snapshot, or the ping in its place, follows.
    Greet {
        last: Option<String>,
    },
    Live(Sent),
    Over,
}

/// What a follower was sent last. Kept for each of them, so no more of [`Newest`] than is compared.
struct Sent {
    frame: Arc<Frame>,
    beat: u64,
    pointed: u64,
    /// Something was pointed at since.
    is_pointing_due: bool,
}

impl Follower {
    /// `newest` was subscribed before a snapshot is read: what is published in between is seen.
    pub fn new(
        newest: Reader<Newest>,
        presenter: Option<Presenter>,
        seat: Seat,
        attendee: Option<Attendee>,
        last: Option<String>,
    ) -> Self {
        Self {
            newest,
            phase: Phase::Open { last },
            presenter: presenter.map(Box::new),
            _seat: seat,
            _attendee: attendee,
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        match &mut self.phase {
            Phase::Open { last } => {
                let last = last.take();
                self.phase = Phase::Greet { last };
                // The event that follows ends this block.
                let first = format!(":\n{}", retry(RETRY_MS));
                Poll::Ready(Some(Piece::new(&first)))
            }
            Phase::Greet { last } => {
                let last = last.take();
                Poll::Ready(Some(self.greet(last)))
            }
            Phase::Live(_) => self.poll_live(cx).map(Some),
            Phase::Over => Poll::Ready(None),
        }
    }

    fn greet(&mut self, last: Option<String>) -> Piece {
        let now = self.newest.newest();
        let had_some = last.is_some();
        let has_it =
            !now.frame.says_more && last.is_some_and(|last| last == now.frame.id.to_string());
        let resume = match (had_some, has_it) {
            (false, _) => "none",
            (true, true) => "current",
            (true, false) => "other",
        };
        counter!(STREAMS_OPENED, "resume" => resume).increment(1);
        let piece = if has_it {
            now.frame.ping.clone()
        } else {
            now.frame.event.clone()
        };
        self.has_been_sent(&now);
        piece
    }

    fn poll_live(&mut self, cx: &mut Context<'_>) -> Poll<Piece> {
        while let Poll::Ready(now) = self.newest.poll_news(cx) {
            let piece = self.news(&now);
            self.has_been_sent(&now);
            if let Some(piece) = piece {
                return Poll::Ready(piece);
            }
            if let Some(piece) = self.take_pointing() {
                return Poll::Ready(piece);
            }
        }
        // Only when there is no frame to be sent: a slide never waits for a finger.
        if let Some(piece) = self.take_pointing() {
            return Poll::Ready(piece);
        }
        let Some(presenter) = &mut self.presenter else {
            return Poll::Pending;
        };
        let piece = ready!(presenter.presence.poll_news(cx));
        if (presenter.is_still)() {
            return Poll::Ready(piece);
        }
        self.phase = Phase::Over;
        counter!(STREAMS_REFUSED, "why" => "revoked").increment(1);
        Poll::Ready(Piece::new(REVOKED))
    }

    /// What is to be said of it to whoever has the one that was sent before.
    fn news(&self, now: &Newest) -> Option<Piece> {
        let Phase::Live(sent) = &self.phase else {
            return None;
        };
        let is_sent_away = now.ended && !now.last;
        let piece = if is_other(&now.frame, &sent.frame) {
            &now.frame.event
        } else if is_sent_away || now.last || now.beat != sent.beat {
            &now.frame.ping
        } else {
            return None;
        };
        Some(if is_sent_away {
            piece.after(&retry(SENT_AWAY_MS))
        } else {
            piece.clone()
        })
    }

    fn has_been_sent(&mut self, newest: &Newest) {
        self.phase = if newest.ended || newest.last {
            Phase::Over
        } else {
            let is_pointed_at = newest.pointing.is_some();
            let (pointed, is_pointing_due) = match &self.phase {
                Phase::Live(sent) => (sent.pointed, newest.pointed != sent.pointed),
                // A newcomer sees what is pointed at, too.
                _ => (newest.pointed, is_pointed_at && !newest.is_pointed_no_more()),
            };
            Phase::Live(Sent {
                frame: newest.frame.clone(),
                beat: newest.beat,
                pointed,
                is_pointing_due,
            })
        };
    }

    /// What is pointed at, if that was not sent yet.
    fn take_pointing(&mut self) -> Option<Piece> {
        let Phase::Live(sent) = &mut self.phase else {
            return None;
        };
        if !sent.is_pointing_due {
            return None;
        }
        // A newer frame comes first: it is news, and what is pointed at may lie on its slide.
        let (pointed, piece) = self.newest.peek(|newest| {
            let is_same = !is_other(&newest.frame, &sent.frame);
            is_same.then(|| (newest.pointed, newest.pointing.clone()))
        })?;
        sent.is_pointing_due = false;
        sent.pointed = pointed;
        piece
    }
}

/// Each publishing makes a frame of its own.
fn is_other(now: &Arc<Frame>, sent: &Arc<Frame>) -> bool {
    !Arc::ptr_eq(now, sent)
}
