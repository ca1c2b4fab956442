//! Pages for people by which a server says that it was asked in a wrong way, before anything behind
//! it heard of the request. There is no other sign of that but their words.

use std::{io, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{
    Body, ResponseBuilderExt,
    header::{CONTENT_TYPE, HeaderValue},
};
use tokio::time::timeout;

use super::fault::{Failure, Transport};

/// What nginx says of a client's certificate that it does not take, or of the want of one.
const OF_CERTIFICATES: [&str; 2] = ["no required ssl certificate", "ssl certificate error"];

/// What nginx, Apache and Go's server say to who asks without TLS where they speak it.
const OF_TLS: [&str; 3] = [
    "plain http request was sent to https port",
    "speaking plain http to an ssl-enabled server port",
    "sent an http request to an https server",
];

/// How much of a page is read.
const MOST: usize = 4 << 10;
/// How long.
const TIME: Duration = Duration::from_secs(2);

/// Whether an answer is a text for people.
pub(super) fn is_for_people(answer: &reqwest::Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/html") || kind.starts_with(b"text/plain"))
}

/// Whether a server refuses a client's certificate, or the want of one.
pub(super) fn refuses_certificate(beginning: &[u8]) -> bool {
    says(beginning, &OF_CERTIFICATES)
}

/// Whether a server speaks TLS, and was asked without.
pub(super) fn wants_tls(beginning: &[u8]) -> bool {
    says(beginning, &OF_TLS)
}

fn says(beginning: &[u8], words: &[&str]) -> bool {
    let said = String::from_utf8_lossy(beginning).to_ascii_lowercase();
    words.iter().any(|it| said.contains(it))
}

/// The beginning of an answer's body, and the answer with all of it still to be read.
pub(super) async fn peeked(
    mut answer: reqwest::Response,
) -> Result<(Bytes, reqwest::Response), Failure> {
    let mut head = http::Response::builder().status(answer.status()).url(answer.url().clone());
    if let Some(headers) = head.headers_mut() {
        headers.clone_from(answer.headers());
    }
    let mut read = BytesMut::new();
    let begins = async {
        while read.len() < MOST {
            match answer.chunk().await {
                Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                Ok(None) => return Ok(()),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(())
    };
    // What is slower is no such page.
    let broken = timeout(TIME, begins).await.ok().and_then(Result::err);
    let beginning = read.freeze();
    let begun = stream::iter([Ok(beginning.clone())].into_iter().chain(broken.map(Err)));
    let rest = answer.bytes_stream().map_err(io::Error::other);
    let body = Body::wrap_stream(begun.chain(rest));
    let answer = head.body(body).map_err(|_| Transport::Other)?;
    Ok((beginning, answer.into()))
}
