//! One connection that stands: its streams, its budgets, and the task that accepts what the peer sends.

use crate::activity::Activity;
use crate::allowance::Allowance;
use crate::budget::{Budget, EVENT_COST};
use crate::core::Core;
use crate::events::{EndedBy, Event, Kind, Payload};
use crate::limits::Limits;
use crate::opener::{Candidate, MAX_WAITING_BIDI, Opener};
use crate::options::QuicOptions;
use crate::pump::{Pump, Work};
use crate::quic;
use crate::receive_window::ReceiveWindow;
use crate::recv::RecvStream;
use crate::send::SendStream;
use crate::send_window::SendWindow;
use crate::slab::Handle;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use web_transport_quinn as wt;

/// What was learned while the connection was made.
#[derive(Clone, Default)]
pub struct Info {
    /// It was us who dialled.
    pub dialled: bool,
    pub webtransport: bool,
    pub remote: String,
    pub authority: String,
    /// A web page had it opened.
    pub from_page: bool,
    pub path: String,
    /// What the client offers; on raw QUIC what TLS agreed on.
    pub offers: Vec<String>,
    /// What was agreed.
    pub protocol: String,
    /// DER, leaf first.
    pub certificates: Vec<Vec<u8>>,
}

#[derive(Default)]
struct Streams {
    sends: HashSet<Handle>,
    recvs: HashSet<Handle>,
    ended: bool,
}

/// A connection, raw QUIC or WebTransport.
pub struct Session {
    pub handle: Handle,
    core: Arc<Core>,
    pub limits: Arc<Limits>,
    pub pump: Arc<Pump>,
    pub connection: wt::Session,
    pub info: Info,
    pub activity: Activity,
    /// Bytes queued on all its streams.
    pub queued: AtomicUsize,
    pub send_window: SendWindow,
    pub receive_budget: Arc<Budget>,
    receive_window: ReceiveWindow,
    uni: Arc<Opener>,
    bidi: Arc<Opener>,
    streams: Mutex<Streams>,
    uni_allowance: Allowance,
    bidi_allowance: Allowance,
    closed: tokio::sync::Notify,
    /// Milliseconds between two heartbeats; 0 for none.
    heartbeat: watch::Sender<u32>,
}

impl Session {
    pub fn new(
        core: Arc<Core>,
        handle: Handle,
        connection: wt::Session,
        info: Info,
        options: &QuicOptions,
    ) -> Session {
        let pump = core.pump_for(handle);
        let most = options.receive_window;
        let first = if info.dialled { most } else { most.min(options.first_receive_window) };
        Session {
            handle,
            limits: core.limits.clone(),
            uni: Opener::new(connection.clone(), pump.clone(), false, core.limits.max_waiting_streams),
            bidi: Opener::new(connection.clone(), pump.clone(), true, MAX_WAITING_BIDI),
            send_window: SendWindow::new(options.send_window),
            receive_budget: Budget::new(core.limits.max_connection_receive, core.received.clone()),
            receive_window: ReceiveWindow::new(first, most, core.raises.clone()),
            uni_allowance: Allowance::new(core.limits.max_uni_streams),
            bidi_allowance: Allowance::new(core.limits.max_bidi_streams),
            core,
            pump,
            connection,
            info,
            activity: Activity::default(),
            queued: AtomicUsize::new(0),
            streams: Mutex::default(),
            closed: tokio::sync::Notify::new(),
            heartbeat: watch::Sender::new(0),
        }
    }

    pub fn tell(&self, event: Event) {
        self.core.events.push(event);
    }

    /// Tells what the peer caused, at the expense of the receive budget.
    pub fn tell_charged(self: &Arc<Self>, mut event: Event, amount: usize) {
        self.receive_budget.charge(amount);
        event.charge = Some((self.clone(), amount));
        self.tell(event);
    }

    /// So many bytes of its streams were read.
    pub fn has_read(&self, bytes: usize) {
        self.receive_window.read(bytes, &self.connection);
    }

    pub fn opener(&self, two_way: bool) -> &Arc<Opener> {
        if two_way { &self.bidi } else { &self.uni }
    }

