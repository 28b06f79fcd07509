//! The receiving direction of one stream.

use crate::budget::EVENT_COST;
use crate::events::{Event, Kind, Payload};
use crate::pump::Work;
use crate::send::TOO_FAR_BEHIND;
use crate::session::Session;
use crate::slab::Handle;
use bytes::Bytes;
use parking_lot::Mutex;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use web_transport_quinn as wt;

/// Pieces of about one packet each that are read at once and delivered as one event.
const PIECES: usize = 32;

/// Reads of one stream in one turn of the pump.
const READS: usize = 8;

enum State {
    /// Of a two-way stream of ours that is not open yet.
    Waiting,
    Open(wt::RecvStream),
    Over,
}

struct Inner {
    state: State,
    paused: bool,
    /// May be read once although it is paused.
    eager: bool,
    stop: Option<u32>,
    /// The connection has ended: keeps quinn's stream, says nothing.
    detached: bool,
}

/// One stream from the peer.
pub struct RecvStream {
    pub handle: Handle,
    session: Arc<Session>,
    scheduled: AtomicBool,
    inner: Mutex<Inner>,
}

impl Wake for RecvStream {
    fn wake(self: Arc<Self>) {
        self.schedule();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.schedule();
    }
}

impl RecvStream {
    pub fn waiting(handle: Handle, session: Arc<Session>) -> RecvStream {
        Self::new(handle, session, State::Waiting, false)
    }

    /// Begins paused, so that a stream which JavaScript does not want to read yet keeps its place in the peer's allowance.
    /// What has come with it is read all the same, once: a request is mostly there as a whole, and goes to JavaScript together
    /// with the news of its stream, two changes of thread sooner.
    pub fn accepted(handle: Handle, session: Arc<Session>, stream: wt::RecvStream) -> RecvStream {
        Self::new(handle, session, State::Open(stream), true)
    }

    fn new(handle: Handle, session: Arc<Session>, state: State, paused: bool) -> RecvStream {
        let inner = Inner { state, paused, eager: paused, stop: None, detached: false };
        RecvStream { handle, session, scheduled: AtomicBool::new(false), inner: Mutex::new(inner) }
    }

    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    pub fn schedule(self: &Arc<Self>) {
        if !self.scheduled.swap(true, Ordering::AcqRel) {
            self.session.pump.push(Work::Recv(self.clone()));
        }
    }

    /// The opener has our stream.
    pub fn open(self: &Arc<Self>, stream: wt::RecvStream) {
        self.inner.lock().state = State::Open(stream);
        self.schedule();
    }

    /// Too many streams wait to be opened: gives this one up.
    pub fn refuse(&self) {
        let mut inner = self.inner.lock();
        if !inner.detached && !matches!(inner.state, State::Over) {
            let event = inner.stop.is_none().then_some((Kind::Reset, TOO_FAR_BEHIND));
            self.end(&mut inner, event);
        }
    }

    pub fn stop(self: &Arc<Self>, code: u32) {
        self.inner.lock().stop.get_or_insert(code);
        self.schedule();
    }

    pub fn set_paused(self: &Arc<Self>, paused: bool) {
        self.inner.lock().paused = paused;
        self.schedule();
    }

    /// Reads from now on; the pump's work goes to `work`.
    pub fn read_into(self: &Arc<Self>, work: &mut Vec<Work>) {
        self.inner.lock().paused = false;
        if !self.scheduled.swap(true, Ordering::AcqRel) {
            work.push(Work::Recv(self.clone()));
        }
    }

    /// As [`crate::send::SendStream::detach`].
    pub fn detach(&self) {
        self.inner.lock().detached = true;
    }

    fn end(&self, inner: &mut Inner, event: Option<(Kind, u32)>) {
        inner.state = State::Over;
        // As in `send`: before the connection forgets the stream.
        if let Some((kind, a)) = event {
            self.session.tell_charged(Event::new(kind, self.handle, a, 0), EVENT_COST);
        }
        self.session.release_recv(self.handle);
    }

    /// What the pump does.
    pub fn run(self: &Arc<Self>) {
        self.scheduled.store(false, Ordering::Release);
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        let State::Open(stream) = &mut inner.state else {
            return;
        };
        if inner.detached {
            return;
        }
        if let Some(code) = inner.stop {
            // Fails only when the peer has ended the stream.
            drop(stream.stop(code));
            return self.end(inner, None);
        }
        let waker = Waker::from(self.clone());
        let cx = &mut Context::from_waker(&waker);
        if inner.paused {
            let read = std::mem::take(&mut inner.eager) && self.session.receive_budget.has_room();
            if read && !self.read(inner, cx) {
                return;
            }
            return self.watch_for_reset(inner, cx);
        }
        for _ in 0..READS {
            if !self.session.receive_budget.has_room() {
                self.session.receive_budget.wait_for_room(self.clone());
                return self.watch_for_reset(inner, cx);
            }
            if !self.read(inner, cx) {
                return;
            }
        }
        self.schedule();
    }

    /// A reset is reported at once, although nobody reads.
    fn watch_for_reset(&self, inner: &mut Inner, cx: &mut Context<'_>) {
        let State::Open(stream) = &mut inner.state else {
            return;
        };
        // quinn keeps our waker by stream, so the future may be dropped.
        let reset = pin!(stream.received_reset()).poll(cx);
        if let Poll::Ready(Ok(Some(code))) = reset {
            self.end(inner, Some((Kind::Reset, code)));
        }
    }

    /// Reads once; false when there is nothing more to read now.
    fn read(&self, inner: &mut Inner, cx: &mut Context<'_>) -> bool {
        let State::Open(stream) = &mut inner.state else {
            return false;
        };
        let mut pieces = [const { Bytes::new() }; PIECES];
        let Poll::Ready(result) = pin!(stream.read_chunks(&mut pieces)).poll(cx) else {
            return false;
        };
        match result {
            Ok(Some(count)) => {
                self.deliver(&mut pieces[..count]);
                return true;
            }
            Ok(None) => self.end(inner, Some((Kind::Fin, 0))),
            Err(wt::ReadError::Reset(code)) => self.end(inner, Some((Kind::Reset, code))),
            // A code outside of the range says only that the stream is of no use any more. `ClosedStream`: it came while
            // we watched for it.
            Err(wt::ReadError::InvalidReset(_) | wt::ReadError::ClosedStream) => {
                self.end(inner, Some((Kind::Reset, 0)))
            }
            // The connection is lost; its own end releases all its streams.
            Err(_) => inner.state = State::Over,
        }
        false
    }

    fn deliver(&self, pieces: &mut [Bytes]) {
        let bytes: usize = pieces.iter().map(Bytes::len).sum();
        if bytes == 0 {
            return;
        }
        self.session.has_read(bytes);
        let mut event = Event::new(Kind::Data, self.handle, 0, 0);
        event.payload = match pieces {
            [one] => Payload::One(std::mem::take(one)),
            many => Payload::Many(many.iter_mut().map(std::mem::take).collect()),
        };
        self.session.tell_charged(event, bytes + EVENT_COST);
    }
}
