//! A record that the EHR dated years ahead.

use super::{
    super::{
        lab::Lab,
        report::{Cost, Done, Flaw, Tally},
        shape::Shape,
        stamp::later,
    },
    Bench, grief,
};

/// Ten years, in seconds.
const AHEAD: i64 = 10 * 365 * 86_400;

const WITHOUT: &str = "it is not asked by time, or its records have none that it goes by";

static FOLLOWED: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "one record that is dated in the future takes the cursor there",
    costs: "one wrong date in the EHR, and nothing that changes before that date is ever told: \
            polls go on, and find nothing, for years",
    mend: "tell the record, but let the cursor go no further than the latest time that is not \
           beyond `now` by more than a day (a time to compare with, not to make a cursor of)",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("future-record", "A record that is dated years ahead");
    for records in &bench.records {
        let Some(record) = records.datable() else { continue };
        let call = records.call;
        let Some(shape) = Shape::of(lab, &call.place).await else { continue };
        let place = call.place.later(86_400);
        let [(present, _), (ahead, _)] = [record.copy(1), record.copy(2)];
        let present = present.dated(later(call.place.now, 0));
        let ahead = ahead.dated(later(place.now, AHEAD));
        let what = "one record of now and one of ten years ahead";
        lab.call = format!("{}, {what}", call.at);
        let answer = records.response(vec![present.element, ahead.element]);
        tally.tried();
        let cursor = match lab.changes(&place, call.cursor.as_deref(), &answer).await {
            Ok(page) => page.cursor,
            Err(fault) => {
                grief(&mut tally, &fault, what, &call.at);
                continue;
            }
        };
        let Ok(request) = lab.poll(&place.later(60), Some(&cursor)).await else { continue };
        let since = shape.since(&place, &request).map(|since| since.instant);
        if let Some(since) = since.filter(|since| *since > later(place.now, AHEAD / 2)) {
            tally.found(&FOLLOWED, format!("{what} → asks since {since}"), &call.at);
        }
    }
    tally.done(WITHOUT)
}
