//! A kept answer that nobody can read is moved aside, and back, and is never lost.

use super::*;

fn answer(body: &[u8]) -> KeptAnswer {
    KeptAnswer { status: 200, headers: vec![("etag".into(), "7".into())], body: body.into() }
}

fn keeps(store: &dyn Store, body: Option<&[u8]>) -> bool {
    store.task(&task("appointments")).unwrap().answer == body.map(answer)
}

async fn bury(store: &dyn Store, second: i64) -> Option<ContainerId> {
    store.bury_answer(&task("appointments"), "unread".into(), at(second)).await.unwrap()
}

/// A body that is no text, and longer than a value of a store may be.
fn bytes() -> Vec<u8> {
    (0..100_000_u32).map(|n| (n % 251) as u8).collect()
}

pub(crate) async fn an_answer_is_buried_and_kept_again(open: Open<'_>) {
    let (id, body) = (task("appointments"), bytes());
    let store = open();
    assert_eq!(bury(&*store, 1).await, None, "none is kept");
    let made = one(&*store, 0, "1", "a").await;
    store.keep(&id, Some(answer(&body))).await.unwrap();
    let letter = bury(&*store, 2).await.unwrap();
    assert!(letter > made);
    drop(store);
    let store = open();
    let state = store.task(&id).unwrap();
    assert_eq!((state.cursor.as_deref(), state.revision), (Some("after 0"), 2));
    assert!(state.answer.is_none() && !state.interrupted);
    let late = store.commit(page(1, vec![change("2", None)])).await.unwrap();
    assert_eq!(late, Committed::Fenced { revision: 2 }, "of who had read it");
    let found = store.dead().unwrap().remove(0);
    assert!(found.is_answer() && found.destination.is_none() && found.event.is_none());
    let expected = (letter, &id, "unread", at(2));
    assert_eq!((found.container, &found.task, found.reason.as_str(), found.at), expected);
    let shown = store.container(letter).unwrap().unwrap().change.data;
    assert_eq!(shown, answer(&body).shown().to_string());
    assert!(store.replay(&[letter]).await.unwrap().is_empty(), "nobody can collect it");

    assert!(store.replay_answer(letter).await.unwrap());
    drop(store);
    let store = open();
    assert!(keeps(&*store, Some(&body)) && store.dead().unwrap().is_empty());
    assert_eq!(store.pending().unwrap().len(), 1);
    assert!(store.container(letter).unwrap().is_none());
    assert!(!store.replay_answer(letter).await.unwrap(), "once");
    committed(&*store, page(2, vec![])).await;
    assert!(keeps(&*store, None));
}

pub(crate) async fn an_answer_waits_for_the_one_before(open: Open<'_>) {
    let id = task("appointments");
    let store = open();
    let mut letters = Vec::new();
    for body in [&b"first"[..], b"second"] {
        store.keep(&id, Some(answer(body))).await.unwrap();
        letters.push(bury(&*store, 3).await.unwrap());
    }
    let other = one(&*store, 2, "1", "a").await;
    store.bury(other, "trap".into(), at(4));
    store.flush().await.unwrap();
    assert!(!store.replay_answer(other).await.unwrap(), "it is none");
    store.keep(&id, None).await.unwrap();
    assert!(!store.replay_answer(letters[0]).await.unwrap(), "one is asked for");
    store.keep(&id, Some(answer(b"third"))).await.unwrap();
    assert!(!store.replay_answer(letters[0]).await.unwrap(), "one is kept");
    committed(&*store, page(3, vec![])).await;
    assert!(store.replay_answer(letters[1]).await.unwrap());
    assert!(!store.replay_answer(letters[0]).await.unwrap());
    assert!(keeps(&*store, Some(b"second")));
    assert_eq!(store.purge(&Purge::Connection("general".into())).await.unwrap().dead, 2);
    drop(store);
    let store = open();
    assert!(keeps(&*store, None) && store.dead().unwrap().is_empty());
    assert!(!store.replay_answer(letters[0]).await.unwrap(), "it was purged");
}
