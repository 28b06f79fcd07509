//! The sending direction of one stream: a queue of shared chunks, written to quinn by the pump.

use crate::events::{Event, Kind};
use crate::pump::Work;
use crate::session::Session;
use crate::slab::Handle;
use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use web_transport_quinn as wt;
use web_transport_quinn::generic::poll::SendStream as _;

/// The code of a stream that we gave up because too much was queued on it.
pub const TOO_FAR_BEHIND: u32 = 5;

/// As in the transport interface: of streams that go before all media.
const CONTROL_PRIORITY: i32 = i32::MAX;

/// Where a stream is in its life.
enum State {
    /// Waits in the connection's opener for the peer's stream limit.
    Waiting,
    Open(wt::SendStream),
    /// Nothing more happens.
    Over,
}

#[derive(PartialEq)]
enum Finish {
    Not,
    Asked,
    Sent,
}

struct Inner {
    state: State,
    queue: VecDeque<Bytes>,
    finish: Finish,
    reset: Option<u32>,
    /// PRESSURE was told and DRAINED not yet.
    pressed: bool,
    /// `poll_closed` has our waker.
    watched: bool,
    /// The connection has ended: keeps quinn's stream, says nothing.
    detached: bool,
}

/// One stream to the peer. It stays until all is acknowledged, so that a reset after `finish` works.
pub struct SendStream {
    pub handle: Handle,
    session: Arc<Session>,
    /// It has a receiving direction too.
    two_way: bool,
    priority: AtomicI32,
    /// When quinn took something of it, or when it was made, in turns of its pump.
    last_turn: AtomicU64,
    queued: AtomicUsize,
    scheduled: AtomicBool,
    /// A waker of quinn ran: something besides our own writes may have happened.
    woken: AtomicBool,
    inner: Mutex<Inner>,
}

impl Wake for SendStream {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.schedule();
    }
}

impl SendStream {
    /// A stream of ours, still to be opened.
    pub fn waiting(handle: Handle, session: Arc<Session>, two_way: bool, priority: i32) -> SendStream {
        Self::new(handle, session, two_way, priority, State::Waiting)
    }

    /// Our direction of a stream that the peer opened.
    pub fn accepted(handle: Handle, session: Arc<Session>, stream: wt::SendStream) -> SendStream {
        Self::new(handle, session, true, 0, State::Open(stream))
    }

    fn new(handle: Handle, session: Arc<Session>, two_way: bool, priority: i32, state: State) -> SendStream {
        let inner = Inner {
            state,
            queue: VecDeque::new(),
            finish: Finish::Not,
            reset: None,
            pressed: false,
            watched: false,
            detached: false,
        };
        SendStream {
            handle,
            two_way,
            priority: AtomicI32::new(priority),
            last_turn: AtomicU64::new(session.pump.next_turn()),
            session,
            queued: AtomicUsize::new(0),
            scheduled: AtomicBool::new(false),
            woken: AtomicBool::new(false),
            inner: Mutex::new(inner),
        }
    }

    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    pub fn priority(&self) -> i32 {
        self.priority.load(Ordering::Relaxed)
    }

    pub fn last_turn(&self) -> u64 {
        self.last_turn.load(Ordering::Relaxed)
    }

    /// Bytes that quinn has not taken up.
    pub fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// True when the caller has to put the stream in its pump's queue.
    fn claim(&self) -> bool {
        !self.scheduled.swap(true, Ordering::AcqRel)
    }

    pub fn schedule(self: &Arc<Self>) {
        if self.claim() {
            self.session.pump.push(Work::Send(self.clone()));
        }
    }

    fn schedule_into(self: &Arc<Self>, work: &mut Vec<Work>) {
        if self.claim() {
            work.push(Work::Send(self.clone()));
        }
    }

