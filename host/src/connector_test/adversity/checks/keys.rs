//! Keys: of what is gone, and of what has another key from now on.

use std::collections::HashMap;

use super::{
    super::{
        lab::Lab,
        material::{CollectCall, PageCall},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, collect, grief,
};
use crate::model::{Change, ChangeKind};

static ELSEWHERE: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "what is gone has another key than the record had before",
    costs: "it is taken for a record that moved from one key to the other and is gone there: who \
            knew it hears of a move, and somebody else of its end",
    mend: "leave the key of a deletion out where the EHR does not say it: the host gives it the \
           record's last",
};

static STUCK: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "`moved_away` fails, with what was recorded or 404 as answers",
    costs: "the change that gave the record its new key waits behind, and both become dead \
            letters: nobody hears that it moved, nor where to",
    mend: "leave out what the EHR no longer knows, or skip; a record that moved is often one that \
           was mended",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("keys", "Keys of what is gone, and of what moves to another");
    gone(&mut tally, &bench.material.pages);
    for call in bench.material.typical_collects() {
        if call.change.kind == ChangeKind::Upserted {
            moves(lab, &mut tally, bench, call).await;
        }
    }
    tally.done("no recorded change is collected to its end")
}

/// Deletions that say their key must say the one that the record had.
fn gone(tally: &mut Tally, pages: &[PageCall]) {
    let mut keys = HashMap::new();
    for call in pages {
        for change in &call.page.changes {
            let record = (&call.place.action, &change.id);
            let known: Option<&String> = keys.get(&record).copied();
            let (Some(key), kind) = (&change.key, change.kind) else { continue };
            if kind == ChangeKind::Deleted {
                tally.tried();
                if known.is_some_and(|known| known != key) {
                    tally.found(&ELSEWHERE, "a recorded deletion", &call.at);
                }
            } else {
                keys.insert(record, key);
            }
        }
    }
}

/// A recorded change, as if its record had another key from now on.
async fn moves(lab: &mut Lab<'_>, tally: &mut Tally, bench: &Bench<'_>, call: &CollectCall) {
    lab.call = format!("{}, moved away", call.at);
    let key = Some(call.change.ordering_key().to_owned());
    let moved = Change { kind: ChangeKind::MovedAway, key, ..call.change.clone() };
    tally.tried();
    if let Err(fault) = collect(lab, bench.material, &call.place, &moved).await {
        grief(tally, &fault, "moved away", &call.at);
        tally.found(&STUCK, format!("moved away → {fault}"), &call.at);
    }
}
