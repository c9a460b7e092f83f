//! The word with which this program opens the host's browser.

use super::{Key, KeyHash};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long the browser may take to start.
const LIFE: Duration = Duration::from_mins(5);

/// Exchanges a word for the host's key, once, for a few minutes after the start.
///
/// Everybody on this machine can read the command line of the browser that this program opens, so the host's
/// key must not be in it. A word that was used is worthless. If somebody was quicker than the browser, the
/// browser is refused, so it does not go unnoticed. Not a file that only the user can read:
/// browsers in a sandbox, such as Ubuntu's Firefox, can't read it either.
#[derive(Clone, Default)]
pub struct StartWord(Arc<Mutex<Option<Open>>>);

struct Open {
    word: KeyHash,
    host: Key,
    until: Instant,
}

impl StartWord {
    /// # Errors
    /// When the system has no random numbers.
    pub fn made_up(&self, host: Key) -> Result<Key, getrandom::Error> {
        let word = Key::made_up()?;
        let open = Open {
            word: word.hash(),
            host,
            until: Instant::now() + LIFE,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        Ok(word)
    }

    /// The host's key for the word. `None` for any other word, and later.
    pub fn take(&self, word: &Key) -> Option<Key> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = open.take_if(|open| open.word == word.hash())?;
        (taken.until > Instant::now()).then_some(taken.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_word_works_once_and_soon() {
        let start = StartWord::default();
        let (host, guess) = (Key::sent("host"), Key::sent("guess"));
        assert!(start.take(&guess).is_none());
        let word = start.made_up(host.clone()).expect("random numbers");
        assert!(start.take(&guess).is_none() && start.take(&host).is_none());
        assert_eq!(
            start.take(&word),
            Some(host.clone()),
            "a guess voids nothing"
        );
        assert!(start.take(&word).is_none());
        let word = start.made_up(host.clone()).expect("random numbers");
        tokio::time::advance(LIFE).await;
        assert!(start.take(&word).is_none());
    }
}
