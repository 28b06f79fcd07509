//! From a QUIC connection to a session that JavaScript knows.

use crate::core::Core;
use crate::door::Door;
use crate::error::Failure;
use crate::events::{Event, Kind};
use crate::options::QuicOptions;
use crate::session::Info;
use crate::slab::Handle;
use quinn::crypto::rustls::HandshakeData;
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use web_transport_quinn as wt;

/// The protocol that TLS agreed on; "" for none.
pub fn alpn(connection: &quinn::Connection) -> String {
    let data = connection.handshake_data().and_then(|data| data.downcast::<HandshakeData>().ok());
    let protocol = data.and_then(|data| data.protocol).unwrap_or_default();
    String::from_utf8_lossy(&protocol).into_owned()
}

/// What the QUIC connection itself tells.
pub fn info(connection: &quinn::Connection) -> Info {
    let chain = connection.peer_identity().and_then(|any| any.downcast::<Vec<CertificateDer>>().ok());
    let certificates = chain.map(|chain| chain.iter().map(|certificate| certificate.to_vec()).collect());
    let mut remote = connection.remote_address();
    // An IPv4 peer of a socket for both families.
    remote.set_ip(remote.ip().to_canonical());
    Info { remote: remote.to_string(), certificates: certificates.unwrap_or_default(), ..Info::default() }
}

/// Announces a connection and serves it to its end.
pub async fn stand(
    core: &Arc<Core>,
    handle: Handle,
    connection: wt::Session,
    info: Info,
    options: &QuicOptions,
) {
    let quic: quinn::Connection = (*connection).clone();
    let Some(session) = core.establish(handle, connection, info, options) else {
        // Cancelled at the last moment.
        return quic.close(0u32.into(), b"");
    };
    core.events.push(Event::new(Kind::Session, handle, 0, 0));
    session.run().await;
}

/// Announces that there will be no connection; nothing, when the door was cancelled.
pub fn fail(core: &Core, door: Option<&Door>, failure: Failure) {
    let Some(door) = door else { return };
    if core.remove_session(door.handle) {
        let status = failure.status.unwrap_or(0).into();
        core.events.push(Event::new(Kind::Failed, door.handle, status, 0).with_text(failure.reason));
    }
}

/// What a request asks for.
pub fn path_and_query(url: &url::Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// Whom it asks; without the port where that is the usual one.
pub fn authority(url: &url::Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    }
}
