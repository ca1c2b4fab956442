//! Answers that may be large: a few of them are in memory at once, those among them that a client
//! asked for and does not read.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};

use super::reply::Refused;

/// So many; the largest has up to some 17 MiB.
const AT_ONCE: usize = 4;
/// How long one waits for its turn.
const WITHIN: Duration = Duration::from_secs(5);
/// What is handed on at a time: a client's connection takes up to 400 KiB more than it has written.
const PIECE: usize = 64 << 10;

/// Whose turn it is to be answered at length. Cheap to clone.
#[derive(Clone)]
pub(super) struct Large(Arc<Semaphore>);

/// A turn, held until its answer is handed on.
pub(super) struct Turn {
    _turn: OwnedSemaphorePermit,
}

impl Large {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Waits for a turn, before anything large is looked up.
    pub(super) async fn turn(&self) -> Result<Turn, Refused> {
        let turn = time::timeout(WITHIN, Arc::clone(&self.0).acquire_owned()).await;
        let why = "others are being answered at length; ask again in a moment";
        match turn {
            Ok(Ok(turn)) => Ok(Turn { _turn: turn }),
            _ => Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, why)),
        }
    }
}

impl Turn {
    /// Answers in JSON.
    pub(super) fn answer(self, what: &impl Serialize) -> Result<Response, Refused> {
        let unwritten =
            |_| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer cannot be written");
        let text = Bytes::from(serde_json::to_vec(what).map_err(unwritten)?);
        let head = [
            (CONTENT_TYPE, "application/json".to_owned()),
            (CONTENT_LENGTH, text.len().to_string()),
        ];
        let pieces = stream::unfold((text, self), async |(mut text, turn)| {
            let piece = text.split_to(PIECE.min(text.len()));
            (!piece.is_empty()).then_some((Ok::<_, Refused>(piece), (text, turn)))
        });
        Ok((head, Body::from_stream(pieces)).into_response())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::body::to_bytes;
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn few_are_answered_at_length_at_once_and_whole() {
        let (large, text) = (Large::new(), "x".repeat(3 * PIECE));
        let turns = join_all([(); AT_ONCE].map(|()| large.turn())).await;
        let answers = turns.into_iter().map(|turn| turn.unwrap().answer(&text).unwrap());
        let mut answers: Vec<_> = answers.collect();
        let refused = large.turn().await.err().unwrap().into_response();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        let answer = answers.remove(0);
        let length = answer.headers()[CONTENT_LENGTH].to_str().unwrap().parse();
        let whole = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!((whole.len(), Ok(whole.len())), (text.len() + 2, length));
        drop(large.turn().await.unwrap());
        assert!(large.turn().await.is_ok());
    }
}
