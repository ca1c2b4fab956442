//! Lines that name the one before and are sealed with a key. Pure.
//!
//! A line is an entry's JSON with two members more at its end: `prev`, the seal of the line before,
//! and `seal`, the HMAC of all bytes of the line before that member. Bytes are sealed, not values,
//! so that there is one reading of them.

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::{Entry, Error};

/// What every seal begins with in a line.
const SEAL: &str = r#","seal":""#;
/// What a line ends with after its seal.
const END: &str = "\"}";

/// A line's place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) sequence: u64,
    pub(super) seal: String,
}

impl Link {
    /// What the first line follows.
    pub(super) fn first() -> Self {
        Self { sequence: 0, seal: String::new() }
    }
}

/// A line that its seal fits.
pub(super) struct Sealed {
    pub(super) entry: Entry,
    pub(super) prev: String,
    pub(super) link: Link,
}

#[derive(Serialize)]
struct Follows<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    prev: &'a str,
}

/// An entry as the line that follows another, with its place; ends with a line end.
pub(super) fn seal(key: &hmac::Key, entry: &Entry, after: &Link) -> Result<(String, Link), Error> {
    let follows = Follows { entry, prev: &after.seal };
    let mut line = serde_json::to_string(&follows).map_err(|_| Error::Form)?;
    line.pop();
    let seal = sign(key, "line", line.as_bytes());
    line.push_str(&format!("{SEAL}{seal}{END}\n"));
    Ok((line, Link { sequence: entry.sequence, seal }))
}

/// Reads a line without its end; `None` where its seal does not fit.
pub(super) fn open(key: &hmac::Key, line: &[u8]) -> Option<Sealed> {
    #[derive(Deserialize)]
    struct Follows {
        prev: String,
    }
    let text = std::str::from_utf8(line).ok()?;
    let (sealed, seal) = text.rsplit_once(SEAL)?;
    let seal = seal.strip_suffix(END)?;
    if !fits(key, "line", sealed.as_bytes(), seal) {
        return None;
    }
    let entry: Entry = serde_json::from_str(text).ok()?;
    let Follows { prev } = serde_json::from_str(text).ok()?;
    let link = Link { sequence: entry.sequence, seal: seal.to_owned() };
    Some(Sealed { entry, prev, link })
}

/// What says which line is the last: its number and its seal, sealed in turn.
pub(super) fn head(key: &hmac::Key, link: &Link) -> String {
    let plain = format!("{} {}", link.sequence, link.seal);
    format!("{plain} {}\n", sign(key, "head", plain.as_bytes()))
}

/// Reads it; `None` where its seal does not fit.
pub(super) fn open_head(key: &hmac::Key, text: &str) -> Option<Link> {
    let (plain, seal) = text.trim_end_matches('\n').rsplit_once(' ')?;
    let (sequence, last) = plain.split_once(' ')?;
    let link = Link { sequence: sequence.parse().ok()?, seal: last.to_owned() };
    fits(key, "head", plain.as_bytes(), seal).then_some(link)
}

/// Lines with an end, and the bytes after the last of them.
pub(super) fn lines(text: &[u8]) -> (impl Iterator<Item = &[u8]>, &[u8]) {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (whole, torn) = text.split_at_checked(whole).unwrap_or((text, &[]));
    let lines = whole.split(|byte| *byte == b'\n');
    // What follows the last line end is nothing, and no line.
    let count = whole.iter().filter(|byte| **byte == b'\n').count();
    (lines.take(count), torn)
}

fn sign(key: &hmac::Key, what: &str, bytes: &[u8]) -> String {
    HEXLOWER.encode(context(key, what, bytes).sign().as_ref())
}

fn fits(key: &hmac::Key, what: &str, bytes: &[u8], seal: &str) -> bool {
    sign(key, what, bytes) == seal
}

/// A line's seal is none of a head.
fn context(key: &hmac::Key, what: &str, bytes: &[u8]) -> hmac::Context {
    let mut context = hmac::Context::with_key(key);
    context.update(what.as_bytes());
    context.update(&[0]);
    context.update(bytes);
    context
}
