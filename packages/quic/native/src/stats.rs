//! Counters of a connection, and of an endpoint.

use crate::endpoint::Endpoint;
use crate::session::Session;
use napi_derive::napi;
use std::sync::atomic::{AtomicU64, Ordering};

/// Cumulative, unless said.
#[napi(object)]
pub struct Stats {
    /// Smoothed round trip, milliseconds.
    pub rtt: f64,
    /// Congestion window, bytes.
    pub congestion_window: f64,
    /// Estimated sending rate, bits per second.
    pub send_rate: f64,
    /// Milliseconds since the last datagram of the peer, exact to 50.
    pub since_received: f64,
    /// Bytes of UDP payload.
    pub bytes_sent: f64,
    pub bytes_received: f64,
    /// UDP datagrams.
    pub datagrams_sent: f64,
    pub datagrams_received: f64,
    /// QUIC packets.
    pub packets_sent: f64,
    pub packets_lost: f64,
    /// Bytes that quinn has not taken up.
    pub bytes_queued: f64,
    /// UDP payload of one packet now, bytes.
    pub mtu: u32,
}

impl Stats {
    pub fn of(session: &Session) -> Stats {
        let connection: &quinn::Connection = &session.connection;
        let stats = connection.stats();
        let rtt = stats.path.rtt.as_secs_f64();
        let window = stats.path.cwnd as f64;
        Stats {
            rtt: rtt * 1000.0,
            congestion_window: window,
            send_rate: if rtt > 0.0 { window * 8.0 / rtt } else { 0.0 },
            since_received: session.activity.since_received(stats.udp_rx.datagrams).as_secs_f64() * 1000.0,
            bytes_sent: stats.udp_tx.bytes as f64,
            bytes_received: stats.udp_rx.bytes as f64,
            datagrams_sent: stats.udp_tx.datagrams as f64,
            datagrams_received: stats.udp_rx.datagrams as f64,
            packets_sent: stats.path.sent_packets as f64,
            packets_lost: stats.path.lost_packets as f64,
            bytes_queued: session.queued() as f64,
            mtu: stats.path.current_mtu.into(),
        }
    }
}

/// Of an endpoint that listens; cumulative, unless said.
#[napi(object)]
pub struct EndpointStats {
    /// Connections now, handshakes and those that are just ending included.
    pub connections: u32,
    /// Handshakes under way now, up to a WebTransport client's request.
    pub handshakes: u32,
    /// Handshakes after which the client stood before the application.
    pub completed: f64,
    /// Clients that were asked to prove their address.
    pub retried: f64,
    /// Clients that were turned away, and told.
    pub refused: f64,
    /// First packets that were left without an answer.
    pub ignored: f64,
    /// Handshakes that took too long.
    pub timed_out: f64,
}

impl EndpointStats {
    pub fn of(endpoint: &Endpoint) -> EndpointStats {
        let admission = &endpoint.admission;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        EndpointStats {
            connections: endpoint.quic.open_connections() as u32,
            handshakes: admission.handshakes() as u32,
            completed: count(&admission.completed),
            retried: count(&admission.retried),
            refused: count(&admission.refused),
            ignored: count(&admission.ignored),
            timed_out: count(&admission.timed_out),
        }
    }
}
