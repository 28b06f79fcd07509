//! The certificates of an endpoint, replaceable while it listens.

use crate::error::{Failure, Result};
use crate::options::CertificateOptions;
use crate::tls::provider;
use parking_lot::RwLock;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::Arc;

/// Certificates of a PEM file, in its order.
pub fn chain(pem: &str) -> Result<Vec<CertificateDer<'static>>> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Failure::of("certificate", error))?;
    if certificates.is_empty() {
        return Err(Failure::new("certificate: no certificate found in the PEM"));
    }
    Ok(certificates)
}

/// The first private key of a PEM file.
pub fn private_key(pem: &str) -> Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|error| Failure::of("private key", error))
}

fn certified(options: &CertificateOptions) -> Result<Arc<CertifiedKey>> {
    let certified = CertifiedKey::from_der(chain(&options.cert)?, private_key(&options.key)?, &provider())
        .map_err(|error| Failure::of("certificate", error))?;
    Ok(Arc::new(certified))
}

/// Chooses by the name that the client asks for.
#[derive(Debug)]
pub struct CertificateStore(RwLock<Arc<[Arc<CertifiedKey>]>>);

impl CertificateStore {
    pub fn new(options: &[CertificateOptions]) -> Result<CertificateStore> {
        Ok(CertificateStore(RwLock::new(load(options)?)))
    }

    /// Handshakes from now on get these; connections that stand are not touched.
    pub fn replace(&self, options: &[CertificateOptions]) -> Result<()> {
        *self.0.write() = load(options)?;
        Ok(())
    }
}

fn load(options: &[CertificateOptions]) -> Result<Arc<[Arc<CertifiedKey>]>> {
    if options.is_empty() {
        return Err(Failure::new("an endpoint needs a certificate"));
    }
    options.iter().map(certified).collect()
}

fn covers(certified: &CertifiedKey, name: &str) -> bool {
    let Some(leaf) = certified.cert.first() else {
        return false;
    };
    let (Ok(leaf), Ok(name)) = (ParsedCertificate::try_from(leaf), ServerName::try_from(name)) else {
        return false;
    };
    verify_server_name(&leaf, &name).is_ok()
}

impl ResolvesServerCert for CertificateStore {
    /// The first certificate that has the name, else the first of all.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let certificates = self.0.read().clone();
        let named = hello.server_name().and_then(|name| certificates.iter().find(|one| covers(one, name)));
        named.or(certificates.first()).cloned()
    }
}
