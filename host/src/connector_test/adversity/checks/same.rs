//! The same call twice: another instance, other random numbers, the same answer.

use super::{
    super::{
        lab::{Lab, Place},
        material::{CollectCall, PageCall},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, poll_sites,
};
use crate::{
    connector::{Fault, Page, Request, Step, Unreadable},
    model::Change,
};

static DIFFERS: Flaw = Flaw {
    cost: Cost::Repeated,
    seen: "the same call gives another answer in another instance",
    costs: "what is read again after a crash is told again under another id or with other bytes, \
            and a recorded poll cannot be replayed",
    mend: "use nothing but the arguments: no random numbers, no clock, nothing kept from an \
           earlier call; sort what comes out of a hash map",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("determinism", "The same call in another instance: the same answer");
    for (at, place, cursor, call) in poll_sites(bench.material) {
        lab.call = format!("{at}, in instances of their own");
        let first = asked(lab, &place, cursor.as_deref()).await;
        let second = asked(lab, &elsewhere(&place), cursor.as_deref()).await;
        tally.tried();
        if first != second {
            tally.found(&DIFFERS, "`poll` asks something else", &at);
        }
        if let Some(call) = call {
            page(lab, &mut tally, call).await;
        }
    }
    for call in bench.material.typical_collects() {
        collect(lab, &mut tally, call).await;
    }
    tally.done("the connector has no action")
}

/// The same to the guest, but with other random numbers.
fn elsewhere(place: &Place) -> Place {
    Place { connection: "other", ..place.clone() }
}

async fn asked(lab: &mut Lab<'_>, place: &Place, cursor: Option<&str>) -> Result<Request, Fault> {
    lab.fresh();
    lab.poll(place, cursor).await
}

async fn page(lab: &mut Lab<'_>, tally: &mut Tally, call: &PageCall) {
    for place in [call.place.clone(), elsewhere(&call.place)] {
        lab.fresh();
        tally.tried();
        match lab.changes(&place, call.cursor.as_deref(), &call.answer).await {
            Ok(page) if same(&page, &call.page) => {}
            Ok(page) => tally.found(&DIFFERS, different(&page, &call.page), &call.at),
            Err(fault) => tally.found(&DIFFERS, format!("`changes` fails: {fault}"), &call.at),
        }
    }
}

fn same(page: &Page, other: &Page) -> bool {
    fn all(page: &Page) -> (&[Change], &[Unreadable], &[String], &str, bool) {
        (&page.changes, &page.unreadable, &page.notices, &page.cursor, page.more)
    }
    all(page) == all(other)
}

fn different(page: &Page, other: &Page) -> &'static str {
    match page.changes == other.changes {
        true => "`changes` gives another cursor",
        false => "`changes` gives other changes, or in another order",
    }
}

async fn collect(lab: &mut Lab<'_>, tally: &mut Tally, call: &CollectCall) {
    let (change, memo) = (&call.change, call.memo.as_deref());
    let mut steps = Vec::new();
    for place in [call.place.clone(), elsewhere(&call.place)] {
        lab.call = format!("{}, in instances of their own", call.at);
        lab.fresh();
        tally.tried();
        let step = lab.collect(&place, change, memo, &call.collected).await;
        steps.push(step.map(|step| told(&step)));
    }
    if steps.first() != steps.last() {
        tally.found(&DIFFERS, "`collect` tells something else", &call.at);
    }
}

/// All of a step that can differ.
pub(super) fn told(step: &Step) -> (String, String, Option<String>) {
    match step {
        Step::Fetch(requests) => {
            let targets: Vec<&str> = requests.iter().map(|it| it.target.as_str()).collect();
            ("fetch".into(), targets.join(" "), None)
        }
        Step::Notify { event, payload, memo } => (event.clone(), payload.clone(), memo.clone()),
        Step::Skip { reason, memo } => ("skip".into(), reason.clone(), memo.clone()),
    }
}
