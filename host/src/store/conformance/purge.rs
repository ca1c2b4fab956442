//! What is purged is gone, now and after a restart, and nothing else is.

use super::*;

/// What the tests purge: of each record one container that waits to be collected, one that waits
/// to be delivered, one that is dead, and a memo of one that is done.
async fn stocked(store: &dyn Store, connection: &str, id: &str, key: &str) -> Vec<ContainerId> {
    let changes = ["a", "b", "c", "d"].map(|version| changed(connection, id, key, version));
    let revision = store.task(&of(connection)).unwrap().revision;
    let commit = Commit { task: of(connection), ..page(revision, changes.into()) };
    let ids: Vec<_> = committed(store, commit).await.iter().map(|made| made.id).collect();
    store.fill(filling(ids[0], Some("a memo"), &["app"])).await.unwrap();
    store.settle(ids[0], &"app".into(), Settlement::Delivered(None));
    store.fill(filling(ids[1], Some("a memo"), &["app"])).await.unwrap();
    store.bury(ids[2], "trap".into(), at(2));
    store.flush().await.unwrap();
    ids
}

fn of(connection: &str) -> TaskId {
    TaskId { connection: connection.into(), action: "appointments".into() }
}

fn changed(connection: &str, id: &str, key: &str, version: &str) -> NewChange {
    let new = change(id, Some(version));
    let change = Change { key: Some(key.into()), ..new.change };
    let reading = Reading { pass: Pass::Onward, revision: 0, position: 0 };
    NewChange::of(&of(connection), change, reading, false)
}

/// How many containers are pending and dead, and whether the store has the record's memo.
fn held(store: &dyn Store, connection: &str, id: &str, ids: &[ContainerId]) -> (usize, bool) {
    let there = |id: &&ContainerId| store.container(**id).unwrap().is_some();
    let record = identity::record(&of(connection), id);
    (ids.iter().filter(there).count(), store.memo(&connection.into(), record).unwrap().is_some())
}

pub(crate) async fn a_connection_is_purged(open: Open<'_>) {
    let store = open();
    let purged = stocked(&*store, "general", "1", "patient/1").await;
    let other = stocked(&*store, "general west", "1", "patient/1").await;
    let answer = KeptAnswer { status: 200, headers: vec![], body: b"[]".to_vec() };
    store.keep(&of("general"), Some(answer)).await.unwrap();
    let what = Purge::Connection("general".into());
    let gone = store.purge(&what).await.unwrap();
    assert_eq!(gone, Purged { containers: 2, dead: 1, records: 1, delivered: 0 });
    let under_way = store.commit(page(1, vec![changed("general", "9", "k", "a")])).await.unwrap();
    assert_eq!(under_way, Committed::Fenced { revision: 2 });
    let look = |store: &dyn Store| {
        assert_eq!(held(store, "general", "1", &purged), (0, false));
        assert_eq!(held(store, "general west", "1", &other), (3, true));
        assert!(
            store.task(&of("general")).unwrap()
                == TaskState { revision: 2, ..TaskState::default() }
        );
        assert_eq!(store.task(&of("general west")).unwrap().revision, 1);
        assert_eq!(store.dead().unwrap().len(), 1);
    };
    look(&*store);
    drop(store);
    let store = open();
    look(&*store);
    assert_eq!(store.pending().unwrap().len(), 2);
    let anew = Commit { task: of("general"), ..page(2, vec![changed("general", "1", "k", "a")]) };
    assert_eq!(committed(&*store, anew).await.len(), 1, "its versions are forgotten");
    assert_eq!(store.purge(&Purge::Connection("unknown".into())).await.unwrap(), Purged::default());
}

pub(crate) async fn a_record_is_purged(open: Open<'_>) {
    let store = open();
    let purged = stocked(&*store, "general", "1", "patient/1").await;
    let other = stocked(&*store, "general", "2", "patient/1").await;
    let gone = store.purge(&Purge::record(&of("general"), "1")).await.unwrap();
    assert_eq!(gone, Purged { containers: 2, dead: 1, records: 1, delivered: 0 });
    let look = |store: &dyn Store| {
        assert_eq!(held(store, "general", "1", &purged), (0, false));
        assert_eq!(held(store, "general", "2", &other), (3, true));
        assert_eq!(store.task(&of("general")).unwrap().revision, 2, "polling goes on");
    };
    look(&*store);
    drop(store);
    let store = open();
    look(&*store);
    let versions = ["a", "d"].map(|version| changed("general", "1", "patient/1", version));
    let again = committed(&*store, page(2, versions.into())).await;
    assert_eq!(again.len(), 2, "its versions are forgotten");
}

pub(crate) async fn a_patient_is_purged(open: Open<'_>) {
    let store = open();
    let mut purged = stocked(&*store, "general", "1", "patient/1").await;
    purged.extend(stocked(&*store, "general", "2", "patient/1").await);
    let other = stocked(&*store, "general", "3", "patient/2").await;
    let elsewhere = stocked(&*store, "west", "1", "patient/1").await;
    let done = Commit { ..page(3, vec![changed("general", "4", "patient/1", "a")]) };
    let done = committed(&*store, done).await[0].id;
    store.skip(done, Some("a memo".into()));
    store.flush().await.unwrap();
    drop(store);
    let store = open();
    let gone = store.purge(&Purge::key(&"general".into(), "patient/1")).await.unwrap();
    assert_eq!(gone, Purged { containers: 4, dead: 2, records: 3, delivered: 0 });
    let look = |store: &dyn Store| {
        assert_eq!(held(store, "general", "1", &purged), (0, false));
        assert_eq!(held(store, "general", "4", &[done]), (0, false), "nothing of it was pending");
        assert_eq!(held(store, "general", "3", &other), (3, true));
        assert_eq!(held(store, "west", "1", &elsewhere), (3, true));
    };
    look(&*store);
    drop(store);
    look(&*open());
}

pub(crate) async fn dead_letters_are_forgotten_when_they_are_old(open: Open<'_>) {
    let store = open();
    let made = committed(&*store, page(0, vec![change("1", None), change("2", None)])).await;
    store.bury(made[0].id, "trap".into(), at(2));
    store.bury(made[1].id, "trap".into(), at(3));
    store.flush().await.unwrap();
    assert_eq!(store.forget_dead(at(2)).await.unwrap(), 0);
    assert_eq!(store.forget_dead(at(3)).await.unwrap(), 1);
    drop(store);
    let store = open();
    let left: Vec<_> = store.dead().unwrap().iter().map(|letter| letter.container).collect();
    assert_eq!(left, [made[1].id]);
    assert!(store.container(made[0].id).unwrap().is_none());
}
