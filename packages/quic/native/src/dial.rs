//! Dialling: name resolution, one attempt after the other, HTTP/3 where wanted.

use crate::core::Core;
use crate::door::Door;
use crate::error::{Failure, Result};
use crate::options::DialOptions;
use crate::session::Info;
use crate::slab::Handle;
use crate::{handshake, quic, tls};
use quinn::ClientConfig;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use web_transport_quinn as wt;

/// The head start of one address over the next.
const HEAD_START: Duration = Duration::from_millis(250);

/// Starts a dial; its end is an event for the handle.
pub fn dial(core: &Arc<Core>, options: DialOptions) -> Result<Handle> {
    core.ensure_open()?;
    let _runtime = core.enter();
    let alpns = if options.url.is_some() { vec![wt::ALPN.to_owned()] } else { options.protocols.clone() };
    let mut config = ClientConfig::new(Arc::new(tls::client(&options, &alpns)?));
    config.transport_config(quic::transport(
        &options.quic,
        options.url.is_some(),
        options.quic.receive_window,
    )?);
    let door = core
        .add_door(|handle| Arc::new(Door::dial(handle)))
        .ok_or_else(|| Failure::new("too many connections"))?;
    let handle = door.handle;
    core.spawn(run(core.clone(), door, options, config));
    Ok(handle)
}

async fn run(core: Arc<Core>, door: Arc<Door>, options: DialOptions, config: ClientConfig) {
    let time = Duration::from_millis(options.timeout.into());
    let result = tokio::select! {
        // Whoever cancels has removed the handle.
        () = door.cancelled() => return,
        result = timeout(time, establish(&core, &options, config)) => result,
    };
    match result {
        Ok(Ok((session, info))) => handshake::stand(&core, door.handle, session, info, &options.quic).await,
        Ok(Err(failure)) => handshake::fail(&core, Some(&door), failure),
        Err(_) => handshake::fail(&core, Some(&door), Failure::new("timed out")),
    }
}

async fn establish(
    core: &Arc<Core>,
    options: &DialOptions,
    config: ClientConfig,
) -> Result<(wt::Session, Info)> {
    let addresses = resolve(&options.host, options.port).await?;
    let name = options.server_name.as_ref().unwrap_or(&options.host);
    let connection = race(core, addresses, config, name).await?;
    let mut info = handshake::info(&connection);
    info.dialled = true;
    if options.insecure {
        // Nobody has verified them.
        info.certificates.clear();
    }
    let Some(url) = &options.url else {
        info.protocol = handshake::alpn(&connection);
        info.offers.clone_from(&options.protocols);
        return Ok((wt::Session::raw(connection), info));
    };
    let url = url::Url::parse(url)?;
    info.path = handshake::path_and_query(&url);
    info.authority = handshake::authority(&url);
    let request = wt::proto::ConnectRequest::new(url).with_protocols(options.protocols.clone());
    let session = wt::Session::connect(connection, request).await.map_err(refused)?;
    info.webtransport = true;
    info.protocol = session.protocol().unwrap_or_default().to_owned();
    info.offers.clone_from(&options.protocols);
    Ok((session, info))
}

fn refused(error: wt::ClientError) -> Failure {
    use wt::proto::ConnectError::WrongStatus;
    let status = match &error {
        wt::ClientError::HttpError(wt::ConnectError::ErrorStatus(status)) => status.as_u16(),
        wt::ClientError::HttpError(wt::ConnectError::ProtoError(WrongStatus(Some(status)))) => {
            status.as_u16()
        }
        _ => return Failure::new(error),
    };
    Failure { reason: format!("the server answered with status {status}"), status: Some(status) }
}

/// All addresses of a name, the families in turns, beginning with that which the system prefers.
async fn resolve(host: &str, port: u32) -> Result<VecDeque<SocketAddr>> {
    let port = u16::try_from(port).map_err(|_| Failure::new(format!("no such port: {port}")))?;
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| Failure::of(host, error))?;
    let addresses = in_turns(found.collect());
    if addresses.is_empty() {
        return Err(Failure::of(host, "the name has no address"));
    }
    Ok(addresses)
}

fn in_turns(found: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_ipv4 = found.first().is_some_and(SocketAddr::is_ipv4);
    let (preferred, other): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| address.is_ipv4() == first_is_ipv4);
    let mut other = other.into_iter();
    let mut addresses = VecDeque::new();
    for address in preferred {
        addresses.push_back(address);
        addresses.extend(other.next());
    }
    addresses.extend(other);
    addresses
}

/// The first address that answers: each has a head start over the next, which a failure cuts short.
async fn race(
    core: &Arc<Core>,
    mut addresses: VecDeque<SocketAddr>,
    config: ClientConfig,
    name: &str,
) -> Result<quinn::Connection> {
    let mut attempts = JoinSet::new();
    let mut failure = None;
    loop {
        if let Some(address) = addresses.pop_front() {
            attempts.spawn(attempt(core.clone(), address, config.clone(), name.to_owned()));
        }
        let wait = if addresses.is_empty() { Duration::MAX } else { HEAD_START };
        match timeout(wait, attempts.join_next()).await {
            // The next address has its turn.
            Err(_) => {}
            Ok(Some(Ok(Ok(connection)))) => return Ok(connection),
            Ok(Some(Ok(Err(reason)))) => {
                failure.get_or_insert(reason);
            }
            Ok(Some(Err(_)) | None) => {}
        }
        if attempts.is_empty() && addresses.is_empty() {
            return Err(failure.unwrap_or_else(|| Failure::new("no address could be tried")));
        }
    }
}

async fn attempt(
    core: Arc<Core>,
    address: SocketAddr,
    config: ClientConfig,
    name: String,
) -> Result<quinn::Connection> {
    let connecting = core.dialer(address)?.connect_with(config, address, &name);
    let connection = connecting.map_err(|error| Failure::of(&address.to_string(), error))?.await;
    connection.map_err(|error| Failure::of(&address.to_string(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(addresses: &[&str]) -> Vec<String> {
        let parsed = addresses.iter().map(|text| text.parse().unwrap()).collect();
        in_turns(parsed).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_families_are_tried_in_turns() {
        let found = ["[::1]:1", "[::2]:1", "[::3]:1", "1.0.0.1:1"];
        assert_eq!(order(&found), ["[::1]:1", "1.0.0.1:1", "[::2]:1", "[::3]:1"]);
        assert_eq!(order(&["1.0.0.1:1", "[::1]:1", "[::2]:1"]), ["1.0.0.1:1", "[::1]:1", "[::2]:1"]);
        assert!(order(&[]).is_empty());
    }
}