    /// Queues bytes; the pump's work goes to `work`.
    pub fn write(self: &Arc<Self>, bytes: &Bytes, work: &mut Vec<Work>) {
        let mut inner = self.inner.lock();
        if inner.finish != Finish::Not || inner.is_ending() {
            return;
        }
        let limits = &self.session.limits;
        let queued = self.queued() + bytes.len();
        let connection = self.session.queued.load(Ordering::Relaxed) + bytes.len();
        // What is said between the peers is little, and the connection cannot do without; groups it can.
        let most = limits.max_connection_queue * if self.priority() == CONTROL_PRIORITY { 2 } else { 1 };
        if queued > limits.max_stream_queue || connection > most {
            self.overflow(inner, work);
            return;
        }
        let idle = inner.queue.is_empty();
        inner.queue.push_back(bytes.clone());
        self.queued.store(queued, Ordering::Relaxed);
        self.session.queued.fetch_add(bytes.len(), Ordering::Relaxed);
        if queued > limits.high_mark && !inner.pressed {
            inner.pressed = true;
            self.tell(Kind::Pressure, queued.min(u32::MAX as usize) as u32);
        }
        // A queue that is not empty is scheduled already, or waits for quinn's waker.
        if idle && matches!(inner.state, State::Open(_)) {
            self.schedule_into(work);
        }
    }

    fn overflow(self: &Arc<Self>, inner: MutexGuard<'_, Inner>, work: &mut Vec<Work>) {
        self.abandon(inner, TOO_FAR_BEHIND, work);
        self.tell(Kind::Overflow, 0);
    }

    /// Too many streams wait to be opened: gives this one up.
    pub fn refuse(&self) {
        let mut inner = self.inner.lock();
        if inner.detached || matches!(inner.state, State::Over) {
            return;
        }
        // Who gave it up itself hears no more of it.
        let event = inner.reset.is_none().then_some((Kind::Overflow, 0));
        inner.reset = Some(TOO_FAR_BEHIND);
        self.end(&mut inner, event);
    }

    pub fn finish(self: &Arc<Self>, work: &mut Vec<Work>) {
        let mut inner = self.inner.lock();
        if inner.finish == Finish::Not && !inner.is_ending() {
            inner.finish = Finish::Asked;
            if inner.queue.is_empty() {
                self.schedule_into(work);
            }
        }
    }

    pub fn reset(self: &Arc<Self>, code: u32, work: &mut Vec<Work>) {
        let inner = self.inner.lock();
        if !inner.is_ending() {
            self.abandon(inner, code, work);
        }
    }

    /// Drops what is queued; the pump resets the stream. A one-way stream that waits to be opened never is; a two-way
    /// one is opened nevertheless, because its other direction is still wanted.
    fn abandon(self: &Arc<Self>, mut inner: MutexGuard<'_, Inner>, code: u32, work: &mut Vec<Work>) {
        inner.reset = Some(code);
        self.drop_queue(&mut inner);
        if matches!(inner.state, State::Waiting) && !self.two_way {
            inner.state = State::Over;
            drop(inner);
            self.session.opener(false).leave(self.handle);
            self.session.release_send(self.handle);
        } else {
            self.schedule_into(work);
        }
    }

