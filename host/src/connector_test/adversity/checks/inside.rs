//! A status of 200 with an error inside, or with something that is hard to read.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::{
        lab::{Lab, Place},
        material::{CollectCall, PageCall},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, answers, grief, poll_sites,
};
use crate::{
    connector::{Page, Step},
    egress::Response,
};

static LOST: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "an error inside a 200 is read as a page, and the cursor moves",
    costs: "what changed until then is never told",
    mend: "require what only a good answer has, such as the list of records, before anything of \
           it counts",
};

static UNSEEN: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "an error inside a 200 is read as a page in which nothing changed",
    costs: "a session that ran out, or an EHR under maintenance, looks like one in which nothing \
            changes: the task counts as healthy, and nobody notices that nothing is told",
    mend: "require what only a good answer has, such as the list of records; anything else is \
           `unexpected-response`",
};

static TOLD: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "an error inside a 200 is told as if what was asked for had nothing in it",
    costs: "notifications go out without the patient, or without the place, and are never put \
            right: they count as told",
    mend: "in `collect`, require what only a good answer has, such as its id or type, before its \
           fields count; anything else is `unexpected-response`",
};

static LOST_IN_DECORATION: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "records are lost where the answer is spelled in an unusual way",
    costs: "a proxy or an upgrade that adds a byte order mark or a long number, and changes are \
            never told",
    mend: "read such an answer, or refuse all of it",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("errors-inside", "A 200 with an error inside, or hard to read");
    for (at, place, cursor, call) in poll_sites(bench.material) {
        for (name, answer) in answers::errors_inside(call.map(|call: &PageCall| &call.answer)) {
            lab.call = format!("{at}, {name}");
            tally.tried();
            match lab.changes(&place, cursor.as_deref(), &answer).await {
                Err(fault) => grief(&mut tally, &fault, name, &at),
                Ok(page) if page.changes.is_empty() && page.unreadable.is_empty() => {
                    let flaw = if moved(lab, &place, cursor.as_deref(), &page).await {
                        &LOST
                    } else {
                        &UNSEEN
                    };
                    tally.found(flaw, format!("{name} → a page without changes"), &at);
                }
                Ok(_) => {}
            }
        }
        if let Some(call) = call {
            decorated(lab, &mut tally, call).await;
        }
    }
    for (call, at) in bench.material.typical_answers() {
        collects(lab, &mut tally, call, at).await;
    }
    tally.done("the connector has no action")
}

/// Whether the next poll asks otherwise than this one did.
async fn moved(lab: &mut Lab<'_>, place: &Place, cursor: Option<&str>, page: &Page) -> bool {
    let before = lab.poll(place, cursor).await.ok();
    let after = lab.poll(place, Some(&page.cursor)).await.ok();
    before != after
}

async fn decorated(lab: &mut Lab<'_>, tally: &mut Tally, call: &PageCall) {
    let ids = |page: &Page| page.changes.iter().map(|it| it.id.clone()).collect::<BTreeSet<_>>();
    for (name, answer) in answers::decorated(&call.answer) {
        lab.call = format!("{}, {name}", call.at);
        tally.tried();
        match lab.changes(&call.place, call.cursor.as_deref(), &answer).await {
            Err(fault) => grief(tally, &fault, name, &call.at),
            Ok(page) if ids(&page) == ids(&call.page) => {}
            Ok(page) => {
                let (of, left) = (call.page.changes.len(), page.changes.len());
                let what = format!("{name} → {left} of {of} changes");
                tally.found(&LOST_IN_DECORATION, what, &call.at);
            }
        }
    }
}

async fn collects(lab: &mut Lab<'_>, tally: &mut Tally, call: &CollectCall, at: usize) {
    let (Some(good), Some(asked)) = (call.collected.get(at), call.asked.get(at)) else { return };
    let errors = answers::errors_inside(Some(good)).into_iter().map(|it| (it, true));
    let decorated = answers::decorated(good).into_iter().map(|it| (it, false));
    // What was no success when it was recorded says nothing of what success looks like.
    let decorated = decorated.filter(|_| good.status < 300);
    for ((name, answer), is_error) in errors.chain(decorated) {
        let what = format!("{name} to {}", asked.target.split('?').next().unwrap_or_default());
        lab.call = format!("{}, {what}", call.at);
        tally.tried();
        match collect_with(lab, call, at, answer).await {
            Err(fault) => grief(tally, &fault, &what, &call.at),
            Ok(Step::Notify { .. } | Step::Skip { .. }) if is_error => {
                tally.found(&TOLD, format!("{what} → told, or skipped"), &call.at);
            }
            Ok(_) => {}
        }
    }
}

async fn collect_with(
    lab: &mut Lab<'_>,
    call: &CollectCall,
    at: usize,
    answer: Response,
) -> Result<Step, crate::connector::Fault> {
    let mut collected = call.collected.clone();
    if let Some(place) = collected.get_mut(at) {
        *place = Arc::new(answer);
    }
    lab.collect(&call.place, &call.change, call.memo.as_deref(), &collected).await
}
