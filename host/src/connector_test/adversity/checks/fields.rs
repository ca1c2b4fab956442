//! One odd record among others: each of its fields missing, null, or of another type.

use serde_json::Value;

use super::{
    super::{
        lab::Lab,
        records::{Record, Records},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, NO_RECORD, case_or_grief, collect, grief,
    odd::{self, Odd},
};
use crate::{connector::Page, model::Change};

static POISON: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "one odd record takes all others of its page with it",
    costs: "a single record that the EHR wrote otherwise than ever, and the action is not polled \
            any further until it is mended there; nothing of anyone else is told meanwhile",
    mend: "in `changes`, read records one by one, and say of one that cannot be read that it is \
           `unreadable`, with its place; what is not needed to tell a change can be read in \
           `collect`, where a failure holds up that record alone",
};

static DROPPED: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "a record without a field is passed over in silence",
    costs: "the change is never told, and nothing shows that there was one",
    mend: "make a change of every record that is in the list, or say that it is `unreadable`: \
           `collect` can skip it with a reason, or fail, and all of it is seen",
};

static OTHERS_DROPPED: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "beside an odd record another one is passed over in silence",
    costs: "the change of a record that nothing is wrong with is never told",
    mend: "read records one by one, each for itself",
};

static MISFIT: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "a record that cannot be read is told as a fault of another kind",
    costs: "the host acts on the kind: it renews credentials, waits, or stops for good, none of \
            which helps; and whoever looks after it looks in the wrong place",
    mend: "answer `unexpected-response` for what cannot be read",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("odd-records", "Records that lack a field, or have it otherwise");
    for records in &bench.records {
        let canary = lab.watch.canaries.first();
        let canary = canary.map_or_else(|| "x".to_owned(), |canary| canary.text.clone());
        for record in records.all.iter().take(2) {
            let page = company(lab, records, record).await;
            let whole = odd::whole(&canary).into_iter();
            for odd in whole.chain(odd::each(&record.element, &canary)) {
                let site = Site { bench, records, page: &page };
                site.try_one(lab, &mut tally, &odd).await;
            }
        }
    }
    tally.done(NO_RECORD)
}

/// The records that stand beside an odd one: a copy of it where that can be made, else the
/// other recorded ones.
async fn company(lab: &mut Lab<'_>, records: &Records<'_>, record: &Record) -> Vec<Record> {
    let call = records.call;
    let (copy, _) = record.copy(1);
    let answer = records.response(vec![record.element.clone(), copy.element.clone()]);
    let page = lab.changes(&call.place, call.cursor.as_deref(), &answer).await;
    if page.is_ok_and(|page| has(&page, &copy.change)) && !record.ids.is_empty() {
        return vec![copy];
    }
    let others = records.all.iter().filter(|other| other.change.id != record.change.id);
    others.take(2).cloned().collect()
}

fn has(page: &Page, change: &Change) -> bool {
    page.changes.iter().any(|its| its.id == change.id)
}

struct Site<'s, 'm> {
    bench: &'s Bench<'m>,
    records: &'s Records<'m>,
    /// What stands beside the odd record.
    page: &'s [Record],
}

impl Site<'_, '_> {
    async fn try_one(&self, lab: &mut Lab<'_>, tally: &mut Tally, odd: &Odd) {
        let call = self.records.call;
        lab.call = format!("{}, {}", call.at, odd.what());
        let others = self.page.iter().map(|record| record.element.clone());
        let elements: Vec<Value> = [odd.value.clone()].into_iter().chain(others).collect();
        let answer = self.records.response(elements);
        tally.tried();
        match lab.changes(&call.place, call.cursor.as_deref(), &answer).await {
            Err(fault) => {
                let case = case_or_grief(tally, &fault, &odd.what(), &call.at);
                let flaw = if case == Some("unexpected-response") { &POISON } else { &MISFIT };
                let what = case.map(|case| format!("{} → {case}", odd.what()));
                what.into_iter().for_each(|what| tally.found(flaw, what, &call.at));
            }
            Ok(page) => {
                if self.page.iter().any(|other| !has(&page, &other.change)) {
                    tally.found(&OTHERS_DROPPED, odd.what(), &call.at);
                }
                if page.changes.len() + page.unreadable.len() <= self.page.len()
                    && !odd.is_nothing()
                {
                    tally.found(&DROPPED, odd.what(), &call.at);
                }
                self.collect(lab, tally, odd, &page).await;
            }
        }
    }

    /// A record may be told, skipped or refused, but nothing may break.
    async fn collect(&self, lab: &mut Lab<'_>, tally: &mut Tally, odd: &Odd, page: &Page) {
        let call = self.records.call;
        let is_other = |change: &&Change| self.page.iter().any(|it| it.change.id == change.id);
        let Some(change) = page.changes.iter().find(|change| !is_other(change)) else { return };
        tally.tried();
        if let Err(fault) = collect(lab, self.bench.material, &call.place, change).await {
            grief(tally, &fault, &format!("{}, collected", odd.what()), &call.at);
        }
    }
}
