//! quinn's transport configuration.

use crate::error::{Failure, Result};
use crate::options::QuicOptions;
use quinn::{IdleTimeout, MtuDiscoveryConfig, TransportConfig, VarInt, congestion};
use std::sync::Arc;
use std::time::Duration;

pub fn transport(options: &QuicOptions) -> Result<Arc<TransportConfig>> {
    let mut config = TransportConfig::default();
    config
        .max_idle_timeout(idle_timeout(options.idle_timeout)?)
        .keep_alive_interval(duration(options.keep_alive))
        .max_concurrent_uni_streams(options.max_uni_streams.into())
        .max_concurrent_bidi_streams(options.max_bidi_streams.into())
        .stream_receive_window(options.stream_receive_window.into())
        .receive_window(options.receive_window.into())
        .send_window(options.send_window.into())
        .enable_segmentation_offload(options.gso)
        .mtu_discovery_config(options.mtu_discovery.then(MtuDiscoveryConfig::default))
        .initial_mtu(options.initial_mtu.clamp(1200, 65_527) as u16)
        .datagram_receive_buffer_size(
            (options.datagram_buffer > 0).then_some(options.datagram_buffer as usize),
        )
        .datagram_send_buffer_size(options.datagram_buffer as usize);
    match options.congestion.as_str() {
        "cubic" => config.congestion_controller_factory(Arc::new(congestion::CubicConfig::default())),
        "newreno" => config.congestion_controller_factory(Arc::new(congestion::NewRenoConfig::default())),
        "bbr" => config.congestion_controller_factory(Arc::new(congestion::BbrConfig::default())),
        other => return Err(Failure::new(format!("unknown congestion controller {other:?}"))),
    };
    Ok(Arc::new(config))
}

fn duration(milliseconds: u32) -> Option<Duration> {
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds.into()))
}

fn idle_timeout(milliseconds: u32) -> Result<Option<IdleTimeout>> {
    Ok(duration(milliseconds).map(IdleTimeout::try_from).transpose()?)
}

/// HTTP/3 itself takes one stream of each kind, which the application does not count.
pub fn make_room_for_http3(connection: &quinn::Connection, options: &QuicOptions) {
    connection.set_max_concurrent_uni_streams(VarInt::from_u32(options.max_uni_streams.saturating_add(1)));
    connection.set_max_concurrent_bi_streams(VarInt::from_u32(options.max_bidi_streams.saturating_add(1)));
}
