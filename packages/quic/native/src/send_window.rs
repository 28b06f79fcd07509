//! How much of a connection's data quinn may take up: what is in there can no longer be overtaken.

use parking_lot::Mutex;
use std::time::{Duration, Instant};

/// Between looks at the connection.
const INTERVAL: Duration = Duration::from_millis(20);

/// Never less, bytes.
const LEAST: u64 = 64 << 10;

/// What a connection begins with, bytes.
pub const FIRST: u32 = 128 << 10;

/// Follows the congestion window at twice its size: one window under way, one ready to be sent. So a slow peer's stale data
/// waits in our queues, where it can be cancelled, and a fast one has enough.
pub struct SendWindow {
    most: u64,
    state: Mutex<(Instant, u64)>,
}

impl SendWindow {
    /// `most`: the largest window.
    pub fn new(most: u32) -> SendWindow {
        SendWindow { most: most.into(), state: Mutex::new((Instant::now(), FIRST.min(most).into())) }
    }

    /// A stream of the connection could not write all that it has.
    pub fn fit(&self, connection: &quinn::Connection) {
        let now = Instant::now();
        let mut state = self.state.lock();
        if now - state.0 < INTERVAL {
            return;
        }
        state.0 = now;
        let window = suitable(connection.stats().path.cwnd, self.most);
        if window != state.1 {
            state.1 = window;
            connection.set_send_window(window);
        }
    }
}

fn suitable(congestion_window: u64, most: u64) -> u64 {
    congestion_window.saturating_mul(2).max(LEAST).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_twice_the_congestion_window_within_bounds() {
        assert_eq!(suitable(12_000, 1 << 20), LEAST);
        assert_eq!(suitable(100_000, 1 << 20), 200_000);
        assert_eq!(suitable(10 << 20, 1 << 20), 1 << 20);
        assert_eq!(suitable(u64::MAX, 1 << 20), 1 << 20);
        assert_eq!(suitable(1, 1000), 1000);
    }
}
