//! The answers that faults make.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::Fault;
use crate::practice::line::Line;

const CHUNK: usize = 64 * 1024;
const SIGN_IN: &str = "<!doctype html><title>Sign in</title><form>Your session has ended.</form>";
const OUTCOME: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","diagnostics":"a fault of the practice"}]}"#;

/// What this fault makes of the proper answer. Streams and silences end at `shutdown`.
pub(in crate::practice) async fn spoil(
    fault: Fault,
    proper: Response,
    line: &Line,
    shutdown: &CancellationToken,
) -> Response {
    match fault {
        Fault::Status(status) => outcome(status),
        Fault::RetryAfter(status, wait) => retry_after(status, &wait),
        Fault::Html => ([(header::CONTENT_TYPE, "text/html")], SIGN_IN).into_response(),
        Fault::Truncated => with_body(proper, |whole| whole.slice(..whole.len() / 2).into()).await,
        Fault::Flood(bytes) => streamed(flood(bytes), shutdown),
        Fault::Drip(every) => {
            let shutdown = shutdown.clone();
            with_body(proper, move |whole| endable(drip(whole, every), &shutdown)).await
        }
        Fault::Silence => {
            shutdown.cancelled().await;
            outcome(503)
        }
        Fault::Reset => {
            line.cut();
            proper
        }
    }
}

/// An OperationOutcome with this status.
fn outcome(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer =
        (status, [(header::CONTENT_TYPE, "application/fhir+json")], OUTCOME).into_response();
    if status.is_redirection() {
        answer.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/elsewhere"));
    }
    answer
}

fn retry_after(status: u16, wait: &str) -> Response {
    let mut answer = outcome(status);
    if let Ok(wait) = HeaderValue::from_str(wait) {
        answer.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    answer
}

async fn with_body(proper: Response, change: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = proper.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, change(whole))
}

fn streamed(
    bytes: impl Stream<Item = Bytes> + Send + 'static,
    shutdown: &CancellationToken,
) -> Response {
    let json = [(header::CONTENT_TYPE, "application/fhir+json")];
    (json, endable(bytes, shutdown)).into_response()
}

fn endable(
    bytes: impl Stream<Item = Bytes> + Send + 'static,
    shutdown: &CancellationToken,
) -> Body {
    let ends = shutdown.clone().cancelled_owned();
    Body::from_stream(bytes.map(Ok::<_, Infallible>).take_until(ends))
}

/// The beginning of a Bundle that never comes to its entries.
fn flood(bytes: u64) -> impl Stream<Item = Bytes> + Send + 'static {
    let opening = Bytes::from_static(br#"{"resourceType":"Bundle","id":""#);
    let chunk = Bytes::from(vec![b'a'; CHUNK]);
    stream::unfold((bytes, opening), move |(left, next)| {
        let chunk = chunk.clone();
        async move {
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(next.len());
            let after = left - length as u64;
            (length > 0).then(|| (next.slice(..length), (after, chunk)))
        }
    })
}

fn drip(whole: Bytes, every: Duration) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(every).await;
        let drop = rest.split_to(1);
        Some((drop, rest))
    })
}
