//! Errors, as text for people.

use std::error::Error;
use std::fmt::Display;

/// Why something could not be done.
#[derive(Debug)]
pub struct Failure {
    pub reason: String,
    /// The HTTP status that the peer gave, if any.
    pub status: Option<u16>,
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub fn new(reason: impl Display) -> Failure {
        Failure { reason: reason.to_string(), status: None }
    }

    /// Says what was being done.
    pub fn of(what: &str, error: impl Display) -> Failure {
        Failure::new(format!("{what}: {error}"))
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::new(error)
    }
}

impl From<Failure> for napi::Error {
    fn from(failure: Failure) -> napi::Error {
        napi::Error::from_reason(failure.reason)
    }
}
