//! The same at another time: the host's clock may shape a request, and nothing else.

use super::{
    super::{
        lab::Lab,
        material::{CollectCall, PageCall},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, NO_PAGE,
    same::told,
};

/// How much later the same is tried, in seconds.
const LATER: i64 = 3600;

static IN_CURSOR: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "the host's clock is in the cursor, and decides from when is asked",
    costs: "what the EHR commits a moment late, or dates by a clock that is behind the host's, \
            is never told",
    mend: "make the cursor of the latest time in the EHR's answer, or of a time that the EHR \
           itself gives",
};

static KEPT: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "the host's clock stands in the cursor, though what is asked next does not hang on it",
    costs: "nothing is lost by it here; but a replayed poll ends with another cursor, and \
            whoever compares cursors sees a difference that is none",
    mend: "leave `now` out of the cursor where the EHR's own times do as well",
};

static IN_CHANGES: Flaw = Flaw {
    cost: Cost::Repeated,
    seen: "changes differ with the host's clock",
    costs: "the same record is another change at every poll, and told again each time",
    mend: "make ids, versions and data of what the EHR says, and of nothing else",
};

static IN_TOLD: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "notifications differ with the host's clock",
    costs: "a change that is collected again is told with other bytes",
    mend: "take times from the record; the host puts its own on every notification",
};

static IN_MEMO: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "memos differ with the host's clock",
    costs: "what a record's next change is compared with is another after every replay",
    mend: "make memos of what the EHR says",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("host-clock", "The same an hour later: the same changes and cursor");
    for call in bench.material.typical_pages() {
        page(lab, &mut tally, call).await;
    }
    for call in bench.material.typical_collects() {
        collect(lab, &mut tally, call).await;
    }
    tally.done(NO_PAGE)
}

async fn page(lab: &mut Lab<'_>, tally: &mut Tally, call: &PageCall) {
    lab.call = format!("{}, an hour later", call.at);
    let place = call.place.later(LATER);
    // An answer that names a date is old an hour later, and may be read as such.
    let mut answer = call.answer.clone();
    answer.headers.retain(|(name, _)| name != "date");
    let cursor = call.cursor.as_deref();
    let Ok(then) = lab.changes(&call.place, cursor, &answer).await else { return };
    let Ok(page) = lab.changes(&place, cursor, &answer).await else { return };
    tally.tried();
    if page.changes != then.changes {
        let what = format!("{} changes, not the same an hour later", page.changes.len());
        tally.found(&IN_CHANGES, what, &call.at);
    }
    if page.cursor == then.cursor {
        return;
    }
    let at = place.later(LATER);
    let earlier = lab.poll(&at, Some(&then.cursor)).await.ok();
    let later = lab.poll(&at, Some(&page.cursor)).await.ok();
    let flaw = if earlier == later { &KEPT } else { &IN_CURSOR };
    tally.found(flaw, "an hour later, another cursor", &call.at);
}

async fn collect(lab: &mut Lab<'_>, tally: &mut Tally, call: &CollectCall) {
    lab.call = format!("{}, an hour later", call.at);
    let (change, memo) = (&call.change, call.memo.as_deref());
    let Ok(then) = lab.collect(&call.place, change, memo, &call.collected).await else { return };
    let place = call.place.later(LATER);
    let Ok(now) = lab.collect(&place, change, memo, &call.collected).await else { return };
    tally.tried();
    let ((event, payload, memo), (its_event, its_payload, its_memo)) = (told(&then), told(&now));
    if (event, payload) != (its_event, its_payload) {
        tally.found(&IN_TOLD, "an hour later, another notification", &call.at);
    }
    if memo != its_memo {
        tally.found(&IN_MEMO, "an hour later, another memo", &call.at);
    }
}
