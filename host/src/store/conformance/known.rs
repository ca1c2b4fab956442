//! What is news of a record, and what of it is told to whom.

use super::*;

fn of(change: Change, pass: Pass) -> NewChange {
    NewChange::of(&task("appointments"), change, Reading { pass, revision: 0, position: 0 }, false)
}

fn said(id: &str, version: &str, content: &str) -> Change {
    Change { content: Some(content.into()), ..change(id, Some(version)).change }
}

/// Commits these in a page of a pass; answers the ids of the containers, and the tally.
async fn read(store: &dyn Store, pass: Pass, changes: &[Change]) -> (Vec<ContainerId>, Tally) {
    commit(store, pass, changes.iter().map(|change| of(change.clone(), pass)).collect()).await
}

async fn commit(
    store: &dyn Store,
    pass: Pass,
    changes: Vec<NewChange>,
) -> (Vec<ContainerId>, Tally) {
    let state = store.task(&task("appointments")).unwrap();
    let moves = if pass == Pass::Onward { to("on", true) } else { None };
    let commit = Commit { pass, moves, ..page(state.revision, changes) };
    match store.commit(commit).await.unwrap() {
        Committed::Done { made, tally, .. } => (made.iter().map(|made| made.id).collect(), tally),
        Committed::Fenced { revision } => panic!("fenced at {revision}"),
    }
}

/// The same of a change that says what its record says now.
async fn read_now(store: &dyn Store, pass: Pass, change: Change) -> (Vec<ContainerId>, Tally) {
    let mut changes = [of(change, pass)];
    NewChange::note_current(&mut changes, pass);
    commit(store, pass, changes.into()).await
}

async fn told(store: &dyn Store, ids: &[ContainerId]) {
    for id in ids {
        store.fill(filling(*id, Some("memo"), &[])).await.unwrap();
    }
}

pub(crate) async fn what_says_something_else_is_told_under_the_same_version(open: Open<'_>) {
    let store = open();
    let (booked, cancelled) = (said("1", "1", "booked"), said("1", "1", "cancelled"));
    let (ids, _) = read(&*store, Pass::Onward, &[booked.clone(), cancelled.clone()]).await;
    assert_eq!(ids.len(), 2);
    let id = |id: ContainerId| store.container(id).unwrap().unwrap().notification_id;
    assert_ne!(id(ids[0]), id(ids[1]), "receivers tell them apart");
    told(&*store, &ids).await;
    drop(store);
    let store = open();
    let (again, tally) = read(&*store, Pass::Onward, &[booked, cancelled]).await;
    assert_eq!((again.len(), tally.seen), (0, 2));
}

pub(crate) async fn what_is_back_under_the_same_version_is_told_again(open: Open<'_>) {
    let bare = |content: &str| Change { version: None, ..said("bare", "1", content) };
    for says in [&|content: &str| said("1", "1", content) as Change, &bare as &dyn Fn(_) -> _] {
        let (store, mut seen) = (open(), Vec::new());
        for content in ["booked", "cancelled", "booked", "cancelled"] {
            let (ids, _) = read_now(&*store, Pass::Onward, says(content)).await;
            assert_eq!(ids.len(), 1, "{content}");
            seen.push(store.container(ids[0]).unwrap().unwrap().notification_id);
            told(&*store, &ids).await;
            for pass in [Pass::Onward, Pass::Listing] {
                assert!(read_now(&*store, pass, says(content)).await.0.is_empty(), "once");
            }
            // An old answer, or a page of its history.
            assert!(read(&*store, Pass::Again, &[says("booked")]).await.0.is_empty());
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4, "receivers tell them apart");
    }
    let store = open();
    let numbered = |version| read_now(&*store, Pass::Onward, said("2", version, version));
    assert_eq!(numbered("1").await.0.len() + numbered("2").await.0.len(), 2);
    assert_eq!(numbered("1").await.1.seen, 1, "what has an older version is old");
}

pub(crate) async fn what_says_the_same_is_told_to_nobody(open: Open<'_>) {
    let store = open();
    let (ids, _) = read(&*store, Pass::Onward, &[said("1", "1", "booked")]).await;
    let (none, tally) = read(&*store, Pass::Onward, &[said("1", "2", "booked")]).await;
    assert_eq!((none.len(), tally.same), (0, 1), "while it is collected");
    told(&*store, &ids).await;
    drop(store);
    let store = open();
    let (none, tally) = read(&*store, Pass::Onward, &[said("1", "3", "booked")]).await;
    assert_eq!((none.len(), tally.same), (0, 1), "after a restart");
    let (some, _) =
        read(&*store, Pass::Onward, &[said("1", "4", "moved"), said("1", "5", "booked")]).await;
    assert_eq!(some.len(), 2, "back is a change, too");
}

