//! The keys that connectors are signed with: Ed25519 (RFC 8032), in the forms that OpenSSL knows.

use std::{fmt, str::FromStr};

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use data_encoding::HEXLOWER;
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer, pem::PemObject};

/// What the text of every public key begins with.
const PREFIX: &str = "ed25519:";
/// The bytes of a public key.
const LENGTH: usize = 32;
/// What stands before them in a `SubjectPublicKeyInfo` (RFC 8410).
const SPKI: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The bytes of a key's id: enough to find it by, and nothing is trusted for it.
const ID_LENGTH: usize = 8;

/// Why a text is no key. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither of the two forms of a public key.
    #[error(
        "a public key is written as `ed25519:` and the base64 of its 32 bytes, as `rounds \
         connector keygen` prints it"
    )]
    NotPublic,
    /// A file without a public key in it.
    #[error("this is no public key of Ed25519 in PEM (`-----BEGIN PUBLIC KEY-----`)")]
    NotPublicPem,
    /// A file with a private key where a public one is enough.
    #[error("this is a private key; a host needs the public one alone")]
    Private,
    /// A file without a private key in it.
    #[error("this is no private key in PEM (PKCS#8, `-----BEGIN PRIVATE KEY-----`)")]
    NotPrivatePem,
    /// A private key of another algorithm.
    #[error(
        "this private key is not of Ed25519; make one with `rounds connector keygen` or `openssl \
         genpkey -algorithm ed25519`"
    )]
    NotEd25519,
    /// A key that needs a passphrase, for which nobody is there to ask.
    #[error("this key is encrypted; decrypt it with `openssl pkey -in key.pem -out plain.pem`")]
    Encrypted,
    /// The machine has no random numbers.
    #[error("no key can be made on this machine")]
    NotMade,
}

/// A key's name for itself: the first bytes of its digest, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = text.len() == 2 * ID_LENGTH && text.bytes().all(is_hex);
        fits.then(|| Self(text.to_owned())).ok_or(())
    }
}

/// A key that signatures are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; LENGTH]);

impl PublicKey {
    /// Reads a public key in PEM, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// Where the text holds none, or one of another algorithm.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        if text.contains("PRIVATE KEY-----") {
            return Err(Error::Private);
        }
        let spki = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes());
        let spki = spki.map_err(|_| Error::NotPublicPem)?;
        let bytes = spki.strip_prefix(SPKI).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(Error::NotPublicPem)
    }

    /// What signatures call it.
    pub fn id(&self) -> KeyId {
        let hash = digest(&SHA256, &self.0);
        KeyId(HEXLOWER.encode(hash.as_ref().get(..ID_LENGTH).unwrap_or_default()))
    }

    /// Whether a signature of this text is this key's.
    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(text, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let encoded = text.strip_prefix(PREFIX).ok_or(Error::NotPublic)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| Error::NotPublic)?;
        bytes.try_into().map(Self).map_err(|_| Error::NotPublic)
    }
}

/// A key to sign with. Prints as dots.
pub struct PrivateKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes a key, and gives it with its text: PKCS#8 in PEM, as OpenSSL writes and reads it.
    ///
    /// # Errors
    /// [`Error::NotMade`] where the machine has no random numbers.
    pub fn generate() -> Result<(Self, String), Error> {
        // OpenSSL does not read the newer form, which holds the public key as well.
        let made = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new());
        let der = made.map_err(|_| Error::NotMade)?;
        let key = Self::from_der(der.as_ref()).ok_or(Error::NotMade)?;
        let base64 = BASE64_STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        Ok((key, pem))
    }

    /// Reads a private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// Where the text holds none, or one that cannot sign here.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        if text.contains("ENCRYPTED") {
            return Err(Error::Encrypted);
        }
        let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes());
        let der = der.map_err(|_| Error::NotPrivatePem)?;
        Self::from_der(der.secret_pkcs8_der()).ok_or(Error::NotEd25519)
    }

    fn from_der(der: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(der).ok()?;
        let public = PublicKey(pair.public_key().as_ref().try_into().ok()?);
        Some(Self { pair, public })
    }

    /// What a host verifies its signatures with.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.pair.sign(text).as_ref().to_vec()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// `openssl genpkey -algorithm ed25519`, and `openssl pkey -pubout` of it.
    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIHGvofFwqrwMrCOxrx61EPvxFMU1X6N0vMgnmEahrc3R\n\
        -----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAJGBeyKn3Vb9DK+zDicxecP994Zziyt6WZswjm23cF+s=\n\
        -----END PUBLIC KEY-----\n";

    #[test]
    fn what_openssl_writes_is_read() {
        let private = PrivateKey::from_pem(PRIVATE).unwrap();
        let public = PublicKey::from_pem(PUBLIC).unwrap();
        assert_eq!(private.public(), &public);
        assert_eq!(public.to_string().parse(), Ok(public.clone()));
        assert_eq!(public.id().to_string().parse(), Ok(public.id()));
        assert!(public.verifies(b"text", &private.sign(b"text")));
        assert!(!public.verifies(b"test", &private.sign(b"text")));
    }

    #[test]
    fn a_made_key_is_read_again() {
        let (key, pem) = PrivateKey::generate().unwrap();
        assert_eq!(PrivateKey::from_pem(&pem).unwrap().public(), key.public());
        assert_eq!(format!("{key:?}"), "PrivateKey(…)");
        let (other, _) = PrivateKey::generate().unwrap();
        assert_ne!(other.public().id(), key.public().id());
    }

    #[test]
    fn what_is_no_key_is_told() {
        let p384 = PRIVATE.replace("PRIVATE KEY", "EC PRIVATE KEY");
        for (text, expected) in [
            ("", Error::NotPrivatePem),
            (PUBLIC, Error::NotPrivatePem),
            (&p384, Error::NotPrivatePem),
            (&PRIVATE.replace("MC4C", "MC4D"), Error::NotEd25519),
            (&PRIVATE.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), Error::Encrypted),
        ] {
            assert_eq!(PrivateKey::from_pem(text).unwrap_err(), expected, "{text}");
        }
        for (text, expected) in [
            ("", Error::NotPublicPem),
            (PRIVATE, Error::Private),
            (&PUBLIC.replace("MCow", "MCox"), Error::NotPublicPem),
        ] {
            assert_eq!(PublicKey::from_pem(text), Err(expected), "{text}");
        }
        let short = format!("ed25519:{}", BASE64_STANDARD.encode([7; 31]));
        for text in ["", "ed25519:", "ed25519:%%", &short, "rsa:AAAA"] {
            assert_eq!(text.parse::<PublicKey>(), Err(Error::NotPublic), "{text}");
        }
    }
}
