//! Stateless resets (RFC 9000, section 10.3): whoever is started again on a port tells the peers of the connections that were
//! there, of which it knows nothing, that they are gone. They need not wait for their idle timeout.

use quinn_proto::HashedConnectionIdGenerator;
use ring::hmac;
use std::sync::Arc;
use std::time::Duration;

/// Between two resets. A thousand peers of a process that is gone are to hear of it within a second; what is no packet of a
/// former connection is told by its connection ID, and not answered.
const INTERVAL: Duration = Duration::from_millis(1);

/// Of an endpoint whose resets and connection IDs are the same after the next start with this key.
pub fn config(key: &[u8]) -> quinn::EndpointConfig {
    let resets = hmac::Key::new(hmac::HMAC_SHA256, key);
    let ids = hmac::sign(&resets, b"connection ids");
    let ids = ids.as_ref().iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    let mut config = quinn::EndpointConfig::new(Arc::new(resets));
    config.cid_generator(move || Box::new(HashedConnectionIdGenerator::from_key(ids)));
    config.min_reset_interval(INTERVAL);
    config
}
