//! The events of one follower's stream.

use super::{Attendee, Frame, body::StillPresents, frame::Piece, hub::Newest, seats::Seat};
use crate::observe::metrics::{self, STREAMS_OPENED, STREAMS_REFUSED};
use ::metrics::counter;
use notice::Reader;
use std::{
    sync::Arc,
    task::{Context, Poll, ready},
};

/// Milliseconds until a browser reconnects by itself. Random for each connection: native clients have no
/// other jitter.
const RETRY_MS: std::ops::Range<u32> = 1_000..3_000;

/// The same when all are disconnected at once: a wider range spreads their return.
const SENT_AWAY_MS: std::ops::Range<u32> = 1_000..5_000;

/// The `retry` line, as the first line of an event. Some clients (httpx-sse, fetch-event-source) take a
/// block of its own for an event without data.
pub fn retry(within: std::ops::Range<u32>) -> String {
    format!("retry: {}\n", fastrand::u32(within))
}

/// A stream as a sequence of pieces.
pub enum Pieces {
    Follower(Follower),
    /// One piece, and the end.
    Word(Option<Piece>),
    /// The last event of a deleted talk, and the end.
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

/// The additional state of a presenter's stream.
pub struct Presenter {
    /// The room, as events.
    pub presence: Reader<Piece>,
    pub is_still: StillPresents,
    /// It shows the slide in any case, and is not ended when the browser's remote is removed.
    pub projects: bool,
}

/// The last event of a removed remote's stream.
pub const REVOKED: &str = "event: revoked\ndata: {}\n\n";

enum Phase {
    /// Nothing was sent; `last` is the follower's last event id.
    Open {
        last: Option<String>,
    },
    /// The first bytes were sent; the snapshot, or a ping, is next.
    Greet {
        last: Option<String>,
    },
    Live(Sent),
    Over,
}

/// What this follower was sent last: only the parts of [`Newest`] that are compared, to save memory.
struct Sent {
    frame: Arc<Frame>,
    beat: u64,
    pointed: u64,
    /// The pointer has moved since.
    is_pointing_due: bool,
}

impl Follower {
    /// Subscribe `newest` before the talk is read, so that no event is missed in between.
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
                // The next event ends this block.
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
        // Frames come first: a slide never waits for a pointer.
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
        if presenter.projects {
            self.presenter = None;
            return Poll::Pending;
        }
        self.phase = Phase::Over;
        counter!(STREAMS_REFUSED, "why" => "revoked").increment(1);
        Poll::Ready(Piece::new(REVOKED))
    }

    /// What to send to a follower that has the previous one.
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
                // Late joiners get the current pointer, too.
                _ => (
                    newest.pointed,
                    is_pointed_at && !newest.is_pointed_no_more(),
                ),
            };
            Phase::Live(Sent {
                frame: newest.frame.clone(),
                beat: newest.beat,
                pointed,
                is_pointing_due,
            })
        };
    }

    /// The current pointer, if it was not sent yet.
    fn take_pointing(&mut self) -> Option<Piece> {
        let Phase::Live(sent) = &mut self.phase else {
            return None;
        };
        if !sent.is_pointing_due {
            return None;
        }
        // A newer frame is sent first: the pointer may be on its slide.
        let (pointed, piece) = self.newest.peek(|newest| {
            let is_same = !is_other(&newest.frame, &sent.frame);
            is_same.then(|| (newest.pointed, newest.pointing.clone()))
        })?;
        sent.is_pointing_due = false;
        sent.pointed = pointed;
        piece
    }
}

/// Each publication creates its own frame.
fn is_other(now: &Arc<Frame>, sent: &Arc<Frame>) -> bool {
    !Arc::ptr_eq(now, sent)
}
