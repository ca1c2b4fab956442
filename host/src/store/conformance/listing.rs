//! Whole listings, held against the last one.

use super::*;

fn listed(id: &str, content: &str) -> NewChange {
    let change = Change { content: Some(content.into()), ..change(id, Some("1")).change };
    let reading = Reading { pass: Pass::Listing, revision: 0, position: 0 };
    NewChange::of(&task("appointments"), change, reading, false)
}

fn begun(second: i64) -> Listing {
    Listing { began: Some(at(second)), ..Listing::default() }
}

/// A page of a pass that began then.
async fn read(store: &dyn Store, began: i64, ids: impl Iterator<Item = u32>) -> Vec<Pending> {
    let state = store.task(&task("appointments")).unwrap();
    read_on(store, Listing { began: Some(at(began)), ..state.listing }, ids).await
}

/// A page of a pass that is there.
async fn read_on(
    store: &dyn Store,
    listing: Listing,
    ids: impl Iterator<Item = u32>,
) -> Vec<Pending> {
    let changes = ids.map(|id| listed(&id.to_string(), "a")).collect();
    let state = store.task(&task("appointments")).unwrap();
    let (listing, moves) = (Some(listing), None);
    let commit = Commit { pass: Pass::Listing, moves, listing, ..page(state.revision, changes) };
    let made = committed(store, commit).await;
    for pending in &made {
        store.fill(filling(pending.id, None, &[])).await.unwrap();
    }
    made
}

async fn end(store: &dyn Store, most: usize) -> EndedListing {
    let task = task("appointments");
    let revision = store.task(&task).unwrap().revision;
    store.end_listing(EndListing { task, revision, at: at(99), most }).await.unwrap()
}

/// Ends a pass; the ids of what is gone.
async fn gone(store: &dyn Store) -> Vec<String> {
    let mut gone = Vec::new();
    loop {
        let EndedListing::Done { made, more } = end(store, 2).await else { panic!("it is held") };
        for pending in made {
            let change = store.container(pending.id).unwrap().unwrap().change;
            assert_eq!(change.kind, ChangeKind::Deleted);
            gone.push(change.id);
            store.fill(filling(pending.id, None, &[])).await.unwrap();
        }
        if !more {
            return gone;
        }
    }
}

pub(crate) async fn what_is_not_listed_any_more_is_gone(open: Open<'_>) {
    let store = open();
    assert_eq!(end(&*store, 9).await, EndedListing::Fenced, "no pass is under way");
    assert_eq!(read(&*store, 0, 0..100).await.len(), 100);
    assert!(gone(&*store).await.is_empty());
    drop(store);
    let store = open();
    assert!(read(&*store, 1, (0..100).filter(|id| id % 7 != 3)).await.is_empty());
    let mut names = gone(&*store).await;
    names.sort_by_key(|name| name.parse::<u32>().unwrap());
    let expected = (0..100).filter(|id| id % 7 == 3).map(|id| id.to_string());
    assert_eq!(names, expected.collect::<Vec<_>>());
    let ended = store.task(&task("appointments")).unwrap().listing.ended.unwrap();
    assert_eq!((ended.at, ended.gone), (at(99), 14));
    drop(store);
    let store = open();
    assert!(read(&*store, 2, (0..100).filter(|id| id % 7 != 3)).await.is_empty());
    assert!(gone(&*store).await.is_empty(), "once");
}

pub(crate) async fn a_pass_goes_on_after_a_restart(open: Open<'_>) {
    let store = open();
    read(&*store, 0, 0..100).await;
    gone(&*store).await;
    read(&*store, 1, 0..50).await;
    drop(store);
    let store = open();
    assert_eq!(store.task(&task("appointments")).unwrap().listing.began, Some(at(1)));
    read(&*store, 1, 51..100).await;
    assert_eq!(gone(&*store).await, ["50"], "it knows what it saw before");
}