pub(crate) async fn what_is_read_again_is_told_once_and_never_backwards(open: Open<'_>) {
    let store = open();
    let at = |time: &str, change: Change| Change { occurred_at: Some(time.into()), ..change };
    let first = at("2026-05-05T10:00:00Z", said("1", "1", "a"));
    let last = at("2026-05-05T10:00:02Z", said("1", "3", "c"));
    let (ids, _) = read(&*store, Pass::Onward, &[first.clone(), last.clone()]).await;
    told(&*store, &ids).await;
    let between = at("2026-05-05T10:00:01Z", said("1", "2", "b"));
    let other = at("2026-05-05T10:00:01Z", said("2", "1", "a"));
    let hint = Change { version: None, ..change("3", None).change };
    let all = [first, between, last, other, hint.clone()];
    let (new, tally) = read(&*store, Pass::Again, &all).await;
    assert_eq!((new.len(), tally.seen, tally.older), (2, 2, 1));
    assert_eq!(read(&*store, Pass::Again, &all).await.0.len(), 0, "once");
    assert_eq!(read(&*store, Pass::Onward, &[hint.clone(), hint]).await.0.len(), 2, "each reading");
    assert_eq!(store.task(&task("appointments")).unwrap().revision, 2, "it moves nothing");
}

pub(crate) async fn what_is_older_by_a_clock_that_was_put_back_is_told(open: Open<'_>) {
    let at = |time: &str, change: Change| Change { occurred_at: Some(time.into()), ..change };
    let store = open();
    for (id, doubted, is_told) in [
        ("1", None, false),
        ("2", Some("2026-05-05T10:59:00Z"), false),
        ("3", Some("2026-05-05T10:50:00Z"), true),
    ] {
        let before = at("2026-05-05T10:58:00Z", said(id, "1", "a"));
        let (ids, _) = read(&*store, Pass::Onward, &[before]).await;
        told(&*store, &ids).await;
        let mut after = of(at("2026-05-05T10:01:00Z", said(id, "2", "b")), Pass::Again);
        after.doubted = doubted.map(|time| time.parse().unwrap());
        let (ids, tally) = commit(&*store, Pass::Again, vec![after]).await;
        assert_eq!((ids.len(), tally.older), if is_told { (1, 0) } else { (0, 1) });
        told(&*store, &ids).await;
    }
}

pub(crate) async fn a_key_stays_until_there_is_another(open: Open<'_>) {
    let store = open();
    let (ids, _) = read(&*store, Pass::Onward, &[said("1", "1", "a")]).await;
    let gone = Change { kind: ChangeKind::Deleted, key: None, ..said("1", "2", "a") };
    let lane = identity::lane_of(&"general".into(), "patient/7");
    let key = |id: ContainerId| store.container(id).unwrap().unwrap().change.key;
    let (deleted, _) = read(&*store, Pass::Onward, &[gone]).await;
    assert_eq!(key(deleted[0]).as_deref(), Some("patient/7"), "while it is collected");
    told(&*store, &ids).await;
    told(&*store, &deleted).await;
    drop(store);
    let store = open();
    let back = Change { key: None, ..said("1", "3", "b") };
    let (ids, _) = read(&*store, Pass::Onward, &[back]).await;
    let pending = |id| store.container(id).unwrap().unwrap().change.key;
    assert_eq!(pending(ids[0]).as_deref(), Some("patient/7"), "after a restart");
    drop(store);
    let lanes: Vec<_> = open().pending().unwrap().iter().map(|it| it.lane).collect();
    assert_eq!(lanes, [lane]);
}

pub(crate) async fn who_loses_a_record_is_told_first(open: Open<'_>) {
    let store = open();
    let (first, _) = read(&*store, Pass::Onward, &[said("1", "1", "a")]).await;
    told(&*store, &first).await;
    let moved = Change { key: Some("patient/8".into()), ..said("1", "2", "b") };
    let (ids, _) = read(&*store, Pass::Onward, std::slice::from_ref(&moved)).await;
    let told_of = |id: ContainerId| {
        let Change { kind, key, data, .. } = store.container(id).unwrap().unwrap().change;
        (kind, key.unwrap(), data)
    };
    let data = moved.data.clone();
    assert_eq!(ids.len(), 2);
    assert_eq!(told_of(ids[0]), (ChangeKind::MovedAway, "patient/7".into(), data.clone()));
    assert_eq!(told_of(ids[1]), (ChangeKind::Upserted, "patient/8".into(), data));
    assert_eq!(read(&*store, Pass::Again, &[moved]).await.0.len(), 0);
    drop(store);
    let pending = open().pending().unwrap();
    let record = identity::record_lane(identity::record(&task("appointments"), "1"));
    assert!(pending.iter().all(|it| it.record == record) && pending.len() == 2);
    assert_ne!(pending[0].lane, pending[1].lane);
}

