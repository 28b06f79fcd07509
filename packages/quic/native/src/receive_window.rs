//! How much a client may have under way to us: little at first, more while it fills that and there is plenty.

use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What the windows of all clients have been raised by.
pub struct Raises {
    limit: u64,
    used: AtomicU64,
    /// How often there was no room for another.
    pub refused: AtomicU64,
}

impl Raises {
    pub fn new(limit: usize) -> Raises {
        Raises { limit: limit as u64, used: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    /// Bytes.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, amount: u64) -> bool {
        let room = |used: u64| used.checked_add(amount).filter(|&sum| sum <= self.limit);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok();
        if !taken {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }
}

struct State {
    window: u64,
    /// Read since then.
    read: u64,
    since: Instant,
}

/// The window of one connection. Whoever is dialled has all of it at once.
pub struct ReceiveWindow {
    first: u64,
    most: u64,
    raises: Arc<Raises>,
    state: Mutex<State>,
}

impl ReceiveWindow {
    pub fn new(first: u32, most: u32, raises: Arc<Raises>) -> ReceiveWindow {
        let state = Mutex::new(State { window: first.into(), read: 0, since: Instant::now() });
        ReceiveWindow { first: first.into(), most: most.into(), raises, state }
    }

    /// So much was read of the connection.
    pub fn read(&self, bytes: usize, connection: &quinn::Connection) {
        if self.first >= self.most {
            return;
        }
        let mut state = self.state.lock();
        state.read += bytes as u64;
        if state.read < state.window / 2 || state.window >= self.most {
            return;
        }
        let now = Instant::now();
        let took = now - std::mem::replace(&mut state.since, now);
        state.read = 0;
        let wanted = (2 * state.window).min(self.most);
        if is_short(took, connection.rtt()) && self.raises.take(wanted - state.window) {
            state.window = wanted;
            connection.set_receive_window((wanted as u32).into());
        }
    }
}

/// Whether a window of which half was filled in this time may be what holds the sender back: it may fill one in each round
/// trip, and the half of one takes it half of that. What is sent in bursts looks faster than it is, which costs little.
fn is_short(took: Duration, round_trip: Duration) -> bool {
    took <= 2 * round_trip
}

impl Drop for ReceiveWindow {
    fn drop(&mut self) {
        self.raises.used.fetch_sub(self.state.lock().window - self.first, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_windows_are_raised_by_stays_below_the_limit() {
        let raises = Raises::new(1000);
        assert!(raises.take(600));
        assert!(!raises.take(401));
        assert!(raises.take(400));
        assert_eq!((raises.used(), raises.refused.load(Ordering::Relaxed)), (1000, 1));
    }

    #[test]
    fn a_window_is_short_when_half_of_it_is_filled_within_two_round_trips() {
        assert!(is_short(Duration::from_millis(10), Duration::from_millis(20)));
        assert!(!is_short(Duration::from_millis(41), Duration::from_millis(20)));
    }
}
