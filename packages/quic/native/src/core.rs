//! What all parts of an engine share: the runtime, the tables of handles, the queue of events.

use crate::budget::Total;
use crate::door::Door;
use crate::endpoint::Endpoint;
use crate::error::{Failure, Result};
use crate::events::EventQueue;
use crate::limits::Limits;
use crate::options::QuicOptions;
use crate::pump::{Pump, Work};
use crate::receive_window::Raises;
use crate::recv::RecvStream;
use crate::send::SendStream;
use crate::session::{Info, Session};
use crate::slab::{Handle, MAX_HANDLES, Slab, Table};
use parking_lot::Mutex;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::runtime::Runtime;
use web_transport_quinn as wt;

/// What a connection handle names.
pub enum Entry {
    /// A request or a dial: not a connection yet.
    Door(Arc<Door>),
    Session(Arc<Session>),
}

/// How long the farewells of a closed engine may take.
const FAREWELL: Duration = Duration::from_millis(500);

pub struct Core {
    runtime: Mutex<Option<Runtime>>,
    spawner: tokio::runtime::Handle,
    pumps: Box<[Arc<Pump>]>,
    pub events: EventQueue,
    pub limits: Arc<Limits>,
    /// What all connections have received and JavaScript has not been handed.
    pub received: Arc<Total>,
    /// What the windows of all clients have been raised by.
    pub raises: Arc<Raises>,
    /// Streams that were given up because too many waited to be opened.
    pub given_up: AtomicU64,
    sessions: Mutex<Slab<Entry>>,
    sends: Mutex<Slab<Arc<SendStream>>>,
    recvs: Mutex<Slab<Arc<RecvStream>>>,
    endpoints: Mutex<Slab<Arc<Endpoint>>>,
    /// No longer listening, but with connections perhaps.
    retired: Mutex<Vec<Weak<Endpoint>>>,
    /// Sockets that dial, IPv4 and IPv6.
    dialers: Mutex<[Option<quinn::Endpoint>; 2]>,
}

/// How many of each kind are alive.
pub struct Census {
    pub sessions: usize,
    pub sends: usize,
    pub recvs: usize,
    pub endpoints: usize,
}

impl Core {
    pub fn new(threads: usize, limits: Limits, wake: Box<dyn Fn() + Send + Sync>) -> io::Result<Arc<Core>> {
        let threads = threads.max(1);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("quic")
            .enable_all()
            .build()?;
        let pumps: Box<[Arc<Pump>]> = (0..threads).map(|_| Arc::default()).collect();
        for pump in &pumps {
            runtime.spawn(pump.clone().run());
        }
        Ok(Arc::new(Core {
            spawner: runtime.handle().clone(),
            runtime: Mutex::new(Some(runtime)),
            pumps,
            events: EventQueue::new(wake),
            received: Arc::new(Total::new(limits.max_receive)),
            raises: Arc::new(Raises::new(limits.max_receive)),
            given_up: AtomicU64::new(0),
            limits: Arc::new(limits),
            sessions: Mutex::new(Slab::new(Table::Sessions)),
            sends: Mutex::new(Slab::new(Table::Sends)),
            recvs: Mutex::new(Slab::new(Table::Recvs)),
            endpoints: Mutex::new(Slab::new(Table::Endpoints)),
            retired: Mutex::default(),
            dialers: Mutex::default(),
        }))
    }

    /// An error once the engine is closed: tokio panics when a socket is made on a runtime that has ended.
    pub fn ensure_open(&self) -> Result<()> {
        match *self.runtime.lock() {
            Some(_) => Ok(()),
            None => Err(Failure::new("the engine is closed")),
        }
    }

