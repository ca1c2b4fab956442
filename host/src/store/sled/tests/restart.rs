//! What a restart reads, and what it makes of a crash between two steps.

use super::*;
use crate::store::conformance::task;

#[tokio::test]
async fn a_start_reads_no_item() {
    let folder = TestFolder::new();
    let store = folder.open();
    let made = committed(&store, page(0, vec![change("1", Some("a")), change("2", None)])).await;
    store.fill(filling(made[1].id, Some("memo"), &["app"])).await.unwrap();
    // The second brings what the first says of its records.
    store.flush().await.unwrap();
    store.flush().await.unwrap();
    let before: Vec<_> = made.iter().map(|pending| pending.id).collect();
    for (slot, value) in store.disk.scan(keys::SLOTS).map(Result::unwrap) {
        let mut writes = disk::Writes::default();
        writes.insert(&slot, vec![0xff; value.len()]);
        store.disk.apply(writes).unwrap();
    }
    drop(store);
    let store = folder.open();
    let pending: Vec<_> = store.pending().unwrap().iter().map(|pending| pending.id).collect();
    assert_eq!(pending, before);
    assert!(before.iter().all(|id| store.container(*id).is_err()), "they are damaged");
    let again = committed(&store, page(1, vec![change("1", Some("a"))])).await;
    assert!(again.is_empty(), "it waits to be collected");
}

#[tokio::test]
async fn a_crash_amid_a_purge_leaves_nothing_and_is_no_damage() {
    let folder = TestFolder::new();
    let store = folder.open();
    let made = committed(&store, page(0, vec![change("1", Some("a")), change("2", None)])).await;
    store.fill(filling(made[0].id, Some("memo"), &["app"])).await.unwrap();
    // The records know of it: the journal, which will tell of nothing, must not seem damaged.
    store.flush().await.unwrap();
    store.flush().await.unwrap();
    store.ring.destroy("general").unwrap();
    drop(store);
    let store = folder.open();
    assert!(store.pending().unwrap().is_empty());
    let state = store.task(&task("appointments")).unwrap();
    assert_eq!(state.cursor, None, "it is polled anew");
    let again = committed(&store, page(state.revision, vec![change("1", Some("a"))])).await;
    assert_eq!(again.len(), 1, "what was purged is new again");
    assert!(store.container(again[0].id).unwrap().is_some());
}

#[tokio::test]
async fn of_two_items_of_a_container_the_later_counts() {
    let folder = TestFolder::new();
    let store = folder.open();
    let made = committed(&store, page(0, vec![change("1", Some("a")), change("2", None)])).await;
    store.fill(filling(made[0].id, None, &["app", "lake"])).await.unwrap();
    store.settle(made[0].id, &"lake".into(), Settlement::Delivered(None));
    store.flush().await.unwrap();
    store.flush().await.unwrap();
    // As if it had been killed before the mark of the earlier item was written.
    let marks: Vec<_> = store.disk.scan(keys::MARKS).map(Result::unwrap).collect();
    assert_eq!(marks.len(), 1, "the block of both has one that is gone");
    let mut writes = disk::Writes::default();
    marks.iter().for_each(|(mark, _)| writes.remove(mark));
    store.disk.apply(writes).unwrap();
    drop(store);
    let pending = folder.open().pending().unwrap();
    assert_eq!(pending.len(), 2);
    let crate::model::Stage::Deliver(owed) = &pending[0].stage else { panic!("it is filled") };
    let owed: Vec<_> = owed.iter().map(|owed| owed.destination.as_str()).collect();
    assert_eq!(owed, ["app"], "the lake has it");
}

#[tokio::test]
async fn a_kill_before_the_journal_hears_that_records_know_is_no_damage_later() {
    let folder = TestFolder::new();
    let store = folder.open();
    let made = committed(&store, page(0, vec![change("1", Some("a"))])).await;
    store.fill(filling(made[0].id, Some("memo"), &["app"])).await.unwrap();
    store.flush().await.unwrap();
    store.flush().await.unwrap();
    // As if it had been killed after the records were on disk, and before what is said of them.
    let mut writes = disk::Writes::default();
    writes.insert(keys::SAVED, format::encode(&0_u64).unwrap());
    store.disk.apply(writes).unwrap();
    drop(store);
    let store = folder.open();
    store.settle(made[0].id, &"app".into(), Settlement::Delivered(None));
    store.flush().await.unwrap();
    drop(store);
    assert!(folder.open().pending().unwrap().is_empty(), "it opens, and knows that it is done");
}
