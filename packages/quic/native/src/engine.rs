//! The face to JavaScript. Every call returns at once; what happens later comes through `drain`.

use crate::core::Core;
use crate::dial;
use crate::door::Answer;
use crate::endpoint::Endpoint;
use crate::limits::Limits;
use crate::options::{CertificateOptions, DialOptions, EngineOptions, ListenOptions};
use crate::stats::{EndpointStats, Stats};
use bytes::Bytes;
use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A wake-up: at most one is under way, and it does not keep the process alive.
type Wake = ThreadsafeFunction<(), (), (), Status, false, true, 2>;

/// Below this size copying into a buffer of JavaScript is cheaper than lending it ours.
const COPY_BELOW: usize = 16 << 10;

/// One runtime with its sockets, connections and streams.
#[napi]
pub struct NativeEngine {
    core: Arc<Core>,
}

/// What is known of a connection.
#[napi(object)]
pub struct NativeInfo {
    pub webtransport: bool,
    pub remote: String,
    pub authority: String,
    pub from_page: bool,
    pub path: String,
    pub offers: Vec<String>,
    pub protocol: String,
    pub certificates: Vec<Buffer>,
}

/// How many of each kind are alive.
#[napi(object)]
pub struct NativeCensus {
    pub sessions: u32,
    pub sends: u32,
    pub recvs: u32,
    pub endpoints: u32,
}

/// What the engine's caps have to do with now.
#[napi(object)]
pub struct NativeLoad {
    /// Bytes that all connections have received and JavaScript has not been handed.
    pub received: f64,
    /// How often a connection had to wait for that to become less.
    pub held_back: f64,
    /// What the receive windows of all clients have been raised by, bytes.
    pub raised: f64,
    /// How often one was not because that was too much.
    pub not_raised: f64,
    /// Streams that were given up because too many waited to be opened.
    pub given_up: f64,
}

/// The numbers of an array that JavaScript lent us for the time of a call.
fn numbers<'a>(array: &'a mut Uint32ArraySlice<'_>) -> &'a mut [u32] {
    // SAFETY: a call occupies the JavaScript thread, and our side does not share the memory of these arrays with another
    // thread, so nobody else touches them meanwhile.
    unsafe { array.as_mut() }
}

#[napi]
impl NativeEngine {
    /// `wake` is called, with nothing, when there is something to drain.
    #[napi(constructor)]
    pub fn new(env: Env, options: EngineOptions, wake: Function<'_, (), ()>) -> Result<Self> {
        let wake: Wake = wake
            .build_threadsafe_function::<()>()
            .callee_handled::<false>()
            .weak::<true>()
            .max_queue_size::<2>()
            .build()?;
        let call = move || {
            // Fails when two wake-ups are under way already, or when JavaScript has ended.
            let _ = wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        };
        let core = Core::new(options.threads as usize, Limits::from(&options), Box::new(call))?;
        // A worker thread that is terminated runs no more JavaScript: this is its only goodbye.
        let weak = Arc::downgrade(&core);
        env.add_env_cleanup_hook(weak, |weak| {
            if let Some(core) = weak.upgrade() {
                core.shut_down();
            }
        })?;
        Ok(NativeEngine { core })
    }

    /// Ends everything; no further wake-up.
    #[napi]
    pub fn close(&self) {
        self.core.shut_down();
    }

