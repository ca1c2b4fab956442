//! A connection's key.
//!
//! ```text
//!   number 4 │ salt 12 │ count 8 │ what was sealed, and its tag 16
//! ```

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
    hmac, rand,
};
use secrecy::{ExposeSecret, SecretBox};

use super::Unopened;

/// Tells the keys of a store apart. Never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Number(pub(crate) u32);

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Item = 1,
    Cursor = 2,
    Answer = 3,
    Record = 4,
    Dead = 5,
    Owing = 6,
    Front = 7,
    Receipt = 8,
    Body = 9,
}

/// What stands before the sealed bytes.
const FRONT: usize = 4 + SALT + 8;
const SALT: usize = 12;
const TAG: usize = 16;

/// How much longer a value is when it is sealed.
pub(crate) const GROWTH: usize = FRONT + TAG;

/// How many derived keys are kept for opening, before they are derived anew.
const DERIVED: usize = 1024;

/// All that is sealed of a connection is sealed by it.
pub(crate) struct Key {
    number: Number,
    root: SecretBox<[u8; 32]>,
    /// Makes of fingerprints what nobody can guess who tries all numbers.
    fingerprints: hmac::Key,
    counting: Mutex<Counting>,
    derived: Mutex<HashMap<[u8; SALT], Arc<LessSafeKey>>>,
}

/// The key that seals now.
struct Counting {
    salt: [u8; SALT],
    key: LessSafeKey,
    count: u64,
}

/// A value's number and salt, its count, and what is sealed.
struct Parts<'a> {
    salt: [u8; SALT],
    count: [u8; 8],
    sealed: &'a [u8],
}

impl Key {
    /// A key that never was.
    pub(crate) fn new(number: Number) -> Result<Self, Unopened> {
        let mut root = SecretBox::<[u8; 32]>::default();
        rand::fill(secrecy::ExposeSecretMut::expose_secret_mut(&mut root)).map_err(|_| Unopened)?;
        Self::of(number, root)
    }

    /// The key of a root.
    pub(crate) fn of(number: Number, root: SecretBox<[u8; 32]>) -> Result<Self, Unopened> {
        let prk = Salt::new(HKDF_SHA256, &[]).extract(root.expose_secret());
        let fingerprints = prk.expand(&[b"fingerprints"], hmac::HMAC_SHA256);
        let fingerprints = fingerprints.map_err(|_| Unopened)?.into();
        let counting = Mutex::new(Counting::new(&root)?);
        Ok(Self { number, root, fingerprints, counting, derived: Mutex::default() })
    }

    pub(crate) fn number(&self) -> Number {
        self.number
    }

    /// The root, for wrapping only.
    pub(super) fn root(&self) -> &[u8] {
        self.root.expose_secret()
    }

    /// Seals a value for its place.
    pub(crate) fn seal(&self, kind: Kind, place: &[u8], value: &[u8]) -> Result<Vec<u8>, Unopened> {
        let mut counting = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counting.count.to_be_bytes();
        counting.count = counting.count.checked_add(1).ok_or(Unopened)?;
        let mut bytes = Vec::with_capacity(value.len() + GROWTH);
        bytes.extend_from_slice(&self.number.0.to_le_bytes());
        bytes.extend_from_slice(&counting.salt);
        bytes.extend_from_slice(&count);
        bytes.extend_from_slice(value);
        let (_, body) = bytes.split_at_mut(FRONT);
        let aad = Aad::from(aad(kind, place));
        let tag = counting.key.seal_in_place_separate_tag(nonce(count), aad, body);
        bytes.extend_from_slice(tag.map_err(|_| Unopened)?.as_ref());
        Ok(bytes)
    }

    /// Opens a value that was sealed for this place.
    pub(crate) fn open(&self, kind: Kind, place: &[u8], value: &[u8]) -> Result<Vec<u8>, Unopened> {
        let Parts { salt, count, sealed } = parts(value).ok_or(Unopened)?;
        let key = self.derived(salt)?;
        let mut bytes = sealed.to_vec();
        let opened = key.open_in_place(nonce(count), Aad::from(aad(kind, place)), &mut bytes);
        let length = opened.map_err(|_| Unopened)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }

