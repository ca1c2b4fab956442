//! Standard Webhooks signatures: how a receiver knows that a notification is ours, and whole.
//!
//! What is signed is `{id}.{timestamp}.{body}`, with HMAC-SHA256; the header holds a signature
//! for every key, so that a receiver may change its secret without missing a notification
//! (<https://www.standardwebhooks.com>, `spec/standard-webhooks.md`).

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::config::SigningSecret;

/// The header of a notification's identifier.
pub const ID_HEADER: &str = "webhook-id";
/// The header of an attempt's time, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header of the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far an attempt's time may be from the receiver's clock, in seconds, either way.
pub const TOLERANCE: u64 = 300;

/// The version that stands before each signature, with the comma.
const VERSION: &str = "v1,";
/// A signature in base64: 32 bytes.
const SIGNATURE_LENGTH: usize = 44;
/// How many signatures of a header are looked at; more are no honest sender's.
const MOST_SIGNATURES: usize = 16;

/// A secret, made ready to sign with. Does not print.
#[derive(Clone)]
pub struct Key(hmac::Key);

/// Why a message is not taken for its sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The identifier is empty, or holds a dot, which would let it pass for another.
    #[error("the webhook-id is empty or holds a dot")]
    Id,
    /// The time is no number of seconds.
    #[error("the webhook-timestamp is no number of seconds")]
    Timestamp,
    /// The time is too long ago.
    #[error("the webhook-timestamp is too old")]
    TooOld,
    /// The time is too far ahead.
    #[error("the webhook-timestamp is too new")]
    TooNew,
    /// No signature fits.
    #[error("no webhook-signature fits")]
    Mismatch,
}

impl Key {
    /// A key of these bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn tag(&self, id: &str, timestamp: &str, body: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            context.update(part);
        }
        context.sign()
    }
}

impl From<&SigningSecret> for Key {
    fn from(secret: &SigningSecret) -> Self {
        Self::new(secret.bytes())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The value of [`SIGNATURE_HEADER`]: one signature for each key, in their order, with a space between.
///
/// `timestamp` is this attempt's, in seconds since 1970. The id must hold no dot.
pub fn sign(id: &str, timestamp: u64, body: &[u8], keys: &[Key]) -> String {
    let timestamp = timestamp.to_string();
    let mut header = String::with_capacity(keys.len() * (VERSION.len() + SIGNATURE_LENGTH + 1));
    for key in keys {
        if !header.is_empty() {
            header.push(' ');
        }
        header.push_str(VERSION);
        BASE64_STANDARD.encode_string(key.tag(id, &timestamp, body), &mut header);
    }
    header
}

/// A message as a receiver gets it: the values of the three headers, and the body.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// Of [`ID_HEADER`].
    pub id: &'a str,
    /// Of [`TIMESTAMP_HEADER`].
    pub timestamp: &'a str,
    /// Of [`SIGNATURE_HEADER`].
    pub signature: &'a str,
    /// As it came, byte by byte.
    pub body: &'a [u8],
}

/// Whether a message was signed with one of the keys, at most `tolerance` seconds away from
/// `now`, which is in seconds since 1970. Compares in constant time.
///
/// # Errors
/// Why it isn't.
pub fn verify(received: Received<'_>, keys: &[Key], tolerance: u64, now: u64) -> Result<(), Error> {
    let Received { id, timestamp, signature, body } = received;
    if id.is_empty() || id.contains('.') {
        return Err(Error::Id);
    }
    in_time(timestamp, tolerance, now)?;
    let given: Vec<Vec<u8>> = signatures(signature).collect();
    let fits = |key: &Key| {
        let tag = key.tag(id, timestamp, body);
        given.iter().any(|given| constant_time_equal(tag.as_ref(), given))
    };
    if keys.iter().any(fits) { Ok(()) } else { Err(Error::Mismatch) }
}

fn in_time(timestamp: &str, tolerance: u64, now: u64) -> Result<(), Error> {
    if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::Timestamp);
    }
    let at: u64 = timestamp.parse().map_err(|_| Error::Timestamp)?;
    if at < now.saturating_sub(tolerance) {
        return Err(Error::TooOld);
    }
    if at > now.saturating_add(tolerance) {
        return Err(Error::TooNew);
    }
    Ok(())
}

/// The signatures of our version in a header; those of others are not ours to judge.
fn signatures(header: &str) -> impl Iterator<Item = Vec<u8>> {
    header
        .split(' ')
        .filter_map(|part| part.strip_prefix(VERSION))
        .filter(|encoded| encoded.len() == SIGNATURE_LENGTH)
        .take(MOST_SIGNATURES)
        .filter_map(|encoded| BASE64_STANDARD.decode(encoded).ok())
}

fn constant_time_equal(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}

#[cfg(test)]
mod tests;
