//! A page that ends between changes of one time, and a poll that does.

use super::{
    super::{
        ehr::{Ehr, Paging, Trouble, Visit},
        lab::Lab,
        records::Records,
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, NO_RECORD, case_or_grief,
};
use crate::connector::TimeForm;

/// Pages of more records than this are not filled.
const LARGEST: usize = 2_000;

const ABOUT: &str = "A page or a poll that ends between changes of one time";
const NOT_BY_TIME: &str =
    "its first request is for others, or not by time, or its records have no time to go by";

static BETWEEN_PAGES: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "changes are lost where a page ends between some of one time",
    costs: "whenever as many records change at once as fill a page (an import, a clinic's \
            closing), the rest of them is never told, and nothing shows that they are missing",
    mend: "ask for the next page from the last time on inclusively (`>=`), never later than it; \
           what is read twice is told once, as long as changes have versions",
};

static BETWEEN_POLLS: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "a change is lost that has the same time as the last one of an earlier poll",
    costs: "an EHR's times are seconds or coarser: what changes later in a second that was \
            polled already is never told",
    mend: "let the cursor be the last time seen, and ask from it inclusively (`>=`) at the next \
           poll; changes with versions are not told twice",
};

static ENDLESS: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "a poll has no end, or ends in a failure, where a page is full of changes of one time",
    costs: "one bulk change in the EHR, and the action is never polled past it",
    mend: "where a full page does not move the cursor on, ask for larger pages, or follow the \
           EHR's own links",
};

static AT_THE_EDGE: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "changes are lost where a page or a poll ends, though no two have the same time",
    costs: "whatever stands next to the edge of a page is never told, and nothing shows it",
    mend: "ask for the next page from the last time of this one",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("page-boundary", ABOUT);
    for records in &bench.records {
        let (action, path) = (&records.call.place.action, records.call.path());
        lab.call = format!("{}, made into an EHR", records.call.at);
        let Some(mut ehr) = Ehr::of(lab, &bench.records, records).await else {
            tally.note(match misplaced(lab, records) {
                Some(why) => format!("`{action}`, {path}: {why}"),
                None => format!("`{action}`, {path}: {NOT_BY_TIME}"),
            });
            continue;
        };
        if is_unique(lab, action) {
            apart(lab, &mut tally, &mut ehr).await;
            continue;
        }
        match ehr.page_size() {
            Some(size) if size <= LARGEST => {
                between_pages(lab, &mut tally, &mut ehr, size).await;
                all_of_one_time(lab, &mut tally, &mut ehr, size).await;
            }
            _ => tally.note(format!(
                "`{action}`: how it goes on from a full page could not be told, so none was filled"
            )),
        }
        between_polls(lab, &mut tally, &mut ehr).await;
    }
    tally.done(if bench.records.is_empty() { NO_RECORD } else { NOT_BY_TIME })
}

/// That no record has the time that the manifest says it has.
fn misplaced(lab: &Lab<'_>, records: &Records<'_>) -> Option<String> {
    let action = lab.connector().manifest().action(&records.call.place.action)?;
    let time = action.record_time.as_ref().filter(|time| time.form != TimeForm::Sequence)?;
    records.all.iter().all(|record| record.times.is_empty()).then(|| {
        let field = &time.field;
        format!("no recorded record has at `{field}` a time of the form that the manifest says")
    })
}

/// Whether the manifest says that no two changes share a time.
fn is_unique(lab: &Lab<'_>, action: &str) -> bool {
    let action = lab.connector().manifest().action(action);
    action.and_then(|action| action.record_time.as_ref()).is_some_and(|time| time.unique)
}

