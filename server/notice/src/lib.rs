//! One value, for whose updates many tasks wait.
//!
//! Like tokio's `watch`, but polled: no future is kept, pinned and made again for each value, and a
//! waiting reader is registered once for all values instead of once for each. Most of what a delivery
//! costs this program, beside the system's part, is memory that is touched for each follower.
//!
//! ```
//! use notice::Notice;
//! use std::task::{Context, Poll, Waker};
//!
//! let notice = Notice::new(1);
//! let mut reader = notice.reader();
//! let mut cx = Context::from_waker(Waker::noop());
//! assert_eq!(reader.poll_news(&mut cx), Poll::Pending, "1 was there before the reader");
//!
//! for value in [2, 3] {
//!     notice.change(|current| {
//!         *current = value;
//!         true
//!     });
//! }
//! assert_eq!(reader.poll_news(&mut cx), Poll::Ready(3), "2 is skipped");
//! ```

#[cfg(loom)]
use loom::sync::{
    Arc, Mutex, MutexGuard, RwLock,
    atomic::{AtomicU64, Ordering},
};
#[cfg(not(loom))]
use std::sync::{
    Arc, Mutex, MutexGuard, RwLock,
    atomic::{AtomicU64, Ordering},
};
use std::{
    sync::PoisonError,
    task::{Context, Poll, Waker},
};

/// A cheap handle to the value. Clones of a handle share it.
#[derive(Debug)]
pub struct Notice<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    value: RwLock<T>,
    /// Grows by one with each value that is news. Written under the value's lock.
    version: AtomicU64,
    slots: Mutex<Slots>,
}

/// A waker for each waiting reader. A dropped reader's slot is used again.
#[derive(Debug, Default)]
struct Slots {
    wakers: Vec<Option<Waker>>,
    free: Vec<usize>,
}

/// Sees the newest value, and wakes its task when there is a newer one.
#[derive(Debug)]
pub struct Reader<T> {
    notice: Arc<Inner<T>>,
    seen: u64,
    slot: usize,
    /// A copy of the waker in our slot: says without the lock whether it is still the right one.
    waker: Option<Waker>,
}

impl<T: Clone> Notice<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(Inner {
            value: RwLock::new(value),
            version: AtomicU64::new(0),
            slots: Mutex::default(),
        }))
    }

    /// Changes the value, and wakes every reader if `change` returns `true`: the value is news.
    pub fn change(&self, change: impl FnOnce(&mut T) -> bool) {
        {
            let mut value = self.0.value.write().unwrap_or_else(PoisonError::into_inner);
            if !change(&mut value) {
                return;
            }
            self.0.version.fetch_add(1, Ordering::Release);
        }
        for waker in self.0.slots().wakers.iter().flatten() {
            waker.wake_by_ref();
        }
    }

    /// Subscribes. To this reader only values of later changes are news.
    pub fn reader(&self) -> Reader<T> {
        let mut slots = self.0.slots();
        let slot = slots.free.pop().unwrap_or_else(|| {
            slots.wakers.push(None);
            slots.wakers.len() - 1
        });
        drop(slots);
        Reader {
            seen: self.0.version.load(Ordering::Acquire),
            notice: self.0.clone(),
            slot,
            waker: None,
        }
    }

    pub fn has_readers(&self) -> bool {
        let slots = self.0.slots();
        slots.wakers.len() > slots.free.len()
    }
}

impl<T> Inner<T> {
    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing panics while it holds this lock.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Reader<T> {
    /// Makes the current value news to this reader, too.
    #[must_use]
    pub fn anew(mut self) -> Self {
        self.seen = self.seen.wrapping_sub(1);
        self
    }

    /// Reads the current value, which is no longer news.
    pub fn newest(&mut self) -> T {
        let notice = &self.notice;
        let value = notice.value.read().unwrap_or_else(PoisonError::into_inner);
        self.seen = notice.version.load(Ordering::Acquire);
        value.clone()
    }

    /// Looks at the current value without marking it as seen.
    pub fn peek<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        let value = self.notice.value.read();
        look(&value.unwrap_or_else(PoisonError::into_inner))
    }

    /// Ready with the newest value when it is news; values before it are skipped. Pending, it wakes
    /// the task that polled last.
    pub fn poll_news(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        if !self.has_news() {
            if self.will_wake(cx.waker()) {
                return Poll::Pending;
            }
            self.register(cx.waker());
            // A change between the look above and the registration has woken nobody.
            if !self.has_news() {
                return Poll::Pending;
            }
        }
        Poll::Ready(self.newest())
    }

