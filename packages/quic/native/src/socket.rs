//! UDP sockets.

use crate::reset;
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// Kernel buffers of each socket, bytes; the kernel may grant less (`net.core.rmem_max`).
const BUFFER: usize = 4 << 20;

/// A socket that waits for clients. `[::]` takes IPv4 too.
pub fn server(
    address: SocketAddr,
    config: quinn::ServerConfig,
    buffer: Option<usize>,
    reset_key: Option<&[u8]>,
) -> io::Result<quinn::Endpoint> {
    let common = reset_key.map_or_else(quinn::EndpointConfig::default, reset::config);
    endpoint(bound(address, buffer)?, common, Some(config))
}

/// A socket that dials.
pub fn client(address: SocketAddr) -> io::Result<quinn::Endpoint> {
    endpoint(bound(address, None)?, quinn::EndpointConfig::default(), None)
}

fn endpoint(
    socket: Socket,
    common: quinn::EndpointConfig,
    server: Option<quinn::ServerConfig>,
) -> io::Result<quinn::Endpoint> {
    quinn::Endpoint::new(common, server, socket.into(), Arc::new(quinn::TokioRuntime))
}

fn bound(address: SocketAddr, buffer: Option<usize>) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    if address.ip().is_unspecified() && address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    let buffer = buffer.unwrap_or(BUFFER);
    // A smaller buffer costs packets under load, but works.
    drop(socket.set_recv_buffer_size(buffer));
    drop(socket.set_send_buffer_size(buffer));
    socket.bind(&address.into())?;
    Ok(socket)
}
