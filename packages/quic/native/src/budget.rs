//! The receive budget of one connection: what was read and not yet handed to JavaScript.

use crate::recv::RecvStream;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// What an event costs beside its bytes, so that a flood of empty streams counts too.
pub const EVENT_COST: usize = 64;

/// Counts bytes, and knows who waits for room.
pub struct Budget {
    limit: usize,
    used: AtomicUsize,
    waiting: Mutex<Vec<Arc<RecvStream>>>,
    room: Notify,
}

impl Budget {
    pub fn new(limit: usize) -> Budget {
        Budget { limit, used: AtomicUsize::new(0), waiting: Mutex::default(), room: Notify::new() }
    }

    pub fn charge(&self, amount: usize) {
        self.used.fetch_add(amount, Ordering::AcqRel);
    }

    pub fn has_room(&self) -> bool {
        self.used.load(Ordering::Acquire) < self.limit
    }

    pub fn release(&self, amount: usize) {
        let before = self.used.fetch_sub(amount, Ordering::AcqRel);
        if before >= self.limit && before - amount < self.limit {
            self.wake();
        }
    }

    fn wake(&self) {
        let waiting = std::mem::take(&mut *self.waiting.lock());
        waiting.iter().for_each(RecvStream::schedule);
        self.room.notify_waiters();
    }

    /// Schedules `stream` when there is room again.
    pub fn wait_for_room(&self, stream: Arc<RecvStream>) {
        self.waiting.lock().push(stream);
        if self.has_room() {
            self.wake();
        }
    }

    /// Resolves when there is room.
    pub async fn room(&self) {
        loop {
            let notified = self.room.notified();
            let mut notified = std::pin::pin!(notified);
            notified.as_mut().enable();
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
