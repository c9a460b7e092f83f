//! One value that many tasks wait to be newer.
//!
//! What tokio's `watch` is, but asked by `poll`: no future has to be kept, pinned and made again
//! for each value, and whoever waits is entered once for all values, not in a list again each time.
//! What a delivery costs this program, beside the system's part, is mostly memory that is touched
//! for each follower.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

/// Where the value hangs. A cheap handle.
#[derive(Debug)]
pub struct Notice<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    value: RwLock<T>,
    /// Grows by one with each value that is news. Written under the value's lock.
    version: AtomicU64,
    readers: Mutex<Places>,
}

/// Who is to be woken: a place for each reader, used again when it has gone.
#[derive(Debug, Default)]
struct Places {
    wakers: Vec<Option<Waker>>,
    free: Vec<usize>,
}

/// One that reads it.
#[derive(Debug)]
pub struct Reader<T> {
    notice: Arc<Inner<T>>,
    seen: u64,
    place: usize,
    /// The one at our place, to see without the lock that it still is the right one.
    waker: Option<Waker>,
}

impl<T: Clone> Notice<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(Inner {
            value: RwLock::new(value),
            version: AtomicU64::new(0),
            readers: Mutex::default(),
        }))
    }

    /// Changes the value, and wakes every reader if `change` says that it is news.
    pub fn change(&self, change: impl FnOnce(&mut T) -> bool) {
        {
            let mut value = self.0.value.write().unwrap_or_else(PoisonError::into_inner);
            if !change(&mut value) {
                return;
            }
            self.0.version.fetch_add(1, Ordering::Release);
        }
        for waker in self.0.places().wakers.iter().flatten() {
            waker.wake_by_ref();
        }
    }

    /// A reader to whom nothing is news yet but what comes from now on.
    pub fn reader(&self) -> Reader<T> {
        let mut places = self.0.places();
        let place = places.free.pop().unwrap_or_else(|| {
            places.wakers.push(None);
            places.wakers.len() - 1
        });
        drop(places);
        Reader {
            seen: self.0.version.load(Ordering::Acquire),
            notice: self.0.clone(),
            place,
            waker: None,
        }
    }

    pub fn has_readers(&self) -> bool {
        let places = self.0.places();
        places.wakers.len() > places.free.len()
    }
}

impl<T> Inner<T> {
    fn places(&self) -> MutexGuard<'_, Places> {
        // Nothing panics while it holds this lock.
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Reader<T> {
    /// To this reader, what hangs there already is news too.
    #[must_use]
    pub fn anew(mut self) -> Self {
        self.seen = self.seen.wrapping_sub(1);
        self
    }

    /// The value as it is now; what is there is no news any more.
    pub fn newest(&mut self) -> T {
        let notice = &self.notice;
        let value = notice.value.read().unwrap_or_else(PoisonError::into_inner);
        self.seen = notice.version.load(Ordering::Acquire);
        value.clone()
    }

    /// Ready with the newest value when it is news. What came in between is skipped.
    pub fn poll_news(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        if !self.has_news() {
            if self.is_woken_by(cx.waker()) {
                return Poll::Pending;
            }
            self.be_woken_by(cx.waker());
            // What came while we were being entered has woken nobody.
            if !self.has_news() {
                return Poll::Pending;
            }
        }
        Poll::Ready(self.newest())
    }

    fn has_news(&self) -> bool {
        self.notice.version.load(Ordering::Acquire) != self.seen
    }

    fn is_woken_by(&self, waker: &Waker) -> bool {
        self.waker
            .as_ref()
            .is_some_and(|entered| entered.will_wake(waker))
    }

    fn be_woken_by(&mut self, waker: &Waker) {
        self.waker = Some(waker.clone());
        if let Some(place) = self.notice.places().wakers.get_mut(self.place) {
            *place = Some(waker.clone());
        }
    }
}

impl<T> Drop for Reader<T> {
    fn drop(&mut self) {
        let mut places = self.notice.places();
        let waker = places.wakers.get_mut(self.place).and_then(Option::take);
        places.free.push(self.place);
        drop(places);
        // It may be the last that holds a task, which may hold anything.
        drop(waker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn news(reader: &mut Reader<u32>) -> u32 {
        poll_fn(|cx| reader.poll_news(cx)).await
    }

    fn put(notice: &Notice<u32>, value: u32) {
        notice.change(|now| {
            *now = value;
            true
        });
    }

    #[tokio::test]
    async fn whoever_waits_hears_the_newest_and_skips_the_rest() {
        let notice = Notice::new(0);
        let mut reader = notice.reader();
        assert_eq!(reader.newest(), 0);
        (1..=9).for_each(|value| put(&notice, value));
        assert_eq!(news(&mut reader).await, 9);
        let waits = tokio::spawn(async move { news(&mut reader).await });
        tokio::task::yield_now().await;
        put(&notice, 10);
        assert_eq!(waits.await.expect("it was woken"), 10);
    }

    #[tokio::test]
    async fn what_is_no_news_wakes_nobody_and_is_seen_by_the_next() {
        let notice = Notice::new(0);
        let mut reader = notice.reader();
        notice.change(|now| {
            *now = 5;
            false
        });
        let mut cx = Context::from_waker(Waker::noop());
        assert!(reader.poll_news(&mut cx).is_pending());
        assert_eq!(notice.reader().newest(), 5);
    }

    #[test]
    fn a_reader_that_moved_to_another_task_is_woken_there() {
        let notice = Notice::new(0);
        let mut reader = notice.reader();
        let mut before = Context::from_waker(Waker::noop());
        assert!(reader.poll_news(&mut before).is_pending());
        let (woken, waker) = counting();
        assert!(
            reader
                .poll_news(&mut Context::from_waker(&waker))
                .is_pending()
        );
        put(&notice, 1);
        assert_eq!(woken.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_place_is_used_again_and_its_waker_forgotten() {
        let notice = Notice::new(0);
        let mut gone = notice.reader();
        let (woken, waker) = counting();
        assert!(
            gone.poll_news(&mut Context::from_waker(&waker))
                .is_pending()
        );
        assert!(notice.has_readers());
        drop(gone);
        assert!(!notice.has_readers());
        put(&notice, 1);
        assert_eq!(woken.load(Ordering::SeqCst), 0);
        let _one = notice.reader();
        let _two = notice.reader();
        assert_eq!(notice.0.places().wakers.len(), 2);
    }

    /// Nothing is lost between the look and being entered, whoever is first.
    #[test]
    fn readers_on_other_threads_all_come_to_the_last_value() {
        const LAST: u32 = 10_000;
        let notice = Notice::new(0);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .expect("a runtime");
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let mut reader = notice.reader();
                runtime.spawn(async move { while news(&mut reader).await < LAST {} })
            })
            .collect();
        (1..=LAST).for_each(|value| put(&notice, value));
        for reader in readers {
            runtime.block_on(reader).expect("it came to the end");
        }
    }

    fn counting() -> (Arc<AtomicU64>, Waker) {
        struct Count(Arc<AtomicU64>);
        impl std::task::Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let woken = Arc::new(AtomicU64::new(0));
        (woken.clone(), Waker::from(Arc::new(Count(woken))))
    }
}
