//! Checks of a server's certificate that need no authority.

use crate::error::{Failure, Result};
use crate::tls::provider;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::Arc;

/// The peer must prove that it has the key of its certificate, whichever that is.
macro_rules! prove_possession {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> std::result::Result<HandshakeSignatureValid, Error> {
            verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> std::result::Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.signature_verification_algorithms.supported_schemes()
        }
    };
}

/// Takes any certificate: for development.
#[derive(Debug)]
pub struct TakeAny(Arc<CryptoProvider>);

impl Default for TakeAny {
    fn default() -> Self {
        TakeAny(provider())
    }
}

impl ServerCertVerifier for TakeAny {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    prove_possession!();
}

/// Takes the certificates whose SHA-256 is known, whatever their name.
#[derive(Debug)]
pub struct Pins(Arc<CryptoProvider>, Vec<[u8; 32]>);

impl Pins {
    /// `hashes` are hexadecimal; colons are passed over.
    pub fn new(hashes: &[String]) -> Result<Pins> {
        let pins = hashes.iter().map(|hash| {
            parse_hash(hash).ok_or_else(|| Failure::new(format!("not a SHA-256 in hexadecimal: {hash:?}")))
        });
        Ok(Pins(provider(), pins.collect::<Result<_>>()?))
    }
}

fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|char| *char != ':')
        .map(|char| char.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> =
        digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

impl ServerCertVerifier for Pins {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        let digest = ring::digest::digest(&ring::digest::SHA256, leaf);
        if self.1.iter().any(|pin| pin[..] == *digest.as_ref()) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    prove_possession!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_64_digits_with_or_without_colons() {
        let plain = "00ff".repeat(16);
        let colons: Vec<&str> = (0..32).map(|i| &plain[i * 2..i * 2 + 2]).collect();
        let parsed = parse_hash(&plain).unwrap();
        assert_eq!((parsed[0], parsed[1]), (0, 255));
        assert_eq!(parse_hash(&colons.join(":").to_uppercase()), Some(parsed));
        assert_eq!(parse_hash("00ff"), None);
        assert_eq!(parse_hash(&"zz".repeat(32)), None);
        assert_eq!(parse_hash(&format!("{plain}0")), None);
    }
}
