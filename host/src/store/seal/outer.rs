//! The key that wraps the keys of connections, and that the user keeps.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac, rand,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use secrecy::{ExposeSecret, SecretBox};

use super::{
    NoKey, Unopened,
    key::{Key, Number},
};
use crate::config::Secret;

/// A key of 32 bytes, used a few times a connection: its nonces are drawn.
pub struct OuterKey {
    key: LessSafeKey,
    id: String,
}

const NONCE: usize = 12;

impl OuterKey {
    /// Reads 32 bytes in base64 or hex.
    ///
    /// # Errors
    /// Where it is anything else.
    pub fn parse(text: &Secret) -> Result<Self, NoKey> {
        let text = text.expose().trim().as_bytes();
        let bytes = match text.len() {
            64 => HEXLOWER_PERMISSIVE.decode(text).ok(),
            _ => BASE64_STANDARD.decode(text).ok(),
        };
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let bytes = SecretBox::new(Box::new(bytes.ok_or(NoKey)?));
        Self::of(&bytes).ok_or(NoKey)
    }

    /// A new key, and its text.
    pub(crate) fn generate() -> Result<(Self, Secret), NoKey> {
        let mut bytes = SecretBox::<[u8; 32]>::default();
        rand::fill(secrecy::ExposeSecretMut::expose_secret_mut(&mut bytes)).map_err(|_| NoKey)?;
        let key = Self::of(&bytes).ok_or(NoKey)?;
        Ok((key, Secret::new(BASE64_STANDARD.encode(bytes.expose_secret()))))
    }

    /// What people call it: eight digits that tell keys apart, and nothing of the key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Wraps a connection's key.
    pub(crate) fn wrap(&self, key: &Key, connection: &str) -> Result<Vec<u8>, Unopened> {
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce).map_err(|_| Unopened)?;
        let mut wrapped = key.root().to_vec();
        let sealed = self.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad(key.number(), connection)),
            &mut wrapped,
        );
        sealed.map_err(|_| Unopened)?;
        Ok([&nonce[..], &wrapped].concat())
    }

    /// Unwraps the key of this number and connection.
    pub(crate) fn unwrap(
        &self,
        wrapped: &[u8],
        number: Number,
        connection: &str,
    ) -> Result<Key, Unopened> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or(Unopened)?;
        let mut bytes = sealed.to_vec();
        let aad = Aad::from(aad(number, connection));
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let root = self.key.open_in_place(nonce, aad, &mut bytes).map_err(|_| Unopened)?;
        let root: Box<[u8; 32]> = Box::new((*root).try_into().map_err(|_| Unopened)?);
        bytes.fill(0);
        Key::of(number, SecretBox::new(root))
    }

    fn of(bytes: &SecretBox<[u8; 32]>) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes.expose_secret()).ok()?;
        let named = hmac::Key::new(hmac::HMAC_SHA256, bytes.expose_secret());
        let id = HEXLOWER.encode(hmac::sign(&named, b"the id of an outer key").as_ref().get(..4)?);
        Some(Self { key: LessSafeKey::new(key), id })
    }
}

impl fmt::Debug for OuterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OuterKey({})", self.id)
    }
}

fn aad(number: Number, connection: &str) -> Vec<u8> {
    [&number.0.to_be_bytes(), connection.as_bytes()].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_in_base64_or_hex() {
        let hex = "0A".repeat(32);
        let same = BASE64_STANDARD.encode([10; 32]);
        let ids = [&hex, &hex.to_lowercase(), &same, &format!("{same}\n")]
            .map(|text| OuterKey::parse(&Secret::new(text.as_str())).unwrap().id);
        assert!(ids.iter().all(|id| *id == ids[0] && id.len() == 8), "{ids:?}");
        for text in ["", "secret", &hex[2..], &BASE64_STANDARD.encode([10; 31]), &"x".repeat(64)] {
            assert!(OuterKey::parse(&Secret::new(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wrapped_key_is_of_its_connection() {
        let (outer, _) = OuterKey::generate().unwrap();
        let key = Key::new(Number(3)).unwrap();
        let wrapped = outer.wrap(&key, "general").unwrap();
        let opened = outer.unwrap(&wrapped, Number(3), "general").unwrap();
        assert_eq!(opened.fingerprint(b"x"), key.fingerprint(b"x"));
        assert!(outer.unwrap(&wrapped, Number(3), "west").is_err());
        assert!(outer.unwrap(&wrapped, Number(4), "general").is_err());
        let (other, _) = OuterKey::generate().unwrap();
        assert!(other.unwrap(&wrapped, Number(3), "general").is_err());
    }
}