    fn has_news(&self) -> bool {
        self.notice.version.load(Ordering::Acquire) != self.seen
    }

    fn will_wake(&self, waker: &Waker) -> bool {
        self.waker
            .as_ref()
            .is_some_and(|registered| registered.will_wake(waker))
    }

    fn register(&mut self, waker: &Waker) {
        self.waker = Some(waker.clone());
        if let Some(slot) = self.notice.slots().wakers.get_mut(self.slot) {
            *slot = Some(waker.clone());
        }
    }
}

impl<T> Drop for Reader<T> {
    fn drop(&mut self) {
        let mut slots = self.notice.slots();
        let waker = slots.wakers.get_mut(self.slot).and_then(Option::take);
        slots.free.push(self.slot);
        drop(slots);
        // It may own the last reference to a task, whose drop may run anything.
        drop(waker);
    }
}

#[cfg(all(test, not(loom)))]
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
    async fn a_reader_that_waits_hears_the_newest_and_skips_the_rest() {
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
        assert_eq!(notice.0.slots().wakers.len(), 2);
    }

    /// Nothing is lost between the look and the registration, whichever thread is first.
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

/// In every order that the threads may take. A reader that is not woken is a deadlock to loom.
#[cfg(all(test, loom))]
mod orders {
    use super::*;
    use loom::{future::block_on, thread};
    use std::future::poll_fn;

    fn news(reader: &mut Reader<u32>) -> u32 {
        block_on(poll_fn(|cx| reader.poll_news(cx)))
    }

    fn put(notice: &Notice<u32>, value: u32) {
        notice.change(|now| {
            *now = value;
            true
        });
    }

    #[test]
    fn a_waiting_reader_sees_the_last_of_two_changes_and_none_twice() {
        loom::model(|| {
            let notice = Arc::new(Notice::new(0));
            let mut reader = notice.reader();
            let writer = thread::spawn({
                let notice = notice.clone();
                move || (1..=2).for_each(|value| put(&notice, value))
            });
            let mut seen = 0;
            while seen < 2 {
                let newer = news(&mut reader);
                assert!(newer > seen, "{newer} after {seen}");
                seen = newer;
            }
            writer.join().expect("the writer ends");
        });
    }

    /// All orders take minutes; those with two preemptions a second.
    #[test]
    fn two_writers_and_a_reader_that_reads_without_waiting_lose_nothing() {
        let mut orders = loom::model::Builder::new();
        orders.preemption_bound = Some(2);
        orders.check(|| {
            let notice = Arc::new(Notice::new(0));
            let mut reader = notice.reader();
            let writers = [1, 2].map(|one| {
                let notice = notice.clone();
                thread::spawn(move || {
                    notice.change(|sum| {
                        *sum += one;
                        true
                    });
                })
            });
            let mut sum = reader.newest();
            while sum < 3 {
                sum = news(&mut reader);
            }
            for writer in writers {
                writer.join().expect("the writer ends");
            }
        });
    }

    #[test]
    fn a_reader_that_moved_to_another_task_is_woken_there() {
        loom::model(|| {
            let notice = Arc::new(Notice::new(0));
            let mut reader = notice.reader();
            let writer = thread::spawn({
                let notice = notice.clone();
                move || put(&notice, 1)
            });
            let mut before = Context::from_waker(Waker::noop());
            if reader.poll_news(&mut before).is_pending() {
                assert_eq!(news(&mut reader), 1);
            }
            writer.join().expect("the writer ends");
        });
    }

    #[test]
    fn a_reader_in_the_slot_of_one_that_goes_is_woken() {
        loom::model(|| {
            let notice = Arc::new(Notice::new(0));
            let gone = notice.reader();
            let mut stays = notice.reader();
            let leaving = thread::spawn({
                let notice = notice.clone();
                move || {
                    drop(gone);
                    let mut next = notice.reader().anew();
                    news(&mut next)
                }
            });
            put(&notice, 1);
            assert_eq!(news(&mut stays), 1);
            leaving.join().expect("the next reader is woken");
            assert!(notice.has_readers());
            drop(stays);
            assert!(!notice.has_readers());
        });
    }
}
