//! A socket that listens: raw QUIC and WebTransport on one port.

use crate::admission::{Admission, Handshake, Newcomer, Verdict};
use crate::certificates::CertificateStore;
use crate::core::Core;
use crate::door::{Answer, Door};
use crate::error::{Failure, Result};
use crate::events::{Event, Kind};
use crate::handshake::{self, authority, path_and_query};
use crate::options::{ListenOptions, QuicOptions};
use crate::quic;
use crate::session::Info;
use crate::slab::Handle;
use crate::{socket, tls};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;
use web_transport_quinn as wt;

/// For the application to answer a request.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// For the answer to a rejected request to arrive, before the connection is closed.
const REJECTION_TIME: Duration = Duration::from_secs(1);

/// Raw QUIC has no statuses: a client that is turned away sees "unauthorized".
const UNAUTHORIZED: u32 = 2;

/// HTTP/3's codes: nothing wrong; the request was not fit.
const H3_NO_ERROR: u32 = 0x100;
const H3_GENERAL_PROTOCOL_ERROR: u32 = 0x101;

pub struct Endpoint {
    pub handle: Handle,
    pub quic: quinn::Endpoint,
    certificates: Arc<CertificateStore>,
    options: QuicOptions,
    http3_only: bool,
    pub admission: Arc<Admission>,
    handshake_timeout: Duration,
    closed: Notify,
}

impl Endpoint {
    /// Binds and listens.
    pub fn listen(core: &Arc<Core>, options: &ListenOptions) -> Result<Arc<Endpoint>> {
        core.ensure_open()?;
        let _runtime = core.enter();
        let admission = Admission::new(options)?;
        let certificates = Arc::new(CertificateStore::new(&options.certificates)?);
        let client_ca = options.client_ca.as_deref().map(|pem| (pem, options.client_cert_required));
        let crypto = tls::server(certificates.clone(), &options.alpns, client_ca)?;
        let mut config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
        let http3_only = options.alpns.iter().all(|alpn| alpn == wt::ALPN);
        let window = options.quic.receive_window.min(options.quic.first_receive_window);
        config.transport_config(quic::transport(&options.quic, http3_only, window)?);
        let address: SocketAddr = options
            .address
            .parse()
            .map_err(|_| Failure::new(format!("not an address and port: {:?}", options.address)))?;
        let buffer = options.socket_buffer.map(|bytes| bytes as usize);
        let quic = socket::server(address, config, buffer, options.reset_key.as_deref())
            .map_err(|error| Failure::of(&format!("udp {address}"), error))?;
        let endpoint = core.add_endpoint(|handle| Endpoint {
            handle,
            quic,
            certificates,
            options: options.quic.clone(),
            http3_only,
            admission,
            handshake_timeout: Duration::from_millis(options.handshake_timeout.into()),
            closed: Notify::new(),
        });
        let endpoint = endpoint.ok_or_else(|| Failure::new("too many endpoints"))?;
        let accepting = endpoint.clone();
        let shared = core.clone();
        core.spawn(async move {
            tokio::select! {
                () = accepting.accept(shared) => {}
                () = accepting.closed.notified() => {}
            }
        });
        Ok(endpoint)
    }

    pub fn certificates(&self) -> &CertificateStore {
        &self.certificates
    }

    /// No new connections; those that stand go on.
    pub fn close(&self) {
        self.quic.set_server_config(None);
        self.closed.notify_one();
    }

    async fn accept(self: &Arc<Self>, core: Arc<Core>) {
        while let Some(incoming) = self.quic.accept().await {
            let newcomer = Newcomer {
                open: self.quic.open_connections(),
                proven: incoming.remote_address_validated(),
                may_retry: incoming.may_retry(),
            };
            match self.admission.judge(&newcomer) {
                Verdict::Serve => {
                    let handshake = self.admission.begin();
                    core.spawn(self.clone().serve(core.clone(), incoming, handshake));
                }
                // Fails only for an address that is validated.
                Verdict::Retry => drop(incoming.retry()),
                Verdict::Refuse => incoming.refuse(),
                Verdict::Ignore => incoming.ignore(),
            }
        }
    }

    async fn serve(self: Arc<Self>, core: Arc<Core>, incoming: quinn::Incoming, handshake: Handshake) {
        let Ok(connecting) = incoming.accept() else { return };
        let connection = match timeout(self.handshake_timeout, connecting).await {
            Ok(Ok(connection)) => connection,
            // It has failed by itself.
            Ok(Err(_)) => return,
            Err(_) => return handshake.time_out(),
        };
        let alpn = handshake::alpn(&connection);
        let mut info = handshake::info(&connection);
        if alpn == wt::ALPN {
            if !self.http3_only {
                quic::make_room_for_http3(&connection, &self.options);
            }
            self.serve_webtransport(core, connection, info, handshake).await;
        } else {
            handshake.complete();
            info.offers = vec![alpn];
            self.serve_raw(core, connection, info).await;
        }
    }