/// Three pages of records, then some more, all of times of their own.
async fn apart(lab: &mut Lab<'_>, tally: &mut Tally, ehr: &mut Ehr<'_, '_>) {
    ehr.clear();
    let size = ehr.page_size().filter(|size| *size <= LARGEST).unwrap_or(1);
    (0..=2 * size).for_each(|second| ehr.add(second));
    let mut visit = Visit::default();
    let mut polled = ehr.poll(lab, &ehr.place.clone(), &mut visit).await;
    (1..=size + 1).for_each(|second| ehr.add(2 * size + second));
    if polled.is_ok() {
        polled = ehr.poll(lab, &ehr.place.later(60), &mut visit).await;
    }
    let what = format!("{} records of {} times, in two polls", ehr.len(), ehr.len());
    judge(tally, ehr, &visit, polled, (&AT_THE_EDGE, &what));
}

/// A page whose last two records have the time of the next one's first two.
async fn between_pages(lab: &mut Lab<'_>, tally: &mut Tally, ehr: &mut Ehr<'_, '_>, size: usize) {
    ehr.clear();
    let before = size.saturating_sub(2).max(usize::from(size > 1));
    (0..before).for_each(|second| ehr.add(second));
    (0..4).for_each(|_| ehr.add(before + 10));
    (0..3).for_each(|second| ehr.add(before + 20 + second));
    let what = format!("{} records, 4 of one time around the end of a page of {size}", ehr.len());
    let mut visit = Visit::default();
    let polled = ehr.poll(lab, &ehr.place.clone(), &mut visit).await;
    judge(tally, ehr, &visit, polled, (&BETWEEN_PAGES, &what));
}

/// More records of one time than two pages hold.
async fn all_of_one_time(lab: &mut Lab<'_>, tally: &mut Tally, ehr: &mut Ehr<'_, '_>, size: usize) {
    ehr.clear();
    (0..=2 * size).for_each(|_| ehr.add(10));
    let what = format!("{} records of one time, in pages of {size}", ehr.len());
    let mut visit = Visit::default();
    let polled = ehr.poll(lab, &ehr.place.clone(), &mut visit).await;
    judge(tally, ehr, &visit, polled, (&BETWEEN_PAGES, &what));
}

/// Records that appear after a poll, with the time of the last that it saw.
async fn between_polls(lab: &mut Lab<'_>, tally: &mut Tally, ehr: &mut Ehr<'_, '_>) {
    ehr.clear();
    [0, 10, 10].into_iter().for_each(|second| ehr.add(second));
    let mut visit = Visit::default();
    let mut polled = ehr.poll(lab, &ehr.place.clone(), &mut visit).await;
    let first = ehr.missed(&visit);
    [10, 10, 20].into_iter().for_each(|second| ehr.add(second));
    for minute in 1..=2 {
        if polled.is_ok() {
            polled = ehr.poll(lab, &ehr.place.later(minute * 60), &mut visit).await;
        }
    }
    let what = format!("3 records, then 2 more of the last one's time (first poll missed {first})");
    judge(tally, ehr, &visit, polled, (&BETWEEN_POLLS, &what));
}

fn judge(
    tally: &mut Tally,
    ehr: &Ehr<'_, '_>,
    visit: &Visit,
    polled: Result<(), Trouble>,
    (flaw, what): (&'static Flaw, &str),
) {
    let call = format!("{}, as an EHR that pages {}", ehr.at(), how(ehr.paging));
    tally.tried();
    match polled {
        Ok(()) if ehr.missed(visit) > 0 => {
            let (missed, pages) = (ehr.missed(visit), visit.pages);
            tally.found(flaw, format!("{what} → {missed} never told, in {pages} pages"), &call);
        }
        Ok(()) => {}
        Err(Trouble::NotUnderstood) => tally
            .note(format!("{call}: it asks on in a way that could not be told, so this was left")),
        Err(Trouble::Endless) => {
            tally.found(&ENDLESS, format!("{what} → no end in {} pages", visit.pages), &call);
        }
        Err(Trouble::Fault(fault)) => {
            if case_or_grief(tally, &fault, what, &call).is_some() {
                tally.found(&ENDLESS, format!("{what} → {fault}"), &call);
            }
        }
    }
}

fn how(paging: Paging) -> &'static str {
    match paging {
        Paging::Full => "by full pages",
        Paging::Link => "by next links",
        Paging::Whole => "not at all",
    }
}
