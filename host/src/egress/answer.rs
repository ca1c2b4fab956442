//! Reading what a server answers, and no more of it than there may be.

use std::{
    future::Future,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use tokio::time::timeout;

use super::{
    Response,
    fault::{Answer, Failure, Transport},
    retry_after,
    room::{Held, Place},
    text,
};

/// How many bytes the headers of an answer may have.
const MOST_HEADER_BYTES: usize = 64 << 10;
/// How much of a destination's reply is read, so that its connection can be used again.
const REPLY_BODY: usize = 64 << 10;
/// How long it is read.
const REPLY_TIME: Duration = Duration::from_secs(2);

/// The room that is taken at least where an answer comes in pieces of no known sum.
const PIECE: usize = 64 << 10;

/// What may be read, and how slowly.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) body: usize,
    pub(super) idle: Duration,
    pub(super) connect: Duration,
}

/// Reads all of an answer.
pub(super) async fn read(
    answer: reqwest::Response,
    bounds: Bounds,
    place: &Place,
) -> Result<Response, Failure> {
    let status = answer.status().as_u16();
    let retry_after = pause_of(answer.headers());
    let mut headers = plain(answer.headers())?;
    let encoding = answer.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Answer::Encoded.into());
    }
    let (body, is_rewritten) = Body::new(&headers, bounds, place).read(answer).await?;
    if is_rewritten && let Some(kind) = kind_of(&mut headers) {
        *kind = text::kind_in_utf8(kind);
    }
    Ok(Response { status, headers, body, retry_after })
}

/// Reads over what follows a destination's status, which alone counts: a body that is long or
/// slow costs the connection, never the delivery.
pub(super) async fn pass_over(mut reply: reqwest::Response) {
    let expected = reply.content_length();
    if expected == Some(0) || expected.is_some_and(|length| length > REPLY_BODY as u64) {
        return;
    }
    let mut left = REPLY_BODY;
    let all = async {
        while let Ok(Some(chunk)) = reply.chunk().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    };
    // In time or not: there is nothing to be done about it.
    timeout(REPLY_TIME, all).await.unwrap_or_default();
}

/// The pause that an answer asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "a date of the server's is compared with this machine's"
)]
pub(super) fn pause_of(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    retry_after::parse(value, SystemTime::now())
}

fn plain(headers: &HeaderMap) -> Result<Vec<(String, String)>, Answer> {
    let bytes = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        name.as_str().len() + value.len()
    };
    if headers.iter().map(bytes).sum::<usize>() > MOST_HEADER_BYTES {
        return Err(Answer::Headers);
    }
    let plain = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Ok(headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), plain(value.as_bytes())))
        .collect())
}

fn kind_of(headers: &mut [(String, String)]) -> Option<&mut String> {
    let kind = headers.iter_mut().find(|(name, _)| name == CONTENT_TYPE.as_str());
    kind.map(|(_, value)| value)
}

/// A body as far as it has come, with the room that it takes.
struct Body {
    bytes: Vec<u8>,
    /// Bytes of the headers, which take room as well.
    beside: usize,
    held: Held,
    bounds: Bounds,
    /// What it says that it is.
    kind: Option<String>,
}

impl Body {
    fn new(headers: &[(String, String)], bounds: Bounds, place: &Place) -> Self {
        let beside = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        let kind = headers.iter().find(|(name, _)| name == CONTENT_TYPE.as_str());
        let kind = kind.map(|(_, value)| value.clone());
        Self { bytes: Vec::new(), beside, held: place.hold(), bounds, kind }
    }

    /// All of it, and whether it is another text than came: the same in UTF-8.
    async fn read(mut self, mut answer: reqwest::Response) -> Result<(Bytes, bool), Failure> {
        let expected = usize::try_from(answer.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        self.judge(expected)?;
        self.hold(expected)?;
        let first = next_chunk(&mut answer, self.bounds).await?.unwrap_or_default();
        self.judge(first.len())?;
        let Some(second) = next_chunk(&mut answer, self.bounds).await? else {
            self.hold(first.len())?;
            return self.finish(first);
        };
        // A short answer came in one piece, and is not copied; of a long one, the server said how
        // long it is, or its pieces are put together as they come.
        self.bytes.reserve_exact(expected);
        self.add(&first)?;
        let mut next = Some(second);
        while let Some(chunk) = next {
            self.add(&chunk)?;
            next = next_chunk(&mut answer, self.bounds).await?;
        }
        self.bytes.shrink_to_fit();
        self.held.shrink(self.bytes.len() + self.beside);
        let bytes = std::mem::take(&mut self.bytes);
        self.finish(bytes)
    }

    fn finish(mut self, body: impl AsRef<[u8]> + Send + 'static) -> Result<(Bytes, bool), Failure> {
        let Some(text) = text::in_utf8(self.kind.as_deref(), body.as_ref()) else {
            return Ok((self.held.keep(body), false));
        };
        self.judge(text.len())?;
        self.hold(body.as_ref().len() + text.len())?;
        drop(body);
        self.held.shrink(text.len() + self.beside);
        Ok((self.held.keep(text), true))
    }

    fn add(&mut self, chunk: &[u8]) -> Result<(), Answer> {
        let length = self.bytes.len() + chunk.len();
        self.judge(length)?;
        if length > self.bytes.capacity() {
            let ahead = (length + length / 4).max(PIECE).min(self.bounds.body);
            let size = if self.held.grow(ahead + self.beside) { ahead } else { length };
            self.hold(size)?;
            self.bytes.reserve_exact(size - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    fn judge(&self, length: usize) -> Result<(), Answer> {
        let most = self.bounds.body;
        if length > most { Err(Answer::TooLarge(most)) } else { Ok(()) }
    }

    fn hold(&mut self, length: usize) -> Result<(), Answer> {
        let bytes = length + self.beside;
        if self.held.grow(bytes) { Ok(()) } else { Err(Answer::NoRoom(bytes)) }
    }
}

async fn next_chunk(
    answer: &mut reqwest::Response,
    bounds: Bounds,
) -> Result<Option<Bytes>, Failure> {
    let chunk =
        in_time(bounds.idle, answer.chunk()).await.ok_or(Transport::Stalled(bounds.idle))?;
    chunk.map_err(|error| match Failure::of(&error, bounds.connect) {
        // With its head read, an answer that ends is one that was cut off.
        Failure::Transport(Transport::Closed | Transport::Reset | Transport::Other) => {
            Answer::Truncated.into()
        }
        failure => failure,
    })
}

async fn in_time<T>(idle: Duration, future: impl Future<Output = T>) -> Option<T> {
    timeout(idle, future).await.ok()
}
