//! A certificate that this host proves itself with, to whom it serves or to whom it asks.

use std::path::PathBuf;

use super::Secret;

/// A certificate and its private key, both in PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The file of the certificate and those that lead to its authority; read again when it
    /// changes.
    pub file: PathBuf,
    /// The certificate's private key.
    pub key: CertificateKey,
}

/// Where a certificate's private key is.
#[derive(Clone, Debug)]
pub enum CertificateKey {
    /// In a file, which is read again with the certificate's.
    File(PathBuf),
    /// Given once.
    Given(Secret),
}
