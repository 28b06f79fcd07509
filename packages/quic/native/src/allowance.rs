//! How many streams the peer may have open. quinn keeps a place for each of them from the start, some 55 bytes, so that ten
//! thousand of each kind would cost a megabyte a connection. The peer is allowed few at first, and more as it opens them.

use std::sync::atomic::{AtomicU32, Ordering};

/// Streams of each kind that are allowed at first, where the limit is not lower.
pub const INITIAL: u32 = 128;

/// The allowance for one kind of stream.
pub struct Allowance {
    allowed: AtomicU32,
    limit: u32,
}

impl Allowance {
    pub fn new(limit: u32) -> Allowance {
        Allowance { allowed: AtomicU32::new(limit.min(INITIAL)), limit }
    }

    /// With this many open the peer may have so many, if that is more than before: twice as many once half are in use, and
    /// while there is `plenty` for all.
    pub fn raise(&self, open: usize, plenty: impl FnOnce() -> bool) -> Option<u32> {
        let allowed = self.allowed.load(Ordering::Relaxed);
        if allowed >= self.limit || open < allowed as usize / 2 || !plenty() {
            return None;
        }
        let more = allowed.saturating_mul(2).min(self.limit);
        self.allowed.store(more, Ordering::Relaxed);
        Some(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_when_half_is_in_use_up_to_the_limit() {
        let allowance = Allowance::new(300);
        assert_eq!(allowance.raise(63, || true), None);
        assert_eq!(allowance.raise(64, || true), Some(256));
        assert_eq!(allowance.raise(64, || true), None);
        assert_eq!(allowance.raise(128, || true), Some(300));
        assert_eq!(allowance.raise(300, || true), None);
    }

    #[test]
    fn it_stays_while_there_is_not_plenty() {
        let allowance = Allowance::new(300);
        assert_eq!(allowance.raise(64, || false), None);
        assert_eq!(allowance.raise(64, || true), Some(256));
    }

    #[test]
    fn a_low_limit_is_kept_from_the_start() {
        assert_eq!(Allowance::new(10).raise(10, || true), None);
    }
}
