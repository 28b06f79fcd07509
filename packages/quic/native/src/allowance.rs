//! How many streams the peer may have open. quinn keeps a place for each of them from the start, some 55 bytes, so that ten
//! thousand of each kind would cost a megabyte a connection. The peer is allowed few at first, and more as it opens them.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Streams of each kind that are allowed at first, where the limit is not lower.
pub const INITIAL: u32 = 128;

/// The allowance for one kind of stream.
pub struct Allowance {
    allowed: AtomicU32,
    limit: AtomicU32,
    /// The peer is no stranger: it gets more whatever others use.
    assured: AtomicBool,
}

impl Allowance {
    pub fn new(limit: u32) -> Allowance {
        Allowance {
            allowed: AtomicU32::new(limit.min(INITIAL)),
            limit: AtomicU32::new(limit),
            assured: AtomicBool::new(false),
        }
    }

    /// From now on up to `limit` are allowed, if that is more than before, and others' use does not count: strangers that
    /// hold many streams must not slow down a peer that is known. With this many open, what it may have now, if that is more.
    pub fn assure(&self, limit: u32, open: usize) -> Option<u32> {
        self.assured.store(true, Ordering::Relaxed);
        let limit = self.limit.fetch_max(limit, Ordering::Relaxed).max(limit);
        let wanted = u32::try_from(open).unwrap_or(u32::MAX).saturating_mul(2).max(INITIAL).min(limit);
        (wanted > self.allowed.fetch_max(wanted, Ordering::Relaxed)).then_some(wanted)
    }

    /// With this many open the peer may have so many, if that is more than before: twice as many once half are in use, and
    /// while there is `plenty` for all, unless it is assured of them.
    pub fn raise(&self, open: usize, plenty: impl FnOnce() -> bool) -> Option<u32> {
        let allowed = self.allowed.load(Ordering::Relaxed);
        let limit = self.limit.load(Ordering::Relaxed);
        if allowed >= limit || open < allowed as usize / 2 {
            return None;
        }
        if !self.assured.load(Ordering::Relaxed) && !plenty() {
            return None;
        }
        let more = allowed.saturating_mul(2).min(limit);
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

    #[test]
    fn who_is_assured_of_more_gets_it_at_once_and_although_there_is_not_plenty() {
        let allowance = Allowance::new(10);
        assert_eq!(allowance.assure(1000, 10), Some(INITIAL));
        assert_eq!(allowance.raise(64, || false), Some(256));
        assert_eq!(allowance.raise(128, || false), Some(512));
        assert_eq!(allowance.raise(256, || false), Some(1000));
        assert_eq!(allowance.raise(1000, || true), None);
    }

    #[test]
    fn to_be_assured_of_less_takes_nothing_away() {
        let allowance = Allowance::new(300);
        assert_eq!(allowance.raise(64, || true), Some(256));
        assert_eq!(allowance.assure(100, 256), Some(300));
        assert_eq!(allowance.assure(100, 300), None);
    }
}
