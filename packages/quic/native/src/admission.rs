//! Who may begin a handshake: half-open connections cost memory and processor time, and their addresses may be made up.

use crate::error::{Failure, Result};
use crate::options::ListenOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// When a client must first show that it receives at its address (QUIC's Retry packet, RFC 9000, section 8.1.2).
#[derive(Clone, Copy, PartialEq)]
enum Retry {
    Never,
    Always,
    Load,
}

/// What is done with a first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Serve,
    Retry,
    /// The client is told.
    Refuse,
    /// As if the packet had been lost: the client sends it again after a while, and an address that is made up gets nothing.
    Ignore,
}

/// What is known of a first packet and of its endpoint.
pub struct Newcomer {
    /// Connections of the endpoint, handshakes included.
    pub open: usize,
    /// Whether the client has shown that it receives at its address.
    pub proven: bool,
    /// Whether a Retry may be sent for this packet.
    pub may_retry: bool,
}

/// The endpoint's caps, and what has become of its clients.
pub struct Admission {
    retry: Retry,
    max_connections: usize,
    max_handshakes: usize,
    handshakes_before_retry: usize,
    handshakes: AtomicUsize,
    pub retried: AtomicU64,
    pub refused: AtomicU64,
    pub ignored: AtomicU64,
    pub timed_out: AtomicU64,
    pub completed: AtomicU64,
}

/// A handshake under way; it is over when this is dropped.
pub struct Handshake(Arc<Admission>);

impl Admission {
    pub fn new(options: &ListenOptions) -> Result<Arc<Admission>> {
        let retry = match options.retry.as_str() {
            "never" => Retry::Never,
            "always" => Retry::Always,
            "load" => Retry::Load,
            other => return Err(Failure::new(format!("unknown retry mode {other:?}"))),
        };
        Ok(Arc::new(Admission {
            retry,
            max_connections: options.max_connections as usize,
            max_handshakes: options.max_handshakes as usize,
            handshakes_before_retry: options.handshakes_before_retry as usize,
            handshakes: AtomicUsize::new(0),
            retried: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            ignored: AtomicU64::new(0),
            timed_out: AtomicU64::new(0),
            completed: AtomicU64::new(0),
        }))
    }

    /// Decides and counts; whoever is to be served begins a handshake.
    pub fn judge(&self, newcomer: &Newcomer) -> Verdict {
        let verdict = self.verdict(newcomer);
        match verdict {
            Verdict::Serve => return verdict,
            Verdict::Retry => &self.retried,
            Verdict::Refuse => &self.refused,
            Verdict::Ignore => &self.ignored,
        }
        .fetch_add(1, Ordering::Relaxed);
        verdict
    }

    fn verdict(&self, newcomer: &Newcomer) -> Verdict {
        let handshakes = self.handshakes();
        if newcomer.open >= self.max_connections {
            Verdict::Refuse
        } else if !newcomer.proven && newcomer.may_retry && self.wants_proof(newcomer.open, handshakes) {
            Verdict::Retry
        } else if handshakes < self.max_handshakes {
            Verdict::Serve
        } else if newcomer.proven {
            Verdict::Refuse
        } else {
            Verdict::Ignore
        }
    }

    fn wants_proof(&self, open: usize, handshakes: usize) -> bool {
        match self.retry {
            Retry::Never => false,
            Retry::Always => true,
            Retry::Load => open > self.max_connections / 2 || handshakes >= self.handshakes_before_retry,
        }
    }

    pub fn begin(self: &Arc<Self>) -> Handshake {
        self.handshakes.fetch_add(1, Ordering::Relaxed);
        Handshake(self.clone())
    }

    /// How many are under way.
    pub fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::Relaxed)
    }
}

impl Handshake {
    /// The client stands before the application.
    pub fn complete(self) {
        self.0.completed.fetch_add(1, Ordering::Relaxed);
    }

    /// The client has not done its part in time.
    pub fn time_out(self) {
        self.0.timed_out.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        self.0.handshakes.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(retry: Retry) -> Arc<Admission> {
        Arc::new(Admission {
            retry,
            max_connections: 10,
            max_handshakes: 4,
            handshakes_before_retry: 2,
            handshakes: AtomicUsize::new(0),
            retried: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            ignored: AtomicU64::new(0),
            timed_out: AtomicU64::new(0),
            completed: AtomicU64::new(0),
        })
    }

    fn stranger(open: usize) -> Newcomer {
        Newcomer { open, proven: false, may_retry: true }
    }

    fn proven(open: usize) -> Newcomer {
        Newcomer { open, proven: true, may_retry: false }
    }

    #[test]
    fn strangers_are_asked_for_proof_when_handshakes_pile_up_or_half_of_all_connections_are_open() {
        let admission = admission(Retry::Load);
        assert_eq!(admission.judge(&stranger(5)), Verdict::Serve);
        assert_eq!(admission.judge(&stranger(6)), Verdict::Retry);
        let _first = admission.begin();
        assert_eq!(admission.judge(&stranger(1)), Verdict::Serve);
        let second = admission.begin();
        assert_eq!(admission.judge(&stranger(2)), Verdict::Retry);
        assert_eq!(admission.judge(&proven(2)), Verdict::Serve);
        drop(second);
        assert_eq!(admission.judge(&stranger(2)), Verdict::Serve);
        assert_eq!(admission.retried.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn above_the_cap_of_handshakes_strangers_get_nothing_and_the_proven_are_told() {
        let admission = admission(Retry::Never);
        let under_way: Vec<_> = (0..4).map(|_| admission.begin()).collect();
        assert_eq!(admission.judge(&stranger(4)), Verdict::Ignore);
        assert_eq!(admission.judge(&proven(4)), Verdict::Refuse);
        under_way.into_iter().for_each(Handshake::time_out);
        assert_eq!(admission.judge(&stranger(4)), Verdict::Serve);
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        assert_eq!(
            (count(&admission.ignored), count(&admission.refused), count(&admission.timed_out)),
            (1, 1, 4)
        );
    }

    #[test]
    fn above_the_cap_of_connections_everybody_is_refused() {
        for retry in [Retry::Never, Retry::Always, Retry::Load] {
            assert_eq!(admission(retry).judge(&stranger(10)), Verdict::Refuse);
            assert_eq!(admission(retry).judge(&proven(10)), Verdict::Refuse);
        }
    }

    #[test]
    fn always_asks_every_stranger_for_proof_and_never_asks_nobody() {
        assert_eq!(admission(Retry::Always).judge(&stranger(0)), Verdict::Retry);
        assert_eq!(admission(Retry::Always).judge(&proven(0)), Verdict::Serve);
        assert_eq!(admission(Retry::Never).judge(&stranger(9)), Verdict::Serve);
    }
}
