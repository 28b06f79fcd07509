//! What JavaScript passes in. `src/native.ts` has the same shapes.

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

/// Of an engine. Bytes unless said; see `CarrierLimits` of the transport interface.
#[napi(object)]
pub struct EngineOptions {
    /// Worker threads, 1 at least.
    pub threads: u32,
    pub high_mark: u32,
    pub low_mark: u32,
    pub max_stream_queue: u32,
    pub max_connection_queue: u32,
    pub max_connection_receive: u32,
    pub max_receive: u32,
    pub max_waiting_streams: u32,
    pub max_uni_streams: u32,
    pub max_bidi_streams: u32,
}

/// Of QUIC. Milliseconds and bytes.
#[napi(object)]
#[derive(Clone)]
pub struct QuicOptions {
    /// Silence after which a connection is lost; 0 for never.
    pub idle_timeout: u32,
    /// Interval of keep-alives; 0 for none.
    pub keep_alive: u32,
    pub max_uni_streams: u32,
    pub max_bidi_streams: u32,
    /// Flow-control window of one stream.
    pub stream_receive_window: u32,
    /// Flow-control window of all streams together.
    pub receive_window: u32,
    /// What it begins with where the peer dialled us.
    pub first_receive_window: u32,
    /// Bytes of a connection that quinn takes up before they are acknowledged.
    pub send_window: u32,
    /// "cubic", "newreno" or "bbr".
    pub congestion: String,
    /// Segmentation offload of the kernel.
    pub gso: bool,
    pub mtu_discovery: bool,
    /// UDP payload before discovery, 1200 at least.
    pub initial_mtu: u32,
    /// Datagrams that wait to be sent, and to be read; 0 switches datagrams off.
    pub datagram_buffer: u32,
}

/// A certificate chain and its key.
#[napi(object)]
pub struct CertificateOptions {
    /// Leaf first.
    pub cert: String,
    pub key: String,
}

/// Of an endpoint that listens.
#[napi(object)]
pub struct ListenOptions {
    /// Address and port, IPv6 in brackets.
    pub address: String,
    pub certificates: Vec<CertificateOptions>,
    /// In the server's order of preference; "h3" is WebTransport.
    pub alpns: Vec<String>,
    /// Authorities of client certificates, PEM; none: no client is asked for one.
    pub client_ca: Option<String>,
    pub client_cert_required: bool,
    pub quic: QuicOptions,
    /// Address validation: "never", "always", or "load" (from half of `max_connections`, or from
    /// `handshakes_before_retry` on).
    pub retry: String,
    pub handshakes_before_retry: u32,
    /// Handshakes under way; further clients are ignored, or refused when they have shown that they are who they say.
    pub max_handshakes: u32,
    /// Further connections are refused.
    pub max_connections: u32,
    /// For the handshake, and then for a WebTransport client's request; milliseconds each.
    pub handshake_timeout: u32,
    /// Kernel buffer of the socket.
    pub socket_buffer: Option<u32>,
    /// Secret of stateless resets, 16 bytes at least; none: one that ends with the endpoint.
    pub reset_key: Option<Buffer>,
}

/// Of a dial.
#[napi(object)]
pub struct DialOptions {
    /// Name or address, without brackets.
    pub host: String,
    pub port: u32,
    /// WebTransport: the whole URL. None: raw QUIC.
    pub url: Option<String>,
    /// Raw QUIC: ALPNs. WebTransport: protocols offered.
    pub protocols: Vec<String>,
    /// The name that the certificate must have; by default the host.
    pub server_name: Option<String>,
    /// Authorities, PEM, in place of the system's.
    pub ca: Option<String>,
    /// SHA-256 of acceptable leaf certificates, hexadecimal, in place of authorities.
    pub hashes: Option<Vec<String>>,
    /// Takes any certificate.
    pub insecure: bool,
    pub certificate: Option<CertificateOptions>,
    pub quic: QuicOptions,
    /// For the whole dial, milliseconds.
    pub timeout: u32,
}