    /// Opens a stream; None when the connection has ended or handles are used up.
    pub fn open(
        self: &Arc<Self>,
        two_way: bool,
        priority: i32,
        work: &mut Vec<Work>,
    ) -> Option<(Arc<SendStream>, Handle)> {
        let mut streams = self.streams.lock();
        if streams.ended {
            return None;
        }
        let send =
            self.core.add_send(|handle| SendStream::waiting(handle, self.clone(), two_way, priority))?;
        streams.sends.insert(send.handle);
        let mut recv = None;
        if two_way {
            let Some(stream) = self.core.add_recv(|handle| RecvStream::waiting(handle, self.clone())) else {
                streams.sends.remove(&send.handle);
                self.core.remove_send(send.handle);
                return None;
            };
            streams.recvs.insert(stream.handle);
            recv = Some(stream);
        }
        drop(streams);
        let recv_handle = recv.as_ref().map_or(0, |stream| stream.handle);
        let refused = self.opener(two_way).add(Candidate { send: send.clone(), recv }, work);
        if let Some(Candidate { send, recv }) = refused {
            self.core.given_up.fetch_add(1, Ordering::Relaxed);
            send.refuse();
            recv.iter().for_each(|stream| stream.refuse());
        }
        Some((send, recv_handle))
    }

    pub fn release_send(&self, handle: Handle) {
        self.streams.lock().sends.remove(&handle);
        self.core.remove_send(handle);
    }

    pub fn release_recv(&self, handle: Handle) {
        self.streams.lock().recvs.remove(&handle);
        self.core.remove_recv(handle);
    }

    /// Closes it. The end is told at once; quinn says goodbye in the background.
    pub fn close(&self, code: u32, reason: &str) {
        let connection = self.connection.clone();
        let reason = reason.to_owned();
        // WebTransport's goodbye is a task, which needs a runtime.
        self.core.spawn(async move { connection.close(code, reason.as_bytes()) });
        self.finish(EndedBy::Local, code, String::new());
        self.closed.notify_one();
    }

    /// Tells the end, once, and detaches all streams.
    fn finish(&self, by: EndedBy, code: u32, reason: String) {
        let mut streams = self.streams.lock();
        if std::mem::replace(&mut streams.ended, true) {
            return;
        }
        let sends: Vec<_> =
            streams.sends.drain().filter_map(|handle| self.core.remove_send(handle)).collect();
        let recvs: Vec<_> =
            streams.recvs.drain().filter_map(|handle| self.core.remove_recv(handle)).collect();
        drop(streams);
        let handles =
            sends.iter().map(|stream| stream.handle).chain(recvs.iter().map(|stream| stream.handle));
        self.tell(Event::new(Kind::Gone, self.handle, sends.len() as u32, 0).with_numbers(handles));
        sends.iter().for_each(|stream| stream.detach());
        recvs.iter().for_each(|stream| stream.detach());
        self.receive_budget.clear();
        let openers = (self.uni.close(), self.bidi.close());
        self.core.remove_session(self.handle);
        self.tell(Event::new(Kind::Closed, self.handle, code, by as u32).with_text(reason));
        // Dropping a stream of quinn finishes or stops it, which the peer must not take for our word.
        let connection = self.connection.clone();
        self.core.spawn(async move {
            connection.closed().await;
            drop((sends, recvs, openers));
        });
    }

    /// Serves the connection to its end.
    pub async fn run(self: Arc<Self>) {
        tokio::select! {
            () = self.closed.notified() => {}
            error = self.serve() => {
                let (by, code, reason) = ending(&error);
                self.finish(by, code, reason);
            }
        }
    }

