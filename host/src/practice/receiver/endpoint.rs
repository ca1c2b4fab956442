//! The receiver over HTTP.

use std::sync::atomic::Ordering;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Query, Request, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::Receiver;
use crate::{
    practice::{faults::Plan, line::Line},
    signature::{ID_HEADER, Received, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOLERANCE, verify},
};

/// The longest body that is read, in bytes: far more than any notification has.
const LONGEST: usize = 16 * 1024 * 1024;
const TOKEN_HEADER: &str = "verification-token";

/// The question by which an endpoint is verified: in a body or in a query.
#[derive(Deserialize)]
struct Challenge {
    challenge: String,
    #[serde(rename = "verification-token")]
    token: Option<String>,
}

pub(super) fn router(receiver: Receiver) -> Router {
    Router::new().fallback(answer).with_state(receiver)
}

async fn answer(
    State(receiver): State<Receiver>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let gate = &receiver.0.gate;
    let plan = gate.enter(&request);
    let (parts, body) = request.into_parts();
    let proper = receiver.proper(&parts.uri, &parts.headers, body, &plan).await;
    plan.wait(&gate.shutdown).await;
    gate.leave(plan, proper, &line).await
}

impl Receiver {
    async fn proper(&self, uri: &Uri, headers: &HeaderMap, body: Body, plan: &Plan) -> Response {
        let body = match to_bytes(body, LONGEST).await {
            Ok(body) => body,
            Err(error) => return unread(&error).into_response(),
        };
        if let Some(challenge) = challenge(uri, headers, &body) {
            return self.accept(challenge);
        }
        self.take(headers, body, plan).into_response()
    }

    /// Answers the question by which an endpoint is verified.
    fn accept(&self, Challenge { challenge, token }: Challenge) -> Response {
        if self.0.token.is_some() && token != self.0.token {
            return StatusCode::FORBIDDEN.into_response();
        }
        json!({ "challenge": challenge }).to_string().into_response()
    }

    fn take(&self, headers: &HeaderMap, body: Bytes, plan: &Plan) -> StatusCode {
        let id = text(headers, ID_HEADER);
        let now = self.0.clock.now();
        if let Err(refusal) = self.check(headers, id, &body, now.as_second()) {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            return refusal;
        }
        let taken = plan.fault.as_ref().is_none_or(|fault| fault.takes());
        self.0.notebook.note(id, body, taken, now);
        StatusCode::NO_CONTENT
    }

    fn check(
        &self,
        headers: &HeaderMap,
        id: &str,
        body: &[u8],
        now: i64,
    ) -> Result<(), StatusCode> {
        if self.0.token.as_deref().is_some_and(|token| token != text(headers, TOKEN_HEADER)) {
            return Err(StatusCode::FORBIDDEN);
        }
        let timestamp = text(headers, TIMESTAMP_HEADER);
        let received = Received { id, timestamp, signature: text(headers, SIGNATURE_HEADER), body };
        let now = u64::try_from(now).unwrap_or(0);
        verify(received, &self.0.keys, TOLERANCE, now).map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

/// What is said of a body that was not read: that it is too long, or that it never ended.
fn unread(error: &axum::Error) -> StatusCode {
    // Its cause is of a crate that is not ours to name; its text is all there is.
    match error.to_string() == "length limit exceeded" {
        true => StatusCode::PAYLOAD_TOO_LARGE,
        false => StatusCode::BAD_REQUEST,
    }
}

/// A header's value, or an empty one.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The challenge of a request, if that is what it is: notifications are signed.
fn challenge(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Option<Challenge> {
    if headers.contains_key(SIGNATURE_HEADER) {
        return None;
    }
    let in_query = Query::<Challenge>::try_from_uri(uri).ok().map(|Query(challenge)| challenge);
    in_query.or_else(|| serde_json::from_slice(body).ok())
}
