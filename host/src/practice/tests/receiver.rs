//! Notifications, signatures and the verification of endpoints.

use std::sync::Arc;

use jiff::Timestamp;
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use super::listener;
use crate::{
    clock::Manual,
    practice::{Fault, Receiver, ReceiverBuilder},
    signature::{Key, sign},
};

const NOW: i64 = 1_700_000_000;

fn key() -> Key {
    Key::new(b"a secret of the practice, 32 byte")
}

fn builder() -> ReceiverBuilder {
    let now = Timestamp::from_second(NOW).unwrap();
    Receiver::builder().key(key()).clock(Arc::new(Manual::at(now)))
}

async fn serve(builder: ReceiverBuilder) -> (Receiver, DropGuard) {
    let shutdown = CancellationToken::new();
    let (receiver, serving) = builder.start(listener().await, shutdown.clone()).unwrap();
    TaskTracker::new().spawn(serving);
    (receiver, shutdown.drop_guard())
}

/// A request that is signed at `at` with the key.
fn signed(receiver: &Receiver, id: &str, body: &str, at: i64, key: &Key) -> RequestBuilder {
    let at = u64::try_from(at).unwrap();
    let signature = sign(id, at, body.as_bytes(), std::slice::from_ref(key));
    let request = Client::new().post(receiver.url()).body(body.to_owned());
    let request = request.header("webhook-id", id).header("webhook-timestamp", at);
    request.header("webhook-signature", signature)
}

async fn send(receiver: &Receiver, id: &str, body: &str) -> u16 {
    status(signed(receiver, id, body, NOW, &key())).await
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_is_signed_well_is_taken() {
    let (receiver, _guard) = serve(builder()).await;
    assert_eq!(send(&receiver, "msg_1", "{}").await, 204);
    receiver.wait_for(1).await;
    let received = receiver.received();
    assert_eq!((received[0].id.as_str(), received[0].at.as_second()), ("msg_1", NOW));
    assert_eq!((received[0].attempt, received[0].taken, received[0].altered), (1, true, false));
}

#[tokio::test]
async fn what_is_not_signed_well_is_refused() {
    let (receiver, _guard) = serve(builder()).await;
    let other = Key::new(b"another secret of 32 bytes length");
    assert_eq!(status(signed(&receiver, "msg_1", "{}", NOW, &other)).await, 401);
    assert_eq!(status(signed(&receiver, "msg_1", "{}", NOW - 301, &key())).await, 401);
    assert_eq!(status(signed(&receiver, "msg_1", "{}", NOW, &key()).body("{ }")).await, 401);
    assert_eq!(status(Client::new().post(receiver.url())).await, 401);
    assert_eq!((receiver.refused(), receiver.attempts().len()), (4, 0));
}

#[tokio::test]
async fn attempts_are_counted_by_id_and_their_bytes_compared() {
    let (receiver, _guard) = serve(builder()).await;
    receiver.faults().next(1, Fault::Status(500));
    assert_eq!(send(&receiver, "msg_1", "{}").await, 500);
    assert_eq!(send(&receiver, "msg_1", "{}").await, 204);
    assert_eq!(send(&receiver, "msg_1", "{ }").await, 204);
    assert_eq!(send(&receiver, "msg_2", "{}").await, 204);
    receiver.wait_for(2).await;
    let attempts: Vec<_> =
        receiver.attempts().iter().map(|a| (a.attempt, a.taken, a.altered)).collect();
    assert_eq!(attempts, [(1, false, false), (2, true, false), (3, true, true), (1, true, false)]);
    assert_eq!(receiver.received().len(), 3);
}

#[tokio::test]
async fn a_held_answer_leaves_the_notification_taken() {
    let (receiver, _guard) = serve(builder()).await;
    let hold = receiver.faults().hold("/hooks");
    let watching = async {
        hold.reached().await;
        receiver.wait_for(1).await;
        hold.release();
    };
    let (status, ()) = tokio::join!(send(&receiver, "msg_1", "{}"), watching);
    assert_eq!(status, 204);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_notification_taken() {
    let (receiver, _guard) = serve(builder()).await;
    receiver.faults().next(1, Fault::Reset);
    assert!(signed(&receiver, "msg_1", "{}", NOW, &key()).send().await.is_err());
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn a_challenge_is_answered_to_who_has_the_token() {
    let (receiver, _guard) = serve(builder().token("t0ken")).await;
    let ask = |token: &str| {
        let question = json!({ "verification-token": token, "challenge": "c-1" });
        Client::new().post(receiver.url()).body(question.to_string())
    };
    let answer = ask("t0ken").send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, r#"{"challenge":"c-1"}"#);
    assert_eq!(status(ask("other")).await, 403);
    let query = format!("{}?challenge=c-2&verification-token=t0ken", receiver.url());
    assert_eq!(reqwest::get(query).await.unwrap().text().await.unwrap(), r#"{"challenge":"c-2"}"#);
    assert_eq!(send(&receiver, "msg_1", "{}").await, 403);
    let with_token =
        signed(&receiver, "msg_1", "{}", NOW, &key()).header("verification-token", "t0ken");
    assert_eq!(status(with_token).await, 204);
}

#[tokio::test]
async fn a_notification_says_what_it_tells_of() {
    let (receiver, _guard) = serve(builder()).await;
    let meta = json!({ "connection": "general", "action": "appointments", "record": "apt-1",
        "key": "patient/7", "changed_at": "2026-05-05T10:00:12.123Z", "backfill": true });
    let body = json!({ "type": "Scheduling.New", "data": { "Patient": "secret" }, "meta": meta });
    send(&receiver, "msg_1", &body.to_string()).await;
    let received = receiver.attempts_after(0).await;
    assert!(!format!("{received:?}").contains("secret"));
    let arrival = received[0].arrival().unwrap();
    assert_eq!((arrival.event.as_str(), arrival.record.as_str()), ("Scheduling.New", "apt-1"));
    assert_eq!(arrival.changed_at.unwrap().as_millisecond() % 1_000, 123);
    assert!(arrival.backfill && !arrival.altered);
}
