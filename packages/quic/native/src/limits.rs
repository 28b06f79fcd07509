//! The caps that an engine was given.

use crate::options::EngineOptions;

/// See `CarrierLimits` of the transport interface; bytes, and streams.
pub struct Limits {
    pub high_mark: usize,
    pub low_mark: usize,
    pub max_stream_queue: usize,
    pub max_connection_queue: usize,
    pub max_connection_receive: usize,
    pub max_receive: usize,
    pub max_waiting_streams: usize,
    pub max_uni_streams: u32,
    pub max_bidi_streams: u32,
}

impl From<&EngineOptions> for Limits {
    fn from(options: &EngineOptions) -> Limits {
        Limits {
            high_mark: options.high_mark as usize,
            low_mark: options.low_mark as usize,
            max_stream_queue: options.max_stream_queue as usize,
            max_connection_queue: options.max_connection_queue as usize,
            max_connection_receive: options.max_connection_receive as usize,
            max_receive: options.max_receive as usize,
            max_waiting_streams: options.max_waiting_streams as usize,
            max_uni_streams: options.max_uni_streams,
            max_bidi_streams: options.max_bidi_streams,
        }
    }
}
