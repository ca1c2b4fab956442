//! Answers that share what room there is in memory.

use std::sync::Arc;

use futures_util::{FutureExt, future::join_all};
use tokio::sync::Notify;

use super::{
    server::{Act, answer, say},
    *,
};

const KIB: usize = 1 << 10;
/// An answer of the tests.
const ANSWER: usize = 200 * KIB;
/// Room for four of them, and two of one connection, with what is beside.
const ROOM: usize = 1040 * KIB;

fn sharing(room: &Room, server: &Server) -> Client {
    client(Options { room: Some(room.part()), ..options(&server.url("/fhir")) })
}

async fn big() -> Server {
    Server::start(|request, _| match request.starts_with("GET /fhir/chunked") {
        true => Act::Say(format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            ANSWER,
            "x".repeat(ANSWER)
        )),
        false => say(200, "", &"x".repeat(ANSWER)),
    })
    .await
}

#[tokio::test]
async fn an_answer_that_finds_no_room_is_let_go_until_there_is_some() {
    for target in ["/whole", "/chunked"] {
        let (server, room) = (big().await, Room::new(ROOM, 0));
        let ward = sharing(&room, &server);
        let first = ward.send(&get(target)).await.unwrap();
        let second = ward.send(&get(target)).await.unwrap();
        assert!(ward.is_short_of_room());
        let error = ward.send(&get(target)).await.unwrap_err();
        assert!(error.wants_room().is_some_and(|bytes| bytes > 64 * KIB), "{error}");
        assert_eq!(error.retry(), Retry::Backoff);
        let waits = ward.clone();
        let waits = waits.with_room(ANSWER);
        tokio::pin!(waits);
        assert!(waits.as_mut().now_or_never().is_none(), "there is no room");
        // The last that has it gives it back.
        let copy = second.body.clone();
        drop((first, second));
        assert!(waits.as_mut().now_or_never().is_none(), "there is no room");
        drop(copy);
        let own = waits.await;
        let third = own.send(&get(target)).await.unwrap();
        drop((own, ward));
        assert!(room.free() < ROOM - ANSWER && third.body.len() == ANSWER);
        drop(third);
        assert_eq!(room.free(), ROOM);
    }
}

#[tokio::test]
async fn one_connection_leaves_room_for_others() {
    let (server, room) = (big().await, Room::new(ROOM, 0));
    let (greedy, ward) = (sharing(&room, &server), sharing(&room, &server));
    let request = get("/whole");
    let all = join_all([(); 8].map(|()| greedy.send(&request))).await;
    assert_eq!(all.iter().filter(|answer| answer.is_ok()).count(), 2);
    let theirs = [ward.send(&get("/whole")).await, ward.send(&get("/chunked")).await];
    assert!(theirs.iter().all(Result::is_ok), "{theirs:?}");
}

#[tokio::test]
async fn who_needs_much_is_not_passed_over() {
    let (server, room) = (big().await, Room::new(ROOM, ROOM));
    let (ward, other) = (sharing(&room, &server), sharing(&room, &server));
    let held = ward.send(&get("/whole")).await.unwrap();
    let all = other.with_room(ROOM);
    tokio::pin!(all);
    assert!(all.as_mut().now_or_never().is_none());
    // There would be room for it.
    assert!(ward.send(&get("/whole")).await.unwrap_err().wants_room().is_some());
    drop(held);
    drop(all.await);
    ward.send(&get("/whole")).await.unwrap();
}

#[tokio::test]
async fn what_is_given_up_takes_no_room() {
    let go = Arc::new(Notify::new());
    let held = Arc::clone(&go);
    let half = answer(200, "", &"x".repeat(ANSWER))[..ANSWER].to_owned();
    let server = Server::start(move |_, number| match number {
        0 => Act::Stall(half.clone()),
        _ => Act::Hold(Arc::clone(&held), answer(200, "", "x")),
    })
    .await;
    let room = Room::new(ROOM, 0);
    let ward = sharing(&room, &server);
    // Takes its room with the head, and never comes to its end.
    assert_eq!(failure(&ward.send(&get("/half")).await.unwrap_err()), "Stalled(250ms)");
    assert_eq!(room.free(), ROOM);
    let kept = ward.with_room(400 * KIB).await;
    assert!(ward.with_room(ANSWER).now_or_never().is_none());
    drop(kept);
    assert_eq!(room.free(), ROOM, "nobody waits any more");
    go.notify_one();
    drop(ward.send(&get("/x")).await.unwrap());
    assert_eq!(room.free(), ROOM);
}

#[tokio::test]
async fn what_was_set_aside_is_enough_whatever_is_let_go_meanwhile() {
    let (server, room) = (big().await, Room::new(ROOM, ROOM));
    let (ward, other) = (sharing(&room, &server), sharing(&room, &server));
    let own = ward.with_room(ANSWER).await;
    let mut rest = Vec::new();
    while let Ok(answer) = other.send(&get("/whole")).await {
        rest.push(answer);
    }
    assert!(!rest.is_empty());
    for _ in 0..3 {
        own.send(&get("/chunked")).await.unwrap();
    }
}
