//! Reading what a server answers, and no more of it than there may be.

use std::{
    future::Future,
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, RETRY_AFTER};
use tokio::time::timeout;

use super::{
    Response,
    fault::{Answer, Failure, Transport},
    retry_after,
};

/// How many bytes the headers of an answer may have.
const MOST_HEADER_BYTES: usize = 64 << 10;
/// How much of a destination's reply is read, so that its connection can be used again.
const REPLY_BODY: usize = 64 << 10;
/// How long it is read.
const REPLY_TIME: Duration = Duration::from_secs(2);

/// What may be read, and how slowly.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) body: usize,
    pub(super) idle: Duration,
    pub(super) connect: Duration,
}

/// Reads all of an answer.
pub(super) async fn read(answer: reqwest::Response, bounds: Bounds) -> Result<Response, Failure> {
    let status = answer.status().as_u16();
    let retry_after = pause_of(answer.headers());
    let headers = plain(answer.headers())?;
    let encoding = answer.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Answer::Encoded.into());
    }
    let body = read_body(answer, bounds).await?;
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

async fn read_body(mut answer: reqwest::Response, bounds: Bounds) -> Result<Bytes, Failure> {
    let too_large = Answer::TooLarge(bounds.body);
    let expected = usize::try_from(answer.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if expected > bounds.body {
        return Err(too_large.into());
    }
    let Some(first) = next_chunk(&mut answer, bounds).await? else { return Ok(Bytes::new()) };
    if first.len() > bounds.body {
        return Err(too_large.into());
    }
    let Some(second) = next_chunk(&mut answer, bounds).await? else { return Ok(first) };
    // A short answer came in one piece, and is not copied; of a long one, the server said how
    // long it is, or its pieces are put together as they come.
    let mut body = BytesMut::with_capacity(expected.max(first.len() + second.len()));
    body.extend_from_slice(&first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > bounds.body {
            return Err(too_large.into());
        }
        body.extend_from_slice(&chunk);
        next = next_chunk(&mut answer, bounds).await?;
    }
    Ok(body.freeze())
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