    /// Runs a task on the engine's threads; does nothing once the engine is closed.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.spawner.spawn(task);
    }

    /// quinn makes its sockets and timers on the runtime that the thread is in.
    pub fn enter(&self) -> tokio::runtime::EnterGuard<'_> {
        self.spawner.enter()
    }

    pub fn pump_for(&self, connection: Handle) -> Arc<Pump> {
        self.pumps[connection as usize % self.pumps.len()].clone()
    }

    /// Hands work to the pumps.
    pub fn submit(&self, work: Vec<Work>) {
        if let [pump] = &*self.pumps {
            let mut work = work;
            return pump.push_all(&mut work);
        }
        work.into_iter().for_each(Work::submit);
    }

    // Connections

    pub fn add_door(&self, make: impl FnOnce(Handle) -> Arc<Door>) -> Option<Arc<Door>> {
        let mut door = None;
        self.sessions.lock().insert_with(|handle| Entry::Door(door.insert(make(handle)).clone()))?;
        door
    }

    /// The connection behind a door stands. None when the door was closed meanwhile.
    pub fn establish(
        self: &Arc<Self>,
        handle: Handle,
        connection: wt::Session,
        info: Info,
        options: &QuicOptions,
    ) -> Option<Arc<Session>> {
        let session = Arc::new(Session::new(self.clone(), handle, connection, info, options));
        self.sessions.lock().replace(handle, Entry::Session(session.clone())).ok()?;
        Some(session)
    }

    pub fn door(&self, handle: Handle) -> Option<Arc<Door>> {
        match self.sessions.lock().get(handle)? {
            Entry::Door(door) => Some(door.clone()),
            Entry::Session(_) => None,
        }
    }

    pub fn session(&self, handle: Handle) -> Option<Arc<Session>> {
        match self.sessions.lock().get(handle)? {
            Entry::Door(_) => None,
            Entry::Session(session) => Some(session.clone()),
        }
    }

    /// All that `handles` name, in one go; None where there is none.
    pub fn sessions(&self, handles: &[Handle]) -> Vec<Option<Arc<Session>>> {
        let table = self.sessions.lock();
        let find = |handle: &Handle| match table.get(*handle) {
            Some(Entry::Session(session)) => Some(session.clone()),
            _ => None,
        };
        handles.iter().map(find).collect()
    }

    /// Removes a door. None when a connection stands behind it by now: that is to be closed, not forgotten.
    pub fn remove_door(&self, handle: Handle) -> Option<Arc<Door>> {
        let mut table = self.sessions.lock();
        let Entry::Door(door) = table.get(handle)? else {
            return None;
        };
        let door = door.clone();
        table.remove(handle);
        Some(door)
    }

    pub fn remove_session(&self, handle: Handle) -> bool {
        self.sessions.lock().remove(handle).is_some()
    }

    // Streams

    pub fn add_send(&self, make: impl FnOnce(Handle) -> SendStream) -> Option<Arc<SendStream>> {
        let mut stream = None;
        self.sends.lock().insert_with(|handle| stream.insert(Arc::new(make(handle))).clone())?;
        stream
    }

    pub fn add_recv(&self, make: impl FnOnce(Handle) -> RecvStream) -> Option<Arc<RecvStream>> {
        let mut stream = None;
        self.recvs.lock().insert_with(|handle| stream.insert(Arc::new(make(handle))).clone())?;
        stream
    }

    pub fn send(&self, handle: Handle) -> Option<Arc<SendStream>> {
        self.sends.lock().get(handle).cloned()
    }

    /// The streams that are still known, in order. No lock is held when they are used.
    pub fn sends(&self, handles: &[Handle]) -> Vec<Arc<SendStream>> {
        let table = self.sends.lock();
        handles.iter().filter_map(|handle| table.get(*handle).cloned()).collect()
    }

    /// As `sends`.
    pub fn recvs(&self, handles: &[Handle]) -> Vec<Arc<RecvStream>> {
        let table = self.recvs.lock();
        handles.iter().filter_map(|handle| table.get(*handle).cloned()).collect()
    }

    /// All connections share the handles: a few that open what they may, and keep it open, must not have them all.
    pub fn has_plenty_of_streams(&self) -> bool {
        self.recvs.lock().len() < MAX_HANDLES / 4
    }

    pub fn recv(&self, handle: Handle) -> Option<Arc<RecvStream>> {
        self.recvs.lock().get(handle).cloned()
    }

    pub fn remove_send(&self, handle: Handle) -> Option<Arc<SendStream>> {
        self.sends.lock().remove(handle)
    }

    pub fn remove_recv(&self, handle: Handle) -> Option<Arc<RecvStream>> {
        self.recvs.lock().remove(handle)
    }

    // Endpoints

    pub fn add_endpoint(&self, make: impl FnOnce(Handle) -> Endpoint) -> Option<Arc<Endpoint>> {
        let mut endpoint = None;
        self.endpoints.lock().insert_with(|handle| endpoint.insert(Arc::new(make(handle))).clone())?;
        endpoint
    }

    pub fn endpoint(&self, handle: Handle) -> Option<Arc<Endpoint>> {
        self.endpoints.lock().get(handle).cloned()
    }

    /// No new connections.
    pub fn close_endpoint(&self, handle: Handle) {
        let Some(endpoint) = self.endpoints.lock().remove(handle) else {
            return;
        };
        endpoint.close();
        let mut retired = self.retired.lock();
        retired.retain(|endpoint| endpoint.strong_count() > 0);
        retired.push(Arc::downgrade(&endpoint));
    }

    /// The socket that dials addresses of this family, made when it is first used.
    pub fn dialer(&self, to: SocketAddr) -> io::Result<quinn::Endpoint> {
        let (index, any): (usize, IpAddr) =
            if to.is_ipv4() { (0, Ipv4Addr::UNSPECIFIED.into()) } else { (1, Ipv6Addr::UNSPECIFIED.into()) };
        let mut dialers = self.dialers.lock();
        if let Some(endpoint) = &dialers[index] {
            return Ok(endpoint.clone());
        }
        let endpoint = crate::socket::client(SocketAddr::new(any, 0))?;
        dialers[index] = Some(endpoint.clone());
        Ok(endpoint)
    }

    pub fn census(&self) -> Census {
        Census {
            sessions: self.sessions.lock().len(),
            sends: self.sends.lock().len(),
            recvs: self.recvs.lock().len(),
            endpoints: self.endpoints.lock().len(),
        }
    }

    /// Ends everything. Farewells are sent in the background, on a thread of their own, and nothing is told any more.
    pub fn shut_down(&self) {
        let Some(runtime) = self.runtime.lock().take() else {
            return;
        };
        // Closing locks the table again.
        let entries = self.sessions.lock().clear();
        for entry in entries {
            match entry {
                Entry::Session(session) => session.close(0, ""),
                Entry::Door(door) => door.cancel(),
            }
        }
        self.events.silence();
        let mut sockets: Vec<quinn::Endpoint> =
            self.dialers.lock().iter_mut().filter_map(Option::take).collect();
        let endpoints = self.endpoints.lock().clear();
        let retired = std::mem::take(&mut *self.retired.lock());
        for endpoint in endpoints.into_iter().chain(retired.iter().filter_map(Weak::upgrade)) {
            endpoint.close();
            sockets.push(endpoint.quic.clone());
        }
        let pumps = self.pumps.clone();
        let farewell = move || {
            runtime.block_on(say_goodbye(sockets));
            pumps.iter().for_each(|pump| pump.clear());
            runtime.shutdown_background();
        };
        // Without a thread the peers learn of our end by their own timeouts.
        drop(std::thread::Builder::new().name("quic-farewell".into()).spawn(farewell));
    }
}

async fn say_goodbye(sockets: Vec<quinn::Endpoint>) {
    let all = async {
        for socket in &sockets {
            socket.wait_idle().await;
        }
    };
    drop(tokio::time::timeout(FAREWELL, all).await);
    sockets.iter().for_each(|socket| socket.close(0u32.into(), b""));
}
