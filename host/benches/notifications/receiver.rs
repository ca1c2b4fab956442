//! A receiver that costs little: it takes whatever is signed, and counts the ids.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
};
use rounds::signature::{
    ID_HEADER, Key, Received, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOLERANCE, verify,
};
use tokio::time;

/// One of so many is verified: enough to know that both contenders sign, and cheap.
const VERIFIED: usize = 100;
const LONGEST: usize = 1 << 20;

/// What arrived. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Receiver {
    ids: Arc<Mutex<HashSet<String>>>,
    key: Key,
    latency: Option<Duration>,
}

impl Receiver {
    pub(crate) fn new(key: Key, latency: Option<Duration>) -> Self {
        Self { ids: Arc::default(), key, latency }
    }

    /// Where it takes notifications: at any path.
    pub(crate) fn router(&self) -> Router {
        Router::new().fallback(take).with_state(self.clone())
    }

    /// How many different ones arrived since it was asked last.
    pub(crate) fn count(&self) -> usize {
        std::mem::take(&mut *self.ids.lock().unwrap_or_else(PoisonError::into_inner)).len()
    }

    fn note(&self, id: &str) -> usize {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned());
        ids.len()
    }
}

async fn take(State(receiver): State<Receiver>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE };
    let header =
        |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, timestamp, signature) =
        (header(ID_HEADER), header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
    let received = Received { id, timestamp, signature, body: &body };
    let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
    if receiver.note(id) % VERIFIED == 1
        && verify(received, std::slice::from_ref(&receiver.key), TOLERANCE, now).is_err()
    {
        return StatusCode::UNAUTHORIZED;
    }
    if let Some(latency) = receiver.latency {
        time::sleep(latency).await;
    }
    StatusCode::NO_CONTENT
}
