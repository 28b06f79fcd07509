//! quinn's transport configuration.

use crate::allowance;
use crate::error::{Failure, Result};
use crate::options::QuicOptions;
use crate::send_window;
use quinn::congestion::ControllerFactory;
use quinn::{IdleTimeout, MtuDiscoveryConfig, TransportConfig, VarInt, congestion};
use std::sync::Arc;
use std::time::Duration;

/// HTTP/3 itself takes one stream of each kind, which the application does not count.
const HTTP3_STREAMS: u32 = 1;

/// `http3_only`: no connection will be raw QUIC. `window`: what the peer may have under way to us at first, bytes.
pub fn transport(options: &QuicOptions, http3_only: bool, window: u32) -> Result<Arc<TransportConfig>> {
    let extra = if http3_only { HTTP3_STREAMS } else { 0 };
    let mut config = TransportConfig::default();
    config
        .max_idle_timeout(idle_timeout(options.idle_timeout)?)
        .keep_alive_interval(duration(options.keep_alive))
        .max_concurrent_uni_streams((options.max_uni_streams.min(allowance::INITIAL) + extra).into())
        .max_concurrent_bidi_streams((options.max_bidi_streams.min(allowance::INITIAL) + extra).into())
        .stream_receive_window(options.stream_receive_window.into())
        .receive_window(window.into())
        .send_window(options.send_window.min(send_window::FIRST).into())
        .enable_segmentation_offload(options.gso)
        .mtu_discovery_config(options.mtu_discovery.then(MtuDiscoveryConfig::default))
        .initial_mtu(options.initial_mtu.clamp(1200, 65_527) as u16)
        .datagram_receive_buffer_size(
            (options.datagram_buffer > 0).then_some(options.datagram_buffer as usize),
        )
        .datagram_send_buffer_size(options.datagram_buffer as usize);
    config.congestion_controller_factory(congestion_control(&options.congestion)?);
    Ok(Arc::new(config))
}

fn congestion_control(name: &str) -> Result<Arc<dyn ControllerFactory + Send + Sync>> {
    Ok(match name {
        "cubic" => Arc::new(congestion::CubicConfig::default()),
        "newreno" => Arc::new(congestion::NewRenoConfig::default()),
        "bbr" => Arc::new(congestion::BbrConfig::default()),
        other => return Err(Failure::new(format!("unknown congestion controller {other:?}"))),
    })
}

fn duration(milliseconds: u32) -> Option<Duration> {
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds.into()))
}

fn idle_timeout(milliseconds: u32) -> Result<Option<IdleTimeout>> {
    Ok(duration(milliseconds).map(IdleTimeout::try_from).transpose()?)
}

/// For a connection of an endpoint that serves raw QUIC too, once it is known to be HTTP/3. quinn tells the peer when this,
/// or what has been given back, makes an eighth of all.
pub fn make_room_for_http3(connection: &quinn::Connection, options: &QuicOptions) {
    allow_uni(connection, options.max_uni_streams.min(allowance::INITIAL), true);
    allow_bidi(connection, options.max_bidi_streams.min(allowance::INITIAL), true);
}

pub fn allow_uni(connection: &quinn::Connection, count: u32, http3: bool) {
    connection.set_max_concurrent_uni_streams(with_http3(count, http3));
}

pub fn allow_bidi(connection: &quinn::Connection, count: u32, http3: bool) {
    connection.set_max_concurrent_bi_streams(with_http3(count, http3));
}

fn with_http3(count: u32, http3: bool) -> VarInt {
    VarInt::from_u32(count.saturating_add(if http3 { HTTP3_STREAMS } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn makes<C: 'static>(name: &str) -> bool {
        let controller = congestion_control(name).unwrap().build(Instant::now(), 1200);
        controller.into_any().downcast::<C>().is_ok()
    }

    #[test]
    fn each_name_of_a_congestion_control_makes_it() {
        assert!(makes::<congestion::Cubic>("cubic"));
        assert!(makes::<congestion::NewReno>("newreno"));
        assert!(makes::<congestion::Bbr>("bbr"));
    }

    #[test]
    fn a_congestion_control_that_is_unknown_is_refused_by_name() {
        let failure = congestion_control("Cubic").err().unwrap();
        assert_eq!(failure.reason, "unknown congestion controller \"Cubic\"");
    }
}