    /// Announces the client and waits for the answer; None when there will be none.
    async fn ask(
        &self,
        core: &Core,
        connection: &quinn::Connection,
        info: Info,
    ) -> (Option<Arc<Door>>, Option<Answer>) {
        let mut receiver = None;
        let door = core.add_door(|handle| {
            let (door, answer) = Door::request(handle, info);
            receiver = Some(answer);
            Arc::new(door)
        });
        let (Some(door), Some(receiver)) = (door, receiver) else {
            return (None, None);
        };
        core.events.push(Event::new(Kind::Request, door.handle, self.handle, 0));
        let answer = tokio::select! {
            answer = receiver => answer.ok(),
            _ = connection.closed() => None,
            () = tokio::time::sleep(ANSWER_TIME) => None,
        };
        (Some(door), answer)
    }

    async fn serve_raw(&self, core: Arc<Core>, connection: quinn::Connection, info: Info) {
        let (door, answer) = self.ask(&core, &connection, info).await;
        match (door, answer) {
            (Some(door), Some(Answer::Accept(protocol))) => {
                let info = Info { protocol, ..door.info.clone() };
                handshake::stand(&core, door.handle, wt::Session::raw(connection), info, &self.options).await;
            }
            (door, answer) => {
                connection.close(UNAUTHORIZED.into(), b"");
                handshake::fail(&core, door.as_deref(), gone(answer));
            }
        }
    }

    async fn serve_webtransport(
        &self,
        core: Arc<Core>,
        connection: quinn::Connection,
        mut info: Info,
        handshake: Handshake,
    ) {
        let request = match timeout(self.handshake_timeout, wt::Request::accept(connection.clone())).await {
            Ok(Ok(request)) => request,
            late_or_wrong => {
                if late_or_wrong.is_err() {
                    handshake.time_out();
                }
                return connection.close(H3_GENERAL_PROTOCOL_ERROR.into(), b"");
            }
        };
        handshake.complete();
        info.webtransport = true;
        info.path = path_and_query(&request.url);
        info.authority = authority(&request.url);
        info.from_page = request.headers.contains_key("origin");
        info.offers.clone_from(&request.protocols);
        let (door, answer) = self.ask(&core, &connection, info).await;
        let Some(door) = door else {
            return connection.close(H3_NO_ERROR.into(), b"");
        };
        match answer {
            Some(Answer::Accept(protocol)) => {
                let response = match protocol.as_str() {
                    "" => wt::proto::ConnectResponse::OK,
                    name => wt::proto::ConnectResponse::OK.with_protocol(name),
                };
                // Writing waits for the client's flow control, which may never grant a byte.
                match timeout(self.handshake_timeout, request.respond(response)).await {
                    Ok(Ok(session)) => {
                        let info = Info { protocol, ..door.info.clone() };
                        handshake::stand(&core, door.handle, session, info, &self.options).await;
                    }
                    Ok(Err(error)) => {
                        connection.close(H3_NO_ERROR.into(), b"");
                        handshake::fail(&core, Some(&door), Failure::new(error));
                    }
                    Err(_) => {
                        connection.close(H3_NO_ERROR.into(), b"");
                        handshake::fail(
                            &core,
                            Some(&door),
                            Failure::new("the client does not take its answer"),
                        );
                    }
                }
            }
            answer => {
                let status = match answer {
                    Some(Answer::Reject(status)) => status,
                    _ => 503,
                };
                handshake::fail(&core, Some(&door), gone(answer));
                reject(request, &connection, status).await;
            }
        }
    }
}

async fn reject(request: wt::Request, connection: &quinn::Connection, status: u16) {
    let status = wt::http::StatusCode::from_u16(status).unwrap_or(wt::http::StatusCode::FORBIDDEN);
    let answered = async {
        // Fails when the client has gone; waits as long as its flow control has no room.
        drop(request.reject(status).await);
        connection.closed().await;
    };
    drop(timeout(REJECTION_TIME, answered).await);
    connection.close(H3_NO_ERROR.into(), b"");
}

fn gone(answer: Option<Answer>) -> Failure {
    match answer {
        Some(_) => Failure::new("rejected"),
        None => Failure::new("the client left before it was answered, or nobody answered"),
    }
}
