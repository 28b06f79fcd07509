//! Raw QUIC and WebTransport for Node. It moves bytes and knows nothing of what they mean.
//!
//! A chunk on its way out: `engine` (JavaScript's call) → `send` (the stream's queue) → `pump` → quinn.
//! On its way in: quinn's waker → `pump` → `recv` → `events` → JavaScript's `drain`.

mod activity;
mod admission;
mod allowance;
mod budget;
mod certificates;
mod core;
mod dial;
mod door;
mod endpoint;
mod engine;
mod error;
mod events;
mod handshake;
mod limits;
mod opener;
mod options;
mod pump;
mod quic;
mod receive_window;
mod recv;
mod reset;
mod send;
mod send_window;
mod session;
mod slab;
mod socket;
mod stats;
mod tls;
mod verify;