pub(crate) async fn a_pass_that_misses_much_is_held(open: Open<'_>) {
    let store = open();
    let id = task("appointments");
    assert!(!store.decide_listing(&id, true).await.unwrap(), "nothing is held");
    read(&*store, 0, 0..100).await;
    gone(&*store).await;
    read(&*store, 1, 0..79).await;
    let held = Held { since: at(99), gone: 21, of: 100, accepted: false };
    assert_eq!(end(&*store, 9).await, EndedListing::Held(held));
    assert!(store.pending().unwrap().is_empty());
    drop(store);
    let store = open();
    assert_eq!(store.task(&id).unwrap().listing.held, Some(held), "after a restart");
    assert!(store.decide_listing(&id, false).await.unwrap());
    assert_eq!(end(&*store, 9).await, EndedListing::Fenced, "it is forgotten");
    read(&*store, 2, 0..79).await;
    assert!(matches!(end(&*store, 9).await, EndedListing::Held(_)));
    assert!(store.decide_listing(&id, true).await.unwrap());
    assert_eq!(gone(&*store).await.len(), 21);
    assert_eq!(store.task(&id).unwrap().listing.held, None);
    read(&*store, 3, 0..64).await;
    assert_eq!(gone(&*store).await.len(), 15, "a fifth is not too much");
}

pub(crate) async fn what_is_told_before_the_first_pass_and_gone_by_then_is_told_gone(
    open: Open<'_>,
) {
    let store = open();
    for (lists, ids) in [(false, 0..5), (true, 5..10)] {
        let changes = ids.map(|id| listed(&id.to_string(), "a")).collect();
        let revision = store.task(&task("appointments")).unwrap().revision;
        for pending in committed(&*store, Commit { lists, ..page(revision, changes) }).await {
            store.fill(filling(pending.id, None, &[])).await.unwrap();
        }
    }
    drop(store);
    let store = open();
    assert_eq!(store.task(&task("appointments")).unwrap().listing.ended, None);
    // Of those that were told while no sweep was to come, nobody knows.
    read(&*store, 1, (0..20).filter(|id| ![3, 7].contains(id))).await;
    assert_eq!(gone(&*store).await, ["7"]);
    assert_eq!(store.task(&task("appointments")).unwrap().listing.missed, 0);
    read(&*store, 2, (0..20).filter(|id| ![3, 7, 4].contains(id))).await;
    assert_eq!(gone(&*store).await, ["4"]);
}

pub(crate) async fn what_a_poll_reads_while_a_listing_is_held_is_not_gone(open: Open<'_>) {
    let store = open();
    read(&*store, 0, 0..100).await;
    gone(&*store).await;
    read(&*store, 1, 0..70).await;
    assert!(matches!(end(&*store, 9).await, EndedListing::Held(_)));
    // One that says something else, and one that says what it said.
    let polled = vec![listed("80", "b"), listed("90", "a")];
    let revision = store.task(&task("appointments")).unwrap().revision;
    let made = committed(&*store, page(revision, polled)).await;
    assert_eq!(made.len(), 1);
    store.fill(filling(made[0].id, None, &[])).await.unwrap();
    drop(store);
    let store = open();
    assert!(store.decide_listing(&task("appointments"), true).await.unwrap());
    let mut names = gone(&*store).await;
    names.sort();
    let expected: Vec<_> =
        (70..100).filter(|id| ![80, 90].contains(id)).map(|id| id.to_string()).collect();
    assert_eq!(names, expected);
}

pub(crate) async fn what_is_back_in_a_listing_is_told_again(open: Open<'_>) {
    let store = open();
    let first = read(&*store, 0, 0..10).await;
    let id = |pending: &Pending| store.container(pending.id).unwrap();
    assert!(id(&first[3]).is_none(), "told");
    gone(&*store).await;
    read(&*store, 1, (0..10).filter(|id| *id != 3)).await;
    assert_eq!(gone(&*store).await, ["3"]);
    let back = read(&*store, 2, 0..10).await;
    assert_eq!(back.len(), 1);
    assert!(gone(&*store).await.is_empty());
    assert!(read(&*store, 3, 0..10).await.is_empty(), "once");
    read(&*store, 3, (0..10).filter(|id| *id != 3)).await;
    assert!(gone(&*store).await.is_empty(), "it was seen in this pass");
}

pub(crate) async fn what_was_there_before_is_silent(open: Open<'_>) {
    let store = open();
    let id = task("appointments");
    let old = NewChange { telling: Telling::Nobody, ..listed("1", "a") };
    let fresh = NewChange { telling: Telling::NotNow, ..listed("2", "a") };
    let (pass, moves, listing) = (Pass::Listing, None, Some(begun(1)));
    let commit = Commit { pass, moves, listing, ..page(0, vec![old, fresh]) };
    let Committed::Done { made, tally, .. } = store.commit(commit).await.unwrap() else {
        panic!("fenced")
    };
    assert_eq!((made.len(), tally.silent), (1, 1));
    assert!(store.container(made[0].id).unwrap().unwrap().silent);
    let keys = ["1", "2"].map(|name| identity::record(&id, name));
    assert_eq!(store.listed(&id, &keys).unwrap(), (1, 1), "what is for another pass has no place");
    drop(store);
    let store = open();
    assert!(store.container(made[0].id).unwrap().unwrap().silent, "after a restart");
    let new = change("2", Some("1"));
    assert_eq!(committed(&*store, page(0, vec![new])).await.len(), 1, "that pass tells it");
}

