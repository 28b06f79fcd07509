//! The pump: all work on streams is queued by whoever has it (JavaScript, a waker of quinn) and done here.

use crate::opener::Opener;
use crate::recv::RecvStream;
use crate::send::SendStream;
use parking_lot::Mutex;
use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// A stream with something to do.
pub enum Work {
    Send(Arc<SendStream>),
    Recv(Arc<RecvStream>),
    Open(Arc<Opener>),
}

impl Work {
    /// Sending goes last, the highest priority first: where room in a connection is short, it is theirs. Among equals it is
    /// whose turn was the longest ago: quinn wakes those who wait for room last come, first served.
    fn rank(&self) -> (Reverse<i64>, u64) {
        match self {
            Work::Send(stream) => (Reverse(stream.priority().into()), stream.last_turn()),
            _ => (Reverse(i64::MAX), 0),
        }
    }

    /// Puts it in the queue of the pump that it belongs to.
    pub fn submit(self) {
        let pump = match &self {
            Work::Send(stream) => stream.session().pump.clone(),
            Work::Recv(stream) => stream.session().pump.clone(),
            Work::Open(opener) => opener.pump().clone(),
        };
        pump.push(self);
    }

    fn run(&self) {
        match self {
            Work::Send(stream) => SendStream::run(stream),
            Work::Recv(stream) => RecvStream::run(stream),
            Work::Open(opener) => Opener::run(opener),
        }
    }
}

/// After this many streams the worker's other tasks have their turn, above all the connections that send what was
/// written.
const TURN: usize = 64;

/// Queue of streams with something to do. A connection belongs to one pump, so that its streams keep their order.
#[derive(Default)]
pub struct Pump {
    ready: Mutex<Vec<Work>>,
    /// Counts the turns of its streams.
    turns: AtomicU64,
    notify: Notify,
}

impl Pump {
    /// Only enqueues: quinn calls wakers while it holds the lock of the connection.
    pub fn push(&self, work: Work) {
        self.ready.lock().push(work);
        self.notify.notify_one();
    }

    /// As `push`, for many at once.
    pub fn push_all(&self, work: &mut Vec<Work>) {
        if !work.is_empty() {
            self.ready.lock().append(work);
            self.notify.notify_one();
        }
    }

    /// A number above all those before.
    pub fn next_turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    pub async fn run(self: Arc<Pump>) {
        loop {
            self.notify.notified().await;
            loop {
                let mut ready = std::mem::take(&mut *self.ready.lock());
                if ready.is_empty() {
                    break;
                }
                // Each rank is asked for once: JavaScript may change a priority meanwhile, and sorting panics over ranks that
                // contradict each other.
                ready.sort_by_cached_key(Work::rank);
                for turn in ready.chunks(TURN) {
                    turn.iter().for_each(Work::run);
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// Drops what is queued: the engine has ended.
    pub fn clear(&self) {
        self.ready.lock().clear();
    }
}
