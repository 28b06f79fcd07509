//! When the peer was last heard of.

use parking_lot::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How exact the answer is.
const SAMPLE: Duration = Duration::from_millis(50);

/// Sampling stops when nobody has asked for this long.
const FORGET: Duration = Duration::from_secs(10);

#[derive(Clone, Copy)]
struct Seen {
    datagrams: u64,
    changed: Instant,
    asked: Instant,
}

/// Samples the count of received UDP datagrams, as long as somebody asks: quinn counts but keeps no time.
#[derive(Default)]
pub struct Activity {
    seen: Mutex<Option<Seen>>,
    wanted: Notify,
}

impl Activity {
    /// Time since the last datagram, given how many there have been; exact to [`SAMPLE`] from the second question on. The
    /// first one starts the sampling, and its answer is zero.
    pub fn since_received(&self, datagrams: u64) -> Duration {
        let now = Instant::now();
        let mut seen = self.seen.lock();
        if seen.is_none() {
            self.wanted.notify_one();
        }
        let seen = seen.get_or_insert(Seen { datagrams, changed: now, asked: now });
        seen.asked = now;
        seen.update(datagrams, now);
        now - seen.changed
    }

    /// Samples for ever.
    pub async fn watch(&self, connection: &quinn::Connection) {
        loop {
            self.wanted.notified().await;
            while self.sample(connection) {
                tokio::time::sleep(SAMPLE).await;
            }
        }
    }

    fn sample(&self, connection: &quinn::Connection) -> bool {
        let datagrams = connection.stats().udp_rx.datagrams;
        let now = Instant::now();
        let mut guard = self.seen.lock();
        if let Some(seen) = &mut *guard {
            seen.update(datagrams, now);
            if now - seen.asked > FORGET {
                *guard = None;
            }
        }
        guard.is_some()
    }
}

impl Seen {
    fn update(&mut self, datagrams: u64, now: Instant) {
        if datagrams != self.datagrams {
            self.datagrams = datagrams;
            self.changed = now;
        }
    }
}