    /// Writes the number of events to `meta[0]` and their fields from `meta[1]` on; returns their bytes, back to back.
    #[napi]
    pub fn drain<'env>(
        &self,
        env: &'env Env,
        mut meta: Uint32ArraySlice<'_>,
    ) -> Result<Option<BufferSlice<'env>>> {
        let Some((count, fields)) = numbers(&mut meta).split_first_mut() else {
            return Ok(None);
        };
        let (events, data) = self.core.events.drain(fields);
        *count = events as u32;
        match data.len() {
            0 => Ok(None),
            length if length < COPY_BELOW => BufferSlice::copy_from(env, &data).map(Some),
            _ => BufferSlice::from_data(env, data).map(Some),
        }
    }

    /// The turn that a wake-up gave is over. True when there is more to drain already: no wake-up will come for that.
    #[napi]
    pub fn rest(&self) -> bool {
        self.core.events.rest()
    }

    // Endpoints

    #[napi]
    pub fn listen(&self, options: ListenOptions) -> Result<u32> {
        Ok(Endpoint::listen(&self.core, &options)?.handle)
    }

    /// Address and port where it listens.
    #[napi]
    pub fn address(&self, endpoint: u32) -> Result<String> {
        let endpoint = self.core.endpoint(endpoint).ok_or_else(|| Error::from_reason("closed"))?;
        Ok(endpoint.quic.local_addr()?.to_string())
    }

    /// None when it is closed.
    #[napi]
    pub fn endpoint_stats(&self, endpoint: u32) -> Option<EndpointStats> {
        self.core.endpoint(endpoint).map(|endpoint| EndpointStats::of(&endpoint))
    }

    #[napi]
    pub fn set_certificates(&self, endpoint: u32, certificates: Vec<CertificateOptions>) -> Result<()> {
        let endpoint = self.core.endpoint(endpoint).ok_or_else(|| Error::from_reason("closed"))?;
        Ok(endpoint.certificates().replace(&certificates)?)
    }

    /// Takes no new connections; the port is free when the last one has ended.
    #[napi]
    pub fn close_endpoint(&self, endpoint: u32) {
        self.core.close_endpoint(endpoint);
    }

    // Connections

    #[napi]
    pub fn dial(&self, options: DialOptions) -> Result<u32> {
        Ok(dial::dial(&self.core, options)?)
    }

    #[napi]
    pub fn cancel_dial(&self, connection: u32) {
        match self.core.remove_door(connection) {
            Some(door) => door.cancel(),
            None => self.close_connection(connection, 0, String::new()),
        }
    }

    /// False when the client has left already.
    #[napi]
    pub fn accept(&self, connection: u32, protocol: String) -> bool {
        let door = self.core.door(connection);
        door.inspect(|door| door.answer(Answer::Accept(protocol))).is_some()
    }

    #[napi]
    pub fn reject(&self, connection: u32, status: u32) {
        if let Some(door) = self.core.door(connection) {
            door.answer(Answer::Reject(u16::try_from(status).unwrap_or(403)));
        }
    }

    #[napi]
    pub fn info(&self, connection: u32) -> Option<NativeInfo> {
        let info = match self.core.session(connection) {
            Some(session) => session.info.clone(),
            None => self.core.door(connection)?.info.clone(),
        };
        Some(NativeInfo {
            webtransport: info.webtransport,
            remote: info.remote,
            authority: info.authority,
            from_page: info.from_page,
            path: info.path,
            offers: info.offers,
            protocol: info.protocol,
            certificates: info.certificates.into_iter().map(Buffer::from).collect(),
        })
    }

    #[napi]
    pub fn close_connection(&self, connection: u32, code: u32, reason: String) {
        if let Some(session) = self.core.session(connection) {
            session.close(code, &reason);
        }
    }

    #[napi]
    pub fn stats(&self, connection: u32) -> Option<Stats> {
        self.core.session(connection).map(|session| Stats::of(&session))
    }

    #[napi]
    pub fn max_datagram_size(&self, connection: u32) -> u32 {
        self.core.session(connection).map_or(0, |session| session.max_datagram_size() as u32)
    }

    #[napi]
    pub fn send_datagram(&self, connection: u32, bytes: &[u8]) -> bool {
        let session = self.core.session(connection);
        session.is_some_and(|session| session.send_datagram(Bytes::copy_from_slice(bytes)))
    }

    /// See `Carrier.sendDatagrams` of the transport interface.
    #[napi]
    pub fn send_datagram_many(&self, connections: &[u32], headers: &[u8], ends: &[u32], body: &[u8]) -> u32 {
        let mut taken = 0;
        let mut start = 0;
        let sessions = self.core.sessions(connections);
        for (session, end) in sessions.iter().zip(ends) {
            let end = (*end as usize).clamp(start, headers.len());
            let header = &headers[start..end];
            start = end;
            if let Some(session) = session {
                taken += u32::from(session.send_datagram([header, body].concat().into()));
            }
        }
        taken
    }

    #[napi]
    pub fn set_heartbeat(&self, connection: u32, milliseconds: u32) {
        if let Some(session) = self.core.session(connection) {
            session.set_heartbeat(milliseconds);
        }
    }

    /// See `Connection.allowBidi` of the transport interface.
    #[napi]
    pub fn allow_bidi(&self, connection: u32, count: u32) {
        if let Some(session) = self.core.session(connection) {
            session.assure_bidi(count);
        }
    }

    // Streams

    /// Returns the sending handle, 0 when the connection is gone.
    #[napi]
    pub fn open_uni(&self, connection: u32, priority: i32) -> u32 {
        self.open(connection, false, priority, &[]).0
    }

    /// Writes `first` on it, and the sending and the receiving handle to `out`.
    #[napi]
    pub fn open_bidi(&self, connection: u32, priority: i32, first: &[u8], mut out: Uint32ArraySlice<'_>) {
        let (send, recv) = self.open(connection, true, priority, first);
        if let [one, two, ..] = numbers(&mut out) {
            (*one, *two) = (send, recv);
        }
    }

    /// See `Carrier.openUni` of the transport interface.
    #[napi]
    pub fn open_uni_many(
        &self,
        connections: &[u32],
        headers: &[u8],
        ends: &[u32],
        priorities: &[i32],
        mut out: Uint32ArraySlice<'_>,
    ) {
        let headers = Bytes::copy_from_slice(headers);
        let mut work = Vec::new();
        let mut start = 0;
        let sessions = self.core.sessions(connections);
        for (((session, end), priority), handle) in
            sessions.iter().zip(ends).zip(priorities).zip(numbers(&mut out))
        {
            let end = (*end as usize).clamp(start, headers.len());
            let header = headers.slice(start..end);
            start = end;
            let opened = session.as_ref().and_then(|session| session.open(false, *priority, &mut work));
            *handle = opened.map_or(0, |(stream, _)| {
                if !header.is_empty() {
                    stream.write(&header, &mut work);
                }
                stream.handle
            });
        }
        self.core.submit(work);
    }

    #[napi]
    pub fn write(&self, stream: u32, bytes: &[u8]) {
        self.write_many(&[stream], bytes);
    }

    #[napi]
    pub fn write_many(&self, streams: &[u32], bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let bytes = Bytes::copy_from_slice(bytes);
        self.for_each(streams, |stream, work| stream.write(&bytes, work));
    }

    #[napi]
    pub fn finish_many(&self, streams: &[u32]) {
        self.for_each(streams, |stream, work| stream.finish(work));
    }

    #[napi]
    pub fn reset_many(&self, streams: &[u32], code: u32) {
        self.for_each(streams, |stream, work| stream.reset(code, work));
    }

    #[napi]
    pub fn set_priority_many(&self, streams: &[u32], priorities: &[i32]) {
        for (handle, priority) in streams.iter().zip(priorities) {
            if let Some(stream) = self.core.send(*handle) {
                stream.set_priority(*priority);
            }
        }
    }

    /// Bytes that quinn has not taken up.
    #[napi]
    pub fn queued(&self, stream: u32) -> f64 {
        self.core.send(stream).map_or(0.0, |stream| stream.queued() as f64)
    }

    #[napi]
    pub fn stop(&self, stream: u32, code: u32) {
        if let Some(stream) = self.core.recv(stream) {
            stream.stop(code);
        }
    }

    /// Reads these from now on.
    #[napi]
    pub fn read_many(&self, streams: &[u32]) {
        let mut work = Vec::new();
        for stream in self.core.recvs(streams) {
            stream.read_into(&mut work);
        }
        self.core.submit(work);
    }

    #[napi]
    pub fn set_paused(&self, stream: u32, paused: bool) {
        if let Some(stream) = self.core.recv(stream) {
            stream.set_paused(paused);
        }
    }

    #[napi]
    pub fn load(&self) -> NativeLoad {
        NativeLoad {
            received: self.core.received.used() as f64,
            held_back: self.core.received.held_back.load(Ordering::Relaxed) as f64,
            raised: self.core.raises.used() as f64,
            not_raised: self.core.raises.refused.load(Ordering::Relaxed) as f64,
            given_up: self.core.given_up.load(Ordering::Relaxed) as f64,
        }
    }

    #[napi]
    pub fn census(&self) -> NativeCensus {
        let census = self.core.census();
        NativeCensus {
            sessions: census.sessions as u32,
            sends: census.sends as u32,
            recvs: census.recvs as u32,
            endpoints: census.endpoints as u32,
        }
    }
}

impl NativeEngine {
    fn open(&self, connection: u32, two_way: bool, priority: i32, first: &[u8]) -> (u32, u32) {
        let Some(session) = self.core.session(connection) else {
            return (0, 0);
        };
        let mut work = Vec::new();
        let opened = session.open(two_way, priority, &mut work);
        if let (Some((stream, _)), false) = (&opened, first.is_empty()) {
            stream.write(&Bytes::copy_from_slice(first), &mut work);
        }
        self.core.submit(work);
        opened.map_or((0, 0), |(send, recv)| (send.handle, recv))
    }

    fn for_each(
        &self,
        streams: &[u32],
        mut act: impl FnMut(&Arc<crate::send::SendStream>, &mut Vec<crate::pump::Work>),
    ) {
        let mut work = Vec::new();
        if let [one] = streams {
            if let Some(stream) = self.core.send(*one) {
                act(&stream, &mut work);
            }
        } else {
            self.core.sends(streams).iter().for_each(|stream| act(stream, &mut work));
        }
        self.core.submit(work);
    }
}

impl Drop for NativeEngine {
    fn drop(&mut self) {
        self.core.shut_down();
    }
}