pub(crate) async fn a_record_that_was_purged_has_no_place(open: Open<'_>) {
    let store = open();
    let id = task("appointments");
    read(&*store, 0, 0..10).await;
    gone(&*store).await;
    let record = identity::record(&id, "3");
    let what = Purge::Record { connection: "general".into(), record };
    store.flush().await.unwrap();
    store.purge(&what).await.unwrap();
    read(&*store, 1, (0..10).filter(|id| *id != 3)).await;
    assert!(gone(&*store).await.is_empty(), "nobody hears of it");
}

pub(crate) async fn what_a_pass_finds_and_what_is_told_beside_it_is_counted(open: Open<'_>) {
    let store = open();
    let id = task("appointments");
    read(&*store, 0, 0..5).await;
    gone(&*store).await;
    let before = store.task(&id).unwrap().listing;
    assert_eq!(read(&*store, 1, 0..6).await.len(), 1);
    let revision = store.task(&id).unwrap().revision;
    assert_eq!(committed(&*store, page(revision, vec![change("9", Some("1"))])).await.len(), 1);
    // What the pass knows of itself is of before that.
    assert_eq!(read_on(&*store, Listing { began: Some(at(1)), ..before }, 6..7).await.len(), 1);
    drop(store);
    let store = open();
    let listing = store.task(&id).unwrap().listing;
    assert_eq!((listing.news, listing.told), (2, 1));
    assert!(gone(&*store).await.is_empty(), "what was found beside the pass was there");
    let listing = store.task(&id).unwrap().listing;
    assert_eq!((listing.missed, listing.told, listing.news), (2, 1, 0));
}

pub(crate) async fn what_a_pass_found_and_is_taken_back_is_found_anew(open: Open<'_>) {
    let store = open();
    let id = task("appointments");
    read(&*store, 0, 0..10).await;
    gone(&*store).await;
    // It finds one that is there, one that is not, and that one is gone; and has begun another pass.
    let commit = |listing, ids: std::ops::Range<u32>| {
        let changes = ids.map(|id| listed(&id.to_string(), "a")).collect();
        let listing = Some(Listing { began: Some(at(1)), ..listing });
        Commit { pass: Pass::Listing, moves: None, listing, ..page(0, changes) }
    };
    let before = store.task(&id).unwrap();
    let made = committed(&*store, commit(before.listing, 1..12)).await;
    assert_eq!(made.len(), 2);
    let EndedListing::Done { made: lost, .. } = end(&*store, 9).await else { panic!("held") };
    assert_eq!(lost.len(), 1);
    committed(&*store, commit(store.task(&id).unwrap().listing, 0..1)).await;
    let to = Rewind { cursor: before.cursor, past: before.past, from: Some(made[0].id) };
    assert_eq!(store.rewind(&id, to).await.unwrap(), 4);
    drop(store);
    let store = open();
    assert_eq!(store.task(&id).unwrap().listing.began, None);
    assert_eq!(read(&*store, 2, 1..11).await.len(), 1);
    assert_eq!(gone(&*store).await, ["0"], "what was never told is not gone");
    assert!(read(&*store, 3, 1..11).await.is_empty(), "once");
}

pub(crate) async fn a_pass_that_met_what_has_no_id_tells_nothing_gone(open: Open<'_>) {
    let store = open();
    read(&*store, 0, 0..10).await;
    gone(&*store).await;
    let state = store.task(&task("appointments")).unwrap();
    let blurred = Listing { began: Some(at(1)), blurred: true, ..state.listing };
    assert!(read_on(&*store, blurred, 1..10).await.is_empty());
    drop(store);
    let store = open();
    assert!(gone(&*store).await.is_empty(), "it may be that one");
    let listing = store.task(&task("appointments")).unwrap().listing;
    assert!(!listing.blurred && listing.ended.is_some_and(|ended| ended.at == at(99)));
    assert!(read(&*store, 2, 1..10).await.is_empty());
    assert_eq!(gone(&*store).await, ["0"], "once all can be read");
}