    /// A fingerprint that only this key makes.
    pub(crate) fn fingerprint(&self, of: &[u8]) -> [u8; 16] {
        let mut half = [0; 16];
        let whole = hmac::sign(&self.fingerprints, of);
        half.iter_mut().zip(whole.as_ref()).for_each(|(to, from)| *to = *from);
        half
    }

    fn derived(&self, salt: [u8; SALT]) -> Result<Arc<LessSafeKey>, Unopened> {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = derived.get(&salt) {
            return Ok(Arc::clone(key));
        }
        if derived.len() >= DERIVED {
            derived.clear();
        }
        let key = Arc::new(derive(&self.root, &salt)?);
        derived.insert(salt, Arc::clone(&key));
        Ok(key)
    }
}

impl Counting {
    fn new(root: &SecretBox<[u8; 32]>) -> Result<Self, Unopened> {
        let mut salt = [0; SALT];
        rand::fill(&mut salt).map_err(|_| Unopened)?;
        Ok(Self { salt, key: derive(root, &salt)?, count: 0 })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The number of the key that a value was sealed with.
pub(crate) fn number(value: &[u8]) -> Option<Number> {
    value.first_chunk().map(|number| Number(u32::from_le_bytes(*number)))
}

fn parts(value: &[u8]) -> Option<Parts<'_>> {
    let (_, rest) = value.split_first_chunk::<4>()?;
    let (salt, rest) = rest.split_first_chunk::<SALT>()?;
    let (count, sealed) = rest.split_first_chunk::<8>()?;
    Some(Parts { salt: *salt, count: *count, sealed })
}

fn derive(root: &SecretBox<[u8; 32]>, salt: &[u8]) -> Result<LessSafeKey, Unopened> {
    let prk = Salt::new(HKDF_SHA256, salt).extract(root.expose_secret());
    let key = prk.expand(&[b"values"], &AES_256_GCM).map_err(|_| Unopened)?;
    Ok(LessSafeKey::new(UnboundKey::from(key)))
}

fn nonce(count: [u8; 8]) -> Nonce {
    let [a, b, c, d, e, f, g, h] = count;
    Nonce::assume_unique_for_key([0, 0, 0, 0, a, b, c, d, e, f, g, h])
}

fn aad(kind: Kind, place: &[u8]) -> Vec<u8> {
    [&[kind as u8], place].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn key(number: u32, root: u8) -> Key {
        Key::of(Number(number), SecretBox::new(Box::new([root; 32]))).unwrap()
    }

    #[test]
    fn a_value_opens_in_its_place_only() {
        let (ours, theirs) = (key(1, 7), key(1, 8));
        let sealed = ours.seal(Kind::Item, b"place", b"MRN 4711").unwrap();
        assert_eq!(sealed.len(), 8 + GROWTH);
        assert_eq!(ours.open(Kind::Item, b"place", &sealed).unwrap(), b"MRN 4711");
        assert_eq!(ours.open(Kind::Item, b"other", &sealed), Err(Unopened), "another place");
        assert_eq!(ours.open(Kind::Dead, b"place", &sealed), Err(Unopened), "another kind");
        assert_eq!(theirs.open(Kind::Item, b"place", &sealed), Err(Unopened), "another connection");
        for at in 4..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert_eq!(ours.open(Kind::Item, b"place", &flipped), Err(Unopened), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert_eq!(ours.open(Kind::Item, b"place", &sealed[..length]), Err(Unopened));
        }
    }

    #[test]
    fn a_nonce_is_never_used_twice() {
        let mut seen = std::collections::HashSet::new();
        // As a process that starts again from the same disk would, or one from its backup.
        for _ in 0..20 {
            let again = key(1, 7);
            for _ in 0..50 {
                let sealed = again.seal(Kind::Item, b"", b"").unwrap();
                assert!(seen.insert(sealed[4..FRONT].to_vec()));
                assert_eq!(key(1, 7).open(Kind::Item, b"", &sealed).unwrap(), b"");
            }
        }
    }

    #[test]
    fn a_fingerprint_is_of_its_key() {
        assert_eq!(key(1, 7).fingerprint(b"4711"), key(2, 7).fingerprint(b"4711"));
        assert_ne!(key(1, 7).fingerprint(b"4711"), key(1, 8).fingerprint(b"4711"));
        assert!(!format!("{:?}", key(1, 7)).contains("07"));
    }
}
