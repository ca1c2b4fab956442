//! What is in a connector's file.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use data_encoding::HEXLOWER;

/// The bytes of a file and their digest: a connector may have megabytes of them, which are hashed
/// once and where nothing waits. Cheap to clone.
#[derive(Clone)]
pub struct Content {
    bytes: Bytes,
    digest: String,
}

impl Content {
    /// Hashes the bytes, which takes its time.
    pub fn new(bytes: Bytes) -> Self {
        let digest = digest_of(&bytes);
        Self { bytes, digest }
    }

    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Their SHA-256, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// The SHA-256 of a file's bytes, in hexadecimal.
pub fn digest_of(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}
