//! Opens streams: those that the peer's limits do not allow yet wait here, the highest priority first.

use crate::pump::{Pump, Work};
use crate::recv::RecvStream;
use crate::send::SendStream;
use crate::slab::Handle;
use parking_lot::Mutex;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use web_transport_quinn as wt;

/// Two-way streams that may wait in one connection; they are requests of our own, and few.
pub const MAX_WAITING_BIDI: usize = 65_536;

/// A stream of quinn; two-way streams have a receiving direction.
type Opened = (wt::SendStream, Option<wt::RecvStream>);
type Opening = Pin<Box<dyn Future<Output = Result<Opened, wt::SessionError>> + Send>>;

/// A stream of JavaScript that wants to be opened.
pub struct Candidate {
    pub send: Arc<SendStream>,
    pub recv: Option<Arc<RecvStream>>,
}

/// Higher priority first, then first come, first served.
type Rank = (Reverse<i32>, u64);

#[derive(Default)]
struct Inner {
    waiting: BTreeMap<Rank, Candidate>,
    ranks: HashMap<Handle, Rank>,
    arrivals: u64,
    /// Kept until it is ready: opening a WebTransport stream writes a header, which must not be left half written.
    opening: Option<Opening>,
    /// Opened, but those who wanted it have been given up.
    spare: Option<Opened>,
    closed: bool,
}

impl Inner {
    /// Takes out the oldest of those that would go last.
    fn take_least_urgent(&mut self) -> Option<Candidate> {
        let &(priority, _) = self.waiting.last_key_value()?.0;
        let oldest = *self.waiting.range((priority, 0)..).next()?.0;
        let candidate = self.waiting.remove(&oldest)?;
        self.ranks.remove(&candidate.send.handle);
        Some(candidate)
    }
}

/// Opens the streams of one connection and one kind, one after the other.
pub struct Opener {
    two_way: bool,
    /// Streams that may wait; with one more the least urgent is given up, and of these the oldest.
    most: usize,
    connection: wt::Session,
    pump: Arc<Pump>,
    scheduled: AtomicBool,
    inner: Mutex<Inner>,
}

impl Wake for Opener {
    fn wake(self: Arc<Self>) {
        self.schedule();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.schedule();
    }
}

impl Opener {
    pub fn new(connection: wt::Session, pump: Arc<Pump>, two_way: bool, most: usize) -> Arc<Opener> {
        let inner = Mutex::default();
        Arc::new(Opener { two_way, most, connection, pump, scheduled: AtomicBool::new(false), inner })
    }

    pub fn pump(&self) -> &Arc<Pump> {
        &self.pump
    }

    fn schedule(self: &Arc<Self>) {
        if !self.scheduled.swap(true, Ordering::AcqRel) {
            self.pump.push(Work::Open(self.clone()));
        }
    }

    /// Queues a stream to be opened, and returns what has to be refused for it, if anything: no lock of ours may be held then.
    /// The pump's work goes to `work`.
    #[must_use]
    pub fn add(self: &Arc<Self>, candidate: Candidate, work: &mut Vec<Work>) -> Option<Candidate> {
        let mut inner = self.inner.lock();
        if inner.closed {
            return None;
        }
        inner.arrivals += 1;
        let rank = (Reverse(candidate.send.priority()), inner.arrivals);
        inner.ranks.insert(candidate.send.handle, rank);
        inner.waiting.insert(rank, candidate);
        if !self.scheduled.swap(true, Ordering::AcqRel) {
            work.push(Work::Open(self.clone()));
        }
        if inner.waiting.len() > self.most { inner.take_least_urgent() } else { None }
    }

    /// The stream was given up before it could be opened.
    pub fn leave(&self, handle: Handle) -> Option<Candidate> {
        let mut inner = self.inner.lock();
        let rank = inner.ranks.remove(&handle)?;
        inner.waiting.remove(&rank)
    }

    pub fn rank_again(&self, handle: Handle, priority: i32) {
        let mut inner = self.inner.lock();
        let Some(rank) = inner.ranks.get(&handle).copied() else {
            return;
        };
        let Some(candidate) = inner.waiting.remove(&rank) else {
            return;
        };
        let rank = (Reverse(priority), rank.1);
        inner.ranks.insert(handle, rank);
        inner.waiting.insert(rank, candidate);
    }

    /// The connection has ended. Gives back what must live until quinn's connection is gone.
    pub fn close(&self) -> impl Send + use<> {
        let mut inner = self.inner.lock();
        inner.closed = true;
        inner.ranks.clear();
        (std::mem::take(&mut inner.waiting), inner.opening.take(), inner.spare.take())
    }

    /// What the pump does: opens as many as the peer allows.
    pub fn run(self: &Arc<Self>) {
        self.scheduled.store(false, Ordering::Release);
        let waker = Waker::from(self.clone());
        let cx = &mut Context::from_waker(&waker);
        // The lock is not held while a stream takes its opening: the stream locks itself first and us second.
        while let Some((candidate, opened)) = self.next(cx) {
            self.hand_over(candidate, opened);
        }
    }

    fn next(&self, cx: &mut Context<'_>) -> Option<(Candidate, Opened)> {
        let mut inner = self.inner.lock();
        if inner.waiting.is_empty() || inner.closed {
            return None;
        }
        let opened = match inner.spare.take() {
            Some(opened) => opened,
            None => {
                let opening = inner.opening.get_or_insert_with(|| self.open());
                let Poll::Ready(result) = opening.as_mut().poll(cx) else {
                    return None;
                };
                inner.opening = None;
                // An error means that the connection is lost; its end takes care of those who wait.
                result.ok()?
            }
        };
        let (_, candidate) = inner.waiting.pop_first()?;
        inner.ranks.remove(&candidate.send.handle);
        Some((candidate, opened))
    }

    fn open(&self) -> Opening {
        let connection = self.connection.clone();
        if self.two_way {
            Box::pin(async move { connection.open_bi().await.map(|(send, recv)| (send, Some(recv))) })
        } else {
            Box::pin(async move { connection.open_uni().await.map(|send| (send, None)) })
        }
    }

    fn hand_over(&self, candidate: Candidate, (send, recv): Opened) {
        match candidate.send.open(send) {
            Ok(()) => {
                if let (Some(stream), Some(recv)) = (candidate.recv, recv) {
                    stream.open(recv);
                }
            }
            Err(send) => self.inner.lock().spare = Some((send, recv)),
        }
    }
}