pub(crate) async fn who_lost_a_record_is_told_once_though_the_change_is_taken_back(open: Open<'_>) {
    let store = open();
    let (first, _) = read(&*store, Pass::Onward, &[said("1", "1", "a")]).await;
    told(&*store, &first).await;
    let moved = Change { key: Some("patient/8".into()), ..said("1", "2", "b") };
    let (ids, _) = read(&*store, Pass::Onward, std::slice::from_ref(&moved)).await;
    told(&*store, &ids[..1]).await;
    drop(store);
    let store = open();
    let to = Rewind { cursor: Some("on".into()), past: Vec::new(), from: Some(ids[0]) };
    assert_eq!(store.rewind(&task("appointments"), to).await.unwrap(), 1);
    let (again, _) = read(&*store, Pass::Onward, &[moved]).await;
    assert_eq!(again.len(), 1);
    let change = store.container(again[0]).unwrap().unwrap().change;
    assert_eq!((change.kind, change.key.as_deref()), (ChangeKind::Upserted, Some("patient/8")));
}

pub(crate) async fn that_it_is_gone_is_told_once(open: Open<'_>) {
    let store = open();
    let gone =
        |version: Option<&str>| Change { kind: ChangeKind::Deleted, ..change("1", version).change };
    let (ids, _) = read(&*store, Pass::Onward, &[said("1", "1", "a"), gone(Some("2"))]).await;
    assert_eq!(ids.len(), 2);
    told(&*store, &ids).await;
    let (none, tally) = read(&*store, Pass::Onward, &[gone(Some("3")), gone(None)]).await;
    assert_eq!((none.len(), tally.same), (0, 2));
}

pub(crate) async fn what_cannot_be_read_is_a_dead_letter_once(open: Open<'_>) {
    let unreadable = |data: &str, id: Option<&str>| {
        let (place, reason) = ("entry 3".into(), "no id".into());
        let unreadable = Unreadable { place, id: id.map(Into::into), reason, data: data.into() };
        NewChange::unreadable(&task("appointments"), unreadable)
    };
    let store = open();
    let both =
        || vec![unreadable("null", None), unreadable("7", Some("1")), change("2", Some("a"))];
    let Committed::Done { made, tally, .. } = store.commit(page(0, both())).await.unwrap() else {
        panic!("fenced")
    };
    assert_eq!((made.len(), tally.unreadable), (1, 2));
    drop(store);
    let store = open();
    let letters = store.dead().unwrap();
    assert!(letters.iter().all(|letter| letter.reason == "entry 3 cannot be read: no id"));
    assert!(committed(&*store, page(1, both())).await.is_empty());
    assert_eq!(store.dead().unwrap().len(), 2, "once");
    let ids: Vec<_> = letters.iter().map(|letter| letter.container).collect();
    let again = store.replay(&ids).await.unwrap();
    assert!(again.iter().all(|pending| pending.stage == Stage::Collect));
    let data = store.container(again[1].id).unwrap().unwrap().change.data;
    assert_eq!((again.len(), data.as_str()), (2, "7"));
}

pub(crate) async fn a_task_remembers_where_it_stood_and_what_it_told(open: Open<'_>) {
    let store = open();
    let id = task("appointments");
    let past = vec![mark(0, None), mark(9, Some("1"))];
    let moves = Some(Move { cursor: "1".into(), past: past.clone(), complete: true });
    let commit = Commit { moves, notices: vec!["slow".into()], ..page(0, vec![]) };
    committed(&*store, commit.clone()).await;
    committed(&*store, Commit { revision: 1, ..commit }).await;
    drop(store);
    let store = open();
    let state = store.task(&id).unwrap();
    assert!(state.past == past && state.notices == ["slow"]);
    store.set_cursor(&id, Some("2".into())).await.unwrap();
    let state = store.task(&id).unwrap();
    assert!(
        state.past.is_empty() && state.notices == ["slow"],
        "where somebody sets it, it begins"
    );
}
