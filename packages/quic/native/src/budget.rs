//! The receive budget of one connection, and of all: what was read and not yet handed to JavaScript.

use crate::recv::RecvStream;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use tokio::sync::Notify;

/// What an event costs beside its bytes, so that a flood of empty streams counts too.
pub const EVENT_COST: usize = 64;

/// A connection that holds less may read although all together hold too much: a flood by others must not silence it.
const SMALL: usize = 64 << 10;

/// What all connections of an engine hold.
pub struct Total {
    limit: usize,
    used: AtomicUsize,
    /// Who is to be woken when there is room.
    waiting: Mutex<Vec<Weak<Budget>>>,
    /// How often somebody had to wait.
    pub held_back: AtomicU64,
}

impl Total {
    pub fn new(limit: usize) -> Total {
        let used = AtomicUsize::new(0);
        Total { limit, used, waiting: Mutex::default(), held_back: AtomicU64::new(0) }
    }

    /// Bytes.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    fn has_room(&self) -> bool {
        self.used() < self.limit
    }

    fn release(&self, amount: usize) {
        let before = self.used.fetch_sub(amount, Ordering::AcqRel);
        if before >= self.limit && before - amount < self.limit {
            let waiting = std::mem::take(&mut *self.waiting.lock());
            for budget in waiting.iter().filter_map(Weak::upgrade) {
                budget.enrolled.store(false, Ordering::Release);
                budget.wake();
            }
        }
    }
}

/// Counts bytes, and knows who waits for room.
pub struct Budget {
    limit: usize,
    used: AtomicUsize,
    waiting: Mutex<Vec<Arc<RecvStream>>>,
    room: Notify,
    total: Arc<Total>,
    /// `total` will wake us.
    enrolled: AtomicBool,
}

impl Budget {
    pub fn new(limit: usize, total: Arc<Total>) -> Arc<Budget> {
        Arc::new(Budget {
            limit,
            used: AtomicUsize::new(0),
            waiting: Mutex::default(),
            room: Notify::new(),
            total,
            enrolled: AtomicBool::new(false),
        })
    }

    pub fn charge(&self, amount: usize) {
        self.used.fetch_add(amount, Ordering::AcqRel);
        self.total.used.fetch_add(amount, Ordering::AcqRel);
    }

    pub fn has_room(&self) -> bool {
        let used = self.used.load(Ordering::Acquire);
        used < self.limit && (used < SMALL || self.total.has_room())
    }

    pub fn release(&self, amount: usize) {
        let before = self.used.fetch_sub(amount, Ordering::AcqRel);
        let after = before - amount;
        self.total.release(amount);
        let fell_below = |mark: usize| before >= mark && after < mark;
        if fell_below(self.limit) || fell_below(SMALL) {
            self.wake();
        }
    }

    fn wake(&self) {
        let waiting = std::mem::take(&mut *self.waiting.lock());
        waiting.iter().for_each(RecvStream::schedule);
        self.room.notify_waiters();
    }

    /// Has `total` wake us, if it is what holds us back. To be called before the last look at `has_room`.
    fn enrol(self: &Arc<Self>) {
        if self.total.has_room() || self.enrolled.swap(true, Ordering::AcqRel) {
            return;
        }
        self.total.held_back.fetch_add(1, Ordering::Relaxed);
        self.total.waiting.lock().push(Arc::downgrade(self));
    }

    /// Schedules `stream` when there is room again.
    pub fn wait_for_room(self: &Arc<Self>, stream: Arc<RecvStream>) {
        self.waiting.lock().push(stream);
        self.enrol();
        if self.has_room() {
            self.wake();
        }
    }

    /// Resolves when there is room.
    pub async fn room(self: &Arc<Self>) {
        loop {
            let notified = self.room.notified();
            let mut notified = std::pin::pin!(notified);
            notified.as_mut().enable();
            if self.has_room() {
                return;
            }
            self.enrol();
            if self.has_room() {
                return;
            }
            notified.await;
        }
    }

    /// Forgets who waits: the connection has ended.
    pub fn clear(&self) {
        self.waiting.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_the_total_only_those_who_hold_little_have_room() {
        let total = Arc::new(Total::new(4 * SMALL));
        let [greedy, modest] = [(); 2].map(|()| Budget::new(100 * SMALL, total.clone()));
        greedy.charge(4 * SMALL);
        assert!(!greedy.has_room());
        assert!(modest.has_room());
        modest.charge(SMALL);
        assert!(!modest.has_room());
        greedy.release(2 * SMALL);
        assert!(greedy.has_room() && modest.has_room());
    }

    #[test]
    fn who_waits_for_the_total_is_woken_by_others() {
        let total = Arc::new(Total::new(2 * SMALL));
        let [greedy, waiting] = [(); 2].map(|()| Budget::new(100 * SMALL, total.clone()));
        greedy.charge(2 * SMALL);
        waiting.charge(SMALL);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let task = {
            let waiting = waiting.clone();
            runtime.spawn(async move { waiting.room().await })
        };
        while total.held_back.load(Ordering::Relaxed) == 0 {
            std::thread::yield_now();
        }
        greedy.release(2 * SMALL);
        runtime.block_on(task).unwrap();
        assert_eq!(total.used(), SMALL);
    }
}
