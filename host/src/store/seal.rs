//! Sealing what a store holds of patients: AES-256-GCM, a key a connection, wrapped by an outer key.
//!
//! Who has the disk but not the outer key reads nothing; whose connection's key is destroyed is
//! gone, wherever copies of the disk are. Two things would break GCM, and cannot come about:
//!
//! - *A nonce used twice with one key.* Nonces are counted, and a counter that a crash or a
//!   restored backup sets back would count them again. So nothing is sealed with a connection's key
//!   itself: each time it is taken up, it draws 96 random bits, and derives (HKDF-SHA256) a key
//!   that counts from zero and is never used by a later process. Every value says those bits and
//!   its count. Two of 2^40 starts draw the same bits with a chance below 2^-16.
//! - *A value in another's place.* What is sealed with it unread (AAD) is its kind and its place,
//!   and its key is that of its connection alone: a value that is moved does not open. One that is
//!   put back where it stood once does, as nothing on a disk can tell.

mod key;
mod outer;
mod source;

pub(crate) use self::key::{GROWTH, Key, Kind, Number, number};
pub(crate) use self::source::is_private;
pub use self::{outer::OuterKey, source::KeySource};

/// Why a text is no outer key. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 random bytes in base64 or hex, as of `openssl rand -base64 32`")]
pub struct NoKey;

/// A value that does not open: it is damaged, or was sealed for another connection or place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unopened;
