//! What the JavaScript thread is told: one queue, one wake-up for a whole batch.

use crate::session::Session;
use crate::slab::Handle;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The first field of an event. `src/native.ts` has the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// A client is at the door. a = endpoint.
    Request = 1,
    /// The connection stands.
    Session = 2,
    /// A dial or a request ended before the connection stood. a = HTTP status or 0, payload = reason.
    Failed = 3,
    /// The connection ended. a = code, b = [`EndedBy`], payload = reason.
    Closed = 4,
    /// The peer opened a one-way stream. handle = connection, a = receiving handle.
    Uni = 5,
    /// The peer opened a two-way stream. handle = connection, a = receiving handle, b = sending handle.
    Bidi = 6,
    /// handle = receiving handle, payload = bytes.
    Data = 7,
    Fin = 8,
    /// a = code.
    Reset = 9,
    /// handle = sending handle, a = code.
    Stopped = 10,
    /// a = queued bytes.
    Pressure = 11,
    Drained = 12,
    Overflow = 13,
    Delivered = 14,
    /// handle = connection, payload = bytes.
    Datagram = 15,
    /// Comes right before `Closed`: streams of which there was no last event. a = how many sending handles, payload =
    /// these and then the receiving handles, as little-endian numbers of 32 bits.
    Gone = 16,
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum EndedBy {
    Local = 0,
    Peer = 1,
    Lost = 2,
}

/// Bytes that travel with an event.
pub enum Payload {
    None,
    One(Bytes),
    /// Pieces that follow one another.
    Many(Box<[Bytes]>),
}

impl Payload {
    fn pieces(&self) -> &[Bytes] {
        match self {
            Payload::None => &[],
            Payload::One(bytes) => std::slice::from_ref(bytes),
            Payload::Many(pieces) => pieces,
        }
    }

    fn len(&self) -> usize {
        self.pieces().iter().map(Bytes::len).sum()
    }
}

/// One entry of a batch.
pub struct Event {
    pub kind: Kind,
    pub handle: Handle,
    pub a: u32,
    pub b: u32,
    pub payload: Payload,
    /// The connection whose receive budget this event occupies, and by how much.
    pub charge: Option<(Arc<Session>, usize)>,
}

impl Event {
    pub fn new(kind: Kind, handle: Handle, a: u32, b: u32) -> Event {
        Event { kind, handle, a, b, payload: Payload::None, charge: None }
    }

    pub fn with_numbers(mut self, numbers: impl Iterator<Item = u32>) -> Event {
        self.payload = Payload::One(numbers.flat_map(u32::to_le_bytes).collect());
        self
    }

    pub fn with_text(mut self, text: String) -> Event {
        self.payload = Payload::One(text.into());
        self
    }
}

/// How many `u32` one event takes in the array that JavaScript passes to `drain`.
pub const FIELDS: usize = 6;

/// A batch ends at the event that brings its payload to this size, so that one turn of the event loop stays short.
const MAX_BATCH_BYTES: usize = 4 << 20;

/// Events that wait for the JavaScript thread.
pub struct EventQueue {
    /// None once the JavaScript side has gone: an event may hold its connection, which holds this queue.
    incoming: Mutex<Option<Vec<Event>>>,
    /// Taken from `incoming` and not yet handed over; only the JavaScript thread locks it.
    pending: Mutex<VecDeque<Event>>,
    /// JavaScript has been called, or is at it, and has not gone to rest since.
    awake: AtomicBool,
    wake: Mutex<Option<Box<dyn Fn() + Send + Sync>>>,
}

impl EventQueue {
    pub fn new(wake: Box<dyn Fn() + Send + Sync>) -> EventQueue {
        EventQueue {
            incoming: Mutex::new(Some(Vec::new())),
            pending: Mutex::default(),
            awake: AtomicBool::new(false),
            wake: Mutex::new(Some(wake)),
        }
    }

    pub fn push(&self, event: Event) {
        let mut incoming = self.incoming.lock();
        let Some(queue) = &mut *incoming else {
            // Without the lock: with the event its connection may go.
            return drop(incoming);
        };
        queue.push(event);
        drop(incoming);
        self.wake_up();
    }

    fn wake_up(&self) {
        if !self.awake.swap(true, Ordering::AcqRel)
            && let Some(wake) = &*self.wake.lock()
        {
            wake();
        }
    }

    /// No further wake-up and no further event; the JavaScript side is going away.
    pub fn silence(&self) {
        drop(self.wake.lock().take());
        let incoming = self.incoming.lock().take();
        let pending = std::mem::take(&mut *self.pending.lock());
        drop((incoming, pending));
    }

    /// JavaScript has had its turn: the next event wakes it. True when there is one already; then nothing will, and it has
    /// to come back by itself.
    pub fn rest(&self) -> bool {
        self.awake.store(false, Ordering::Release);
        let left = !self.pending.lock().is_empty()
            || self.incoming.lock().as_ref().is_some_and(|queue| !queue.is_empty());
        left && !self.awake.swap(true, Ordering::AcqRel)
    }

    /// Fills `meta` (kind, handle, a, b, offset, length for each event) and returns the number of events and their
    /// payloads back to back. What does not fit stays for the next call.
    pub fn drain(&self, meta: &mut [u32]) -> (usize, Vec<u8>) {
        let batch = self.batch(meta.len() / FIELDS);
        let total = batch.iter().map(|event| event.payload.len()).sum();
        let mut data = Vec::with_capacity(total);
        for (event, fields) in batch.iter().zip(meta.chunks_exact_mut(FIELDS)) {
            let offset = data.len();
            event.payload.pieces().iter().for_each(|piece| data.extend_from_slice(piece));
            let length = data.len() - offset;
            let values = [event.kind as u32, event.handle, event.a, event.b, offset as u32, length as u32];
            fields.copy_from_slice(&values);
        }
        for event in &batch {
            if let Some((session, amount)) = &event.charge {
                session.receive_budget.release(*amount);
            }
        }
        (batch.len(), data)
    }

    fn batch(&self, most: usize) -> Vec<Event> {
        let mut pending = self.pending.lock();
        pending.extend(self.incoming.lock().as_mut().map(std::mem::take).unwrap_or_default());
        let mut bytes = 0;
        let fits = |event: &&Event| {
            let before = bytes;
            bytes += event.payload.len();
            before < MAX_BATCH_BYTES
        };
        let count = pending.iter().take(most).take_while(fits).count();
        pending.drain(..count).collect()
    }
}