    fn drop_queue(&self, inner: &mut Inner) {
        inner.queue.clear();
        self.session.queued.fetch_sub(self.queued.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Changes the rank of what is not yet sent.
    pub fn set_priority(self: &Arc<Self>, priority: i32) {
        let inner = self.inner.lock();
        self.priority.store(priority, Ordering::Relaxed);
        match &inner.state {
            // Fails only when the stream is over.
            State::Open(stream) => drop(stream.set_priority(priority)),
            State::Waiting => {
                drop(inner);
                self.session.opener(self.two_way).rank_again(self.handle, priority);
            }
            State::Over => {}
        }
    }

    /// The opener has a stream for us: takes it, unless we were given up meanwhile.
    pub fn open(self: &Arc<Self>, stream: wt::SendStream) -> Result<(), wt::SendStream> {
        let mut inner = self.inner.lock();
        if !matches!(inner.state, State::Waiting) || inner.detached {
            return Err(stream);
        }
        if self.priority() != 0 {
            drop(stream.set_priority(self.priority()));
        }
        inner.state = State::Open(stream);
        self.schedule();
        Ok(())
    }

    /// The connection has ended: nothing more is said or written. quinn's stream is kept until `self` is dropped,
    /// because dropping it would tell the peer that it is complete.
    pub fn detach(&self) {
        let mut inner = self.inner.lock();
        inner.detached = true;
        self.drop_queue(&mut inner);
    }

    fn tell(&self, kind: Kind, a: u32) {
        self.session.tell(Event::new(kind, self.handle, a, 0));
    }

    fn end(&self, inner: &mut Inner, event: Option<(Kind, u32)>) {
        self.drop_queue(inner);
        inner.state = State::Over;
        // Told while the connection still knows the stream: when that ends now, this comes before its last event.
        if let Some((kind, a)) = event {
            self.tell(kind, a);
        }
        self.session.release_send(self.handle);
    }

    /// What the pump does.
    pub fn run(self: &Arc<Self>) {
        self.scheduled.store(false, Ordering::Release);
        let woken = self.woken.swap(false, Ordering::AcqRel);
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        let State::Open(stream) = &mut inner.state else {
            return;
        };
        if inner.detached {
            return;
        }
        if let Some(code) = inner.reset {
            // Fails only when all was acknowledged in the meantime.
            drop(stream.reset(code));
            return self.end(inner, None);
        }
        let waker = Waker::from(self.clone());
        let cx = &mut Context::from_waker(&waker);
        if let Err(ending) = self.write_queue(inner, cx) {
            return self.fail(inner, ending);
        }
        if inner.pressed && self.queued() <= self.session.limits.low_mark {
            inner.pressed = false;
            self.tell(Kind::Drained, 0);
        }
        self.finish_and_watch(inner, woken, cx);
    }

    fn write_queue(&self, inner: &mut Inner, cx: &mut Context<'_>) -> Result<(), wt::WriteError> {
        let State::Open(stream) = &mut inner.state else {
            return Ok(());
        };
        if inner.queue.is_empty() {
            return Ok(());
        }
        let before = self.queued();
        let result = self.write_chunks(stream, &mut inner.queue, cx);
        if self.queued() < before {
            self.last_turn.store(self.session.pump.next_turn(), Ordering::Relaxed);
        }
        result
    }

    fn write_chunks(
        &self,
        stream: &mut wt::SendStream,
        queue: &mut VecDeque<Bytes>,
        cx: &mut Context<'_>,
    ) -> Result<(), wt::WriteError> {
        while !queue.is_empty() {
            let (chunks, _) = queue.as_mut_slices();
            // Dropping this future is sound: quinn keeps our waker by stream, and takes whole or cut chunks only
            // when it is ready.
            let written = match pin!(stream.write_chunks(chunks)).poll(cx) {
                Poll::Pending => {
                    self.session.send_window.fit(&self.session.connection);
                    break;
                }
                Poll::Ready(result) => result?,
            };
            queue.drain(..written.chunks);
            self.queued.fetch_sub(written.bytes, Ordering::Relaxed);
            self.session.queued.fetch_sub(written.bytes, Ordering::Relaxed);
        }
        Ok(())
    }

    fn finish_and_watch(&self, inner: &mut Inner, woken: bool, cx: &mut Context<'_>) {
        let State::Open(stream) = &mut inner.state else {
            return;
        };
        let finishes = inner.finish == Finish::Asked && inner.queue.is_empty();
        if finishes {
            // Fails only when the peer has stopped the stream, which `poll_closed` tells.
            drop(stream.finish());
            inner.finish = Finish::Sent;
        }
        if woken || finishes || !inner.watched {
            inner.watched = true;
            match stream.poll_closed(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(())) => self.end(inner, Some((Kind::Delivered, 0))),
                Poll::Ready(Err(ending)) => self.fail(inner, ending),
            }
        }
    }

    fn fail(&self, inner: &mut Inner, ending: wt::WriteError) {
        let State::Open(stream) = &mut inner.state else {
            return;
        };
        let code = match ending {
            wt::WriteError::Stopped(code) => code,
            // A code outside of WebTransport's range says only that the peer has no use for the stream.
            wt::WriteError::InvalidStopped(_) => 0,
            // The connection is lost; its own end releases all its streams.
            _ => return inner.state = State::Over,
        };
        drop(stream.reset(code));
        self.end(inner, Some((Kind::Stopped, code)));
    }
}

impl Inner {
    fn is_ending(&self) -> bool {
        self.reset.is_some() || self.detached || matches!(self.state, State::Over)
    }
}
