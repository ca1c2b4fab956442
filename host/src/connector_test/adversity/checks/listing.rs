//! A listing has all records, whenever they changed.

use super::{
    super::{
        lab::{Lab, Place},
        records::{Record, Records},
        report::{Cost, Done, Flaw, Tally},
        shape, stamp,
    },
    Bench, case_or_grief,
};
use crate::{
    connector::{Mode, Page, Request},
    model::Change,
};

/// A year: what changed so long ago is in a listing, too.
const LONG_AGO: i64 = -365 * 86_400;

const ABOUT: &str = "A listing has all records, whenever they changed";

static REFUSED: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "an action that lists has no listing to read",
    costs: "what the feed missed is never found, and a baseline never read",
    mend: "answer `poll` and `changes` where `context.listing` is set, or leave `lists` out",
};

static BY_TIME: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "a listing is asked for by a time from which on",
    costs: "what changed before is taken for gone, or never found where the feed missed it",
    mend: "where `context.listing` is set, ask for all records and leave `context.since` out",
};

static PASSED_OVER: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "a listing passes over records that the EHR answered",
    costs: "what is in the EHR is taken for gone, or never found where the feed missed it",
    mend: "where `context.listing` is set, make a change of every record, whatever its time",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("listing", ABOUT);
    for records in &bench.records {
        let call = records.call;
        let action = lab.connector().manifest().action(&call.place.action);
        if action.is_some_and(|action| action.lists) {
            lab.call = format!("{}, as a listing", call.at);
            let mode = Mode { listing: true, ..Mode::default() };
            let place = Place { mode, ..call.place.clone() };
            list(lab, &mut tally, records, &place).await;
        }
    }
    tally.done("no recorded action says that it lists")
}

async fn list(lab: &mut Lab<'_>, tally: &mut Tally, records: &Records<'_>, place: &Place) {
    let at = &records.call.at;
    tally.tried();
    let Some(request) = asked(lab, tally, place, at).await else { return };
    let earlier = Place { since: stamp::later(place.since, LONG_AGO), ..place.clone() };
    if lab.poll(&earlier, None).await.is_ok_and(|other| other != request) {
        tally.found(&BY_TIME, "it differs with `context.since`", at);
    }
    let path = shape::path(&records.call.place, &records.call.request);
    if shape::path(place, &request) != path {
        tally.note(format!("{at}: its listing has another path, of which nothing is recorded"));
        return;
    }
    let old: Vec<Record> = records.all.iter().map(|record| long_ago(record, place)).collect();
    let elements = old.iter().map(|record| record.element.clone()).collect();
    match lab.changes(place, None, &records.response(elements)).await {
        Ok(page) => {
            let missing = old.iter().filter(|record| !has(&page, &record.change)).count();
            if missing > 0 {
                let what = format!("{missing} of {} that changed a year before", old.len());
                tally.found(&PASSED_OVER, what, at);
            }
        }
        Err(fault) => {
            if case_or_grief(tally, &fault, "`changes` of a listing", at).is_some() {
                tally.found(&REFUSED, fault.to_string(), at);
            }
        }
    }
}

fn long_ago(record: &Record, place: &Place) -> Record {
    record.dated(stamp::later(place.since, LONG_AGO))
}

fn has(page: &Page, change: &Change) -> bool {
    let unreadable = page.unreadable.iter().filter_map(|it| it.id.as_ref());
    let mut ids = page.changes.iter().map(|it| &it.id).chain(unreadable);
    ids.any(|id| *id == change.id)
}

async fn asked(lab: &mut Lab<'_>, tally: &mut Tally, place: &Place, at: &str) -> Option<Request> {
    match lab.poll(place, None).await {
        Ok(request) => Some(request),
        Err(fault) => {
            if case_or_grief(tally, &fault, "`poll` of a listing", at).is_some() {
                tally.found(&REFUSED, fault.to_string(), at);
            }
            None
        }
    }
}
