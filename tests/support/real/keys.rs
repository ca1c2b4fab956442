//! Key pairs for clients that sign in with `private_key_jwt`, made anew by every test.

use serde_json::Value;

use super::install::python;

/// A key pair: the private key as PEM (PKCS #8), the public one as a JWKS.
pub(crate) struct KeyPair {
    /// The private key.
    pub(crate) pem: String,
    /// A key set of one key, with `kid` and `alg`.
    pub(crate) jwks: Value,
    /// `ES384` or `RS384`.
    pub(crate) algorithm: &'static str,
    /// The key's id.
    pub(crate) kid: &'static str,
}

impl KeyPair {
    /// A P-384 key with the id `es-1`.
    pub(crate) fn es384() -> Self {
        Self::new("ES384", "es-1")
    }

    /// An RSA key of 2,048 bits with the id `rs-1`.
    pub(crate) fn rs384() -> Self {
        Self::new("RS384", "rs-1")
    }

    fn new(algorithm: &'static str, kid: &'static str) -> Self {
        let made = python("keys.py").args([algorithm, kid]).output().expect("keys.py runs");
        let log = String::from_utf8_lossy(&made.stderr);
        let mut pair: Value =
            serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("keys.py: {log}"));
        let pem = pair["pem"].as_str().expect("a PEM").to_owned();
        Self { pem, jwks: pair["jwks"].take(), algorithm, kid }
    }
}