    async fn serve(self: &Arc<Self>) -> wt::SessionError {
        let datagrams = async {
            loop {
                match self.connection.read_datagram().await {
                    Ok(bytes) => self.datagram(bytes),
                    // A datagram for a session that does not exist is the peer's mistake, not an end.
                    Err(wt::SessionError::WebTransportError(wt::WebTransportError::UnknownSession)) => {}
                    Err(_) => break,
                }
            }
        };
        let streams = async {
            loop {
                self.receive_budget.room().await;
                let accepted = tokio::select! {
                    uni = self.connection.accept_uni() => uni.map(|recv| self.accept_uni(recv)),
                    bidi = self.connection.accept_bi() => bidi.map(|(send, recv)| self.accept_bidi(send, recv)),
                };
                if accepted.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = datagrams => {}
            () = streams => {}
            () = self.activity.watch(&self.connection) => {}
            () = self.beat() => {}
        }
        self.connection.closed().await
    }

    /// Has the peer acknowledge something, as often as was asked for, whatever JavaScript is busy with. quinn's own
    /// keep-alive cannot be changed while a connection stands; an empty datagram says nothing to anybody, and is
    /// acknowledged.
    async fn beat(&self) {
        let mut interval = self.heartbeat.subscribe();
        loop {
            let milliseconds = *interval.borrow_and_update();
            let changed = if milliseconds == 0 {
                interval.changed().await
            } else {
                let wait = Duration::from_millis(milliseconds.into());
                tokio::time::timeout(wait, interval.changed()).await.unwrap_or_else(|_| {
                    let _ = self.connection.send_datagram(Bytes::new());
                    Ok(())
                })
            };
            if changed.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Heartbeats every so many milliseconds from now on; 0 for none.
    pub fn set_heartbeat(&self, milliseconds: u32) {
        self.heartbeat.send_replace(milliseconds);
    }

    fn datagram(self: &Arc<Self>, bytes: Bytes) {
        // A heartbeat.
        if bytes.is_empty() {
            return;
        }
        if self.receive_budget.has_room() {
            let cost = bytes.len() + EVENT_COST;
            let mut event = Event::new(Kind::Datagram, self.handle, 0, 0);
            event.payload = Payload::One(bytes);
            self.tell_charged(event, cost);
        }
    }

    fn accept_uni(self: &Arc<Self>, stream: wt::RecvStream) {
        let mut streams = self.streams.lock();
        if streams.ended {
            return;
        }
        let added = self.core.add_recv(|handle| RecvStream::accepted(handle, self.clone(), stream));
        let Some(recv) = added else { return };
        streams.recvs.insert(recv.handle);
        if let Some(count) =
            self.uni_allowance.raise(streams.recvs.len(), || self.core.has_plenty_of_streams())
        {
            quic::allow_uni(&self.connection, count, self.info.webtransport);
        }
        self.tell_charged(Event::new(Kind::Uni, self.handle, recv.handle, 0), EVENT_COST);
        // Without the lock, which the end of a stream takes.
        drop(streams);
        recv.run();
    }

    fn accept_bidi(self: &Arc<Self>, send: wt::SendStream, recv: wt::RecvStream) {
        let mut streams = self.streams.lock();
        if streams.ended {
            return;
        }
        let send = self.core.add_send(|handle| SendStream::accepted(handle, self.clone(), send));
        let recv = self.core.add_recv(|handle| RecvStream::accepted(handle, self.clone(), recv));
        let (send, recv) = match (send, recv) {
            (Some(send), Some(recv)) => (send, recv),
            (send, recv) => {
                // Handles are used up: what got one gives it back.
                send.map(|stream| self.core.remove_send(stream.handle));
                recv.map(|stream| self.core.remove_recv(stream.handle));
                return;
            }
        };
        streams.sends.insert(send.handle);
        streams.recvs.insert(recv.handle);
        if let Some(count) =
            self.bidi_allowance.raise(streams.recvs.len(), || self.core.has_plenty_of_streams())
        {
            quic::allow_bidi(&self.connection, count, self.info.webtransport);
        }
        self.tell_charged(Event::new(Kind::Bidi, self.handle, recv.handle, send.handle), EVENT_COST);
        drop(streams);
        recv.run();
        // Registers for STOP_SENDING.
        send.schedule();
    }

    /// The peer may have so many two-way streams open, whatever others use; never fewer than before.
    pub fn assure_bidi(&self, count: u32) {
        // The lock keeps a raise that is under way from being undone.
        let streams = self.streams.lock();
        if let Some(count) = self.bidi_allowance.assure(count, streams.recvs.len()) {
            quic::allow_bidi(&self.connection, count, self.info.webtransport);
        }
    }

    /// Bytes that a datagram may have now.
    pub fn max_datagram_size(&self) -> usize {
        self.connection.max_datagram_size()
    }

    /// False when there is no room for it.
    pub fn send_datagram(&self, bytes: Bytes) -> bool {
        let fits = bytes.len() <= self.max_datagram_size();
        let room = self.connection.datagram_send_buffer_space() >= bytes.len();
        fits && room && self.connection.send_datagram(bytes).is_ok()
    }

    pub fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }
}

/// What the end of a connection means to the application. Our own `close` does not come here.
fn ending(error: &wt::SessionError) -> (EndedBy, u32, String) {
    use quinn::ConnectionError as Quic;
    match error {
        wt::SessionError::WebTransportError(wt::WebTransportError::Closed(code, reason)) => {
            (EndedBy::Peer, *code, reason.clone())
        }
        // The peer finished the WebTransport session without a code, whereupon the library closed the connection.
        wt::SessionError::ConnectionError(Quic::LocallyClosed) => (EndedBy::Peer, 0, String::new()),
        // An application code outside of the range that WebTransport maps.
        wt::SessionError::ConnectionError(Quic::ApplicationClosed(close)) => {
            (EndedBy::Peer, 0, String::from_utf8_lossy(&close.reason).into_owned())
        }
        wt::SessionError::ConnectionError(error) => (EndedBy::Lost, 0, error.to_string()),
        error => (EndedBy::Lost, 0, error.to_string()),
    }
}
