//! TLS 1.3 for servers and clients.

use crate::certificates::{CertificateStore, chain, private_key};
use crate::error::{Failure, Result};
use crate::options::DialOptions;
use crate::verify::{Pins, TakeAny};
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig, version::TLS13};
use std::sync::Arc;

pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn authorities(pem: &str) -> Result<Arc<RootCertStore>> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(pem)? {
        roots.add(certificate)?;
    }
    Ok(Arc::new(roots))
}

fn system_authorities() -> Result<Arc<RootCertStore>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Failure::new("this system has no certificate authorities; name one"));
    }
    Ok(Arc::new(roots))
}

/// `client_ca`: authorities of client certificates, and whether every client must have one.
pub fn server(
    certificates: Arc<CertificateStore>,
    alpns: &[String],
    client_ca: Option<(&str, bool)>,
) -> Result<QuicServerConfig> {
    let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13])?;
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some((pem, required)) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(authorities(pem)?, provider());
            let verifier = if required { verifier } else { verifier.allow_unauthenticated() };
            builder.with_client_cert_verifier(verifier.build()?)
        }
    };
    let mut config = builder.with_cert_resolver(certificates);
    config.alpn_protocols = alpns.iter().map(|alpn| alpn.as_bytes().to_vec()).collect();
    Ok(config.try_into()?)
}

/// Trusts, in this order: anybody, the pinned certificates, the given authorities, the system's.
pub fn client(options: &DialOptions, alpns: &[String]) -> Result<QuicClientConfig> {
    let builder = ClientConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13])?;
    let builder = match (options.insecure, &options.hashes, &options.ca) {
        (true, _, _) => custom(builder, Arc::new(TakeAny::default())),
        (_, Some(hashes), _) => custom(builder, Arc::new(Pins::new(hashes)?)),
        (_, _, Some(pem)) => builder.with_root_certificates(authorities(pem)?),
        _ => builder.with_root_certificates(system_authorities()?),
    };
    let mut config = match &options.certificate {
        Some(own) => builder.with_client_auth_cert(chain(&own.cert)?, private_key(&own.key)?)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpns.iter().map(|alpn| alpn.as_bytes().to_vec()).collect();
    Ok(config.try_into()?)
}

type Verifying = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;
type Verified = rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>;

fn custom(builder: Verifying, verifier: Arc<dyn ServerCertVerifier>) -> Verified {
    builder.dangerous().with_custom_certificate_verifier(verifier)
}
