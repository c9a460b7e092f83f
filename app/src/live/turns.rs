//! Which of a browser's tabs keep a stream when they share few connections.
//!
//! Over HTTP/1.1 a browser opens six connections to a server, for all of its tabs: with six streams no
//! tap goes out and no page loads. So only the tabs that opened a stream last keep it. No tab leads:
//! each hears when another opens or closes a stream, and knows from that when to close its own.

/// The number of tabs of a kind that keep a stream. There are two kinds, so that presenters don't wait
/// for followers: two connections stay free for everything else.
const MOST: usize = 2;

/// What one tab knows of the others. A stream is known by the time when it was opened, in milliseconds,
/// made unique by a random fraction. A projector adds to its time, so that it always counts as later.
#[derive(Debug, Default)]
pub struct Turns {
    opened_at: f64,
    /// When other tabs opened their streams, of those that did so after this one.
    later: Vec<f64>,
}

impl Turns {
    /// This tab opens a stream.
    pub fn open(&mut self, opened_at: f64) {
        self.opened_at = opened_at;
        self.later.clear();
    }

    /// When this tab opened its stream.
    pub const fn opened_at(&self) -> f64 {
        self.opened_at
    }

    /// What this tab announces when it closes its stream.
    pub const fn farewell(&self) -> f64 {
        -self.opened_at
    }

    /// Another tab opened its stream at this time or, if negative, closed it.
    pub fn hear(&mut self, opened_at: f64) {
        self.later.retain(|later| *later != opened_at.abs());
        if opened_at > self.opened_at {
            self.later.push(opened_at);
        }
    }

    /// Whether this tab may have a stream.
    pub const fn has_room(&self) -> bool {
        self.later.len() < MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tabs that hear each other: those that have a stream, in the order of their opening.
    fn streams(openings: &[usize], tabs: usize) -> Vec<usize> {
        let mut turns: Vec<Turns> = (0..tabs).map(|_| Turns::default()).collect();
        let mut open = Vec::new();
        let say = |turns: &mut Vec<Turns>, from: usize, announced: f64| {
            for (tab, others) in turns.iter_mut().enumerate() {
                if tab != from {
                    others.hear(announced);
                }
            }
        };
        let mut now = 0.0;
        for &tab in openings {
            now += 1.5;
            turns[tab].open(now);
            open.retain(|other| *other != tab);
            open.push(tab);
            say(&mut turns, tab, now);
            let crowded = |tab: &usize| !turns[*tab].has_room();
            if let Some(oldest) = open.iter().copied().find(crowded) {
                open.retain(|other| *other != oldest);
                let farewell = turns[oldest].farewell();
                say(&mut turns, oldest, farewell);
            }
        }
        open
    }

    #[test]
    fn the_tabs_that_asked_last_have_a_stream() {
        assert_eq!(streams(&[0, 1], 2), [0, 1]);
        assert_eq!(streams(&[0, 1, 2, 3, 4], 5), [3, 4]);
        assert_eq!(streams(&[0, 1, 2, 0], 3), [2, 0]);
    }

    #[test]
    fn tabs_that_open_at_once_agree() {
        let mut turns: Vec<Turns> = (0..3).map(|_| Turns::default()).collect();
        for (turn, opened_at) in turns.iter_mut().zip([10.1, 10.2, 10.3]) {
            turn.open(opened_at);
        }
        for turn in &mut turns {
            for opened_at in [10.1, 10.2, 10.3] {
                turn.hear(opened_at);
            }
        }
        let rooms: Vec<bool> = turns.iter().map(Turns::has_room).collect();
        assert_eq!(rooms, [false, true, true]);
    }

    #[test]
    fn a_projector_that_announces_its_later_time_again_has_a_stream_before_remotes() {
        let [mut projector, mut older, mut newer] = [(); 3].map(|()| Turns::default());
        projector.open(1e13);
        older.open(1.0);
        older.hear(projector.opened_at());
        assert!(older.has_room());
        newer.open(2.0);
        for other in [&mut projector, &mut older] {
            other.hear(2.0);
        }
        newer.hear(projector.opened_at());
        let rooms = [projector, older, newer].map(|turns| turns.has_room());
        assert_eq!(rooms, [true, false, true]);
    }

    #[test]
    fn a_tab_that_is_closed_makes_room() {
        let mut oldest = Turns::default();
        oldest.open(1.0);
        oldest.hear(2.0);
        oldest.hear(3.0);
        assert!(!oldest.has_room());
        oldest.hear(-2.0);
        assert!(oldest.has_room());
    }
}
