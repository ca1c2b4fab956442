//! Two hundred polls: cursors, memos and memory stay as they are.

use super::{
    super::{
        ehr::{Ehr, Trouble, Visit},
        lab::Lab,
        material::{CollectCall, PageCall},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, NO_PAGE, grief,
};
use crate::{connector::Step, model::Change};

/// How many polls there are.
const POLLS: usize = 200;
/// So many records change again and again.
const RECORDS: usize = 3;
/// After so many it has found its size.
const SETTLED: usize = 40;
/// So many bytes more than when it had settled are no growth: numbers get longer.
const SLACK: usize = 48;
/// So many bytes of memory more are none either: a page of WebAssembly is 64 KiB.
const MEMORY_SLACK: usize = 4 << 20;

static CURSOR: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "the cursor grows from poll to poll",
    costs: "after days or weeks it reaches the host's limit, and the action is not polled any \
            further",
    mend: "keep where the reading stands, and not what was read: the host remembers ids and \
           versions",
};

static MEMO: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "a record's memo grows from change to change",
    costs: "a record that changes often reaches the host's limit, and is never told of again",
    mend: "keep a fingerprint of the last state, and not of all",
};

static MEMORY: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "the guest's memory grows from call to call",
    costs: "long polls take more and more of the host's memory, and may end at its limit",
    mend: "keep nothing between calls; free what a call used",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("growth", "200 polls: cursors, memos and memory stay as they are");
    for records in &bench.records {
        match Ehr::of(lab, &bench.records, records).await {
            Some(mut ehr) => simulated(lab, &mut tally, &mut ehr).await,
            None => replayed(lab, &mut tally, records.call).await,
        }
        memory(lab, &mut tally, records.call).await;
    }
    let told = |call: &&CollectCall| call.event.is_some();
    for call in bench.material.typical_collects().into_iter().filter(told).take(RECORDS) {
        memos(lab, &mut tally, call).await;
    }
    tally.done(NO_PAGE)
}

/// Polls of an EHR in which something changes all the time.
async fn simulated(lab: &mut Lab<'_>, tally: &mut Tally, ehr: &mut Ehr<'_, '_>) {
    ehr.clear();
    let (mut sizes, mut visit) = (Vec::new(), Visit::default());
    lab.call = format!("{}, as an EHR, {POLLS} times", ehr.at());
    for poll in 0..POLLS {
        ehr.add(60 * poll);
        // Few clocks for many polls, as each needs an instance of its own.
        let place = ehr.place.later(i64::try_from(poll / 20).unwrap_or_default() * 1200);
        tally.tried();
        match ehr.poll(lab, &place, &mut visit).await {
            Ok(()) => sizes.push(visit.cursor.as_ref().map_or(0, String::len)),
            Err(Trouble::Fault(fault)) => {
                grief(tally, &fault, &format!("poll {poll}"), ehr.at());
                break;
            }
            Err(_) => break,
        }
        visit.seen.clear();
    }
    judge(tally, &CURSOR, &sizes, ehr.at());
}

/// The recorded answer again and again, as an EHR of which nothing more is known.
async fn replayed(lab: &mut Lab<'_>, tally: &mut Tally, call: &PageCall) {
    let (mut sizes, mut cursor) = (Vec::new(), call.cursor.clone());
    lab.call = format!("{}, {POLLS} times", call.at);
    for poll in 0..POLLS {
        tally.tried();
        match lab.changes(&call.place, cursor.as_deref(), &call.answer).await {
            Ok(page) => {
                sizes.push(page.cursor.len());
                cursor = Some(page.cursor);
            }
            Err(fault) => {
                grief(tally, &fault, &format!("poll {poll}"), &call.at);
                break;
            }
        }
    }
    judge(tally, &CURSOR, &sizes, &call.at);
}

/// A record that changes again and again.
async fn memos(lab: &mut Lab<'_>, tally: &mut Tally, call: &CollectCall) {
    let (mut sizes, mut memo) = (Vec::new(), call.memo.clone());
    lab.call = format!("{}, {POLLS} times", call.at);
    for number in 0..POLLS {
        let version = call.change.version.as_ref().map(|version| format!("{version}{number}"));
        let change = Change { version, ..call.change.clone() };
        tally.tried();
        let left = match lab.collect(&call.place, &change, memo.as_deref(), &call.collected).await {
            Ok(Step::Notify { memo, .. } | Step::Skip { memo, .. }) => memo,
            Ok(Step::Fetch(_)) => break,
            Err(fault) => {
                grief(tally, &fault, &format!("change {number}"), &call.at);
                break;
            }
        };
        sizes.push(left.as_ref().map_or(0, String::len));
        memo = left.or(memo);
    }
    judge(tally, &MEMO, &sizes, &call.at);
}

/// One page again and again, in one instance.
async fn memory(lab: &mut Lab<'_>, tally: &mut Tally, call: &PageCall) {
    lab.call = format!("{}, {POLLS} times in one instance", call.at);
    lab.fresh();
    let mut settled = 0;
    for number in 0..POLLS {
        let page = lab.changes(&call.place, call.cursor.as_deref(), &call.answer).await;
        if page.is_err() {
            return;
        }
        if number == SETTLED {
            settled = lab.memory();
        }
    }
    tally.tried();
    let memory = lab.memory();
    if memory > settled + MEMORY_SLACK {
        let (from, to) = (settled >> 10, memory >> 10);
        tally.found(&MEMORY, format!("from {from} KiB to {to} KiB in {POLLS} calls"), &call.at);
    }
}

/// Growth is what goes on after it has settled.
fn judge(tally: &mut Tally, flaw: &'static Flaw, sizes: &[usize], at: &str) {
    let most = |sizes: &[usize]| sizes.iter().copied().max().unwrap_or_default();
    let (early, late) = sizes.split_at(SETTLED.min(sizes.len()));
    if most(late) > most(early) + SLACK {
        let (from, to) = (most(early), most(late));
        tally.found(flaw, format!("from {from} bytes to {to} in {} polls", sizes.len()), at);
    }
}
