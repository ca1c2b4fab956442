//! Cursors of an older version of the connector, and texts that are none.

use super::{
    super::{
        lab::{Lab, Place},
        material::Material,
        report::{Cost, Done, Flaw, Tally},
        stamp,
    },
    Bench, answers, case_or_grief, grief,
};
use crate::connector::{Request, TimeForm};

/// Texts that no connector wrote.
const FOREIGN: [&str; 11] = [
    "",
    " ",
    "garbage",
    "0",
    "-1",
    "{}",
    "[]",
    "null",
    "{\"version\":0,\"page\":\"abc\"}",
    "\u{1f980}\0\u{7f}",
    "2026-01-01T00:00:00Z;v0;3",
];

/// How far from now a cursor of the future is, in years.
const YEARS: i64 = 100;

static RESTARTED: Flaw = Flaw {
    cost: Cost::Repeated,
    seen: "a cursor that it does not know makes it begin again in silence",
    costs: "after an upgrade that changes the cursor's form all is read from the beginning, and \
            told again where its version is no longer remembered; nobody is asked",
    mend: "answer `cursor-lost` to a cursor that cannot be read: the task then waits for a \
           person, who decides where it goes on",
};

static MISFIT: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "a cursor that it cannot read is a failure of another kind than `cursor-lost`",
    costs: "the host asks again and again, where only a person can help; and whoever looks after \
            it looks in the wrong place",
    mend: "answer `cursor-lost` to a cursor that cannot be read",
};

static FUTURE: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "a cursor from the future is asked with in silence",
    costs: "whatever set it (a mistyped `rounds cursor set`, an EHR whose clock was wrong) \
            makes the EHR answer that nothing changed, for years",
    mend: "where the cursor is a time, answer `cursor-lost` if it is later than `now` by more \
           than a day",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally =
        Tally::new("cursors", "Cursors of another version, cut, foreign or of the future");
    for (at, place) in &bench.material.places {
        let Ok(first) = lab.poll(place, None).await else {
            tally.note(format!("{at}: it does not ask with these settings"));
            continue;
        };
        let own = own(bench.material, place);
        for cursor in FOREIGN {
            try_one(lab, &mut tally, (at, place), Some(&first), cursor).await;
        }
        for cursor in &own {
            // One that lies close to the beginning asks as at first, also with a space behind it.
            let asks = lab.poll(place, Some(cursor)).await.ok();
            let first = Some(&first).filter(|first| asks.as_ref() != Some(*first));
            for bent in bent(cursor).iter().filter(|bent| !own.contains(bent)) {
                try_one(lab, &mut tally, (at, place), first, bent).await;
            }
        }
        for cursor in &own {
            future(lab, &mut tally, (at, place), cursor).await;
        }
    }
    tally.done("the connector has no action")
}

/// Cursors that were recorded for this action.
fn own(material: &Material, place: &Place) -> Vec<String> {
    let pages = material.pages.iter().filter(|call| call.place.action == place.action);
    let mut cursors: Vec<String> = pages.map(|call| call.page.cursor.clone()).collect();
    cursors.sort_by_key(|cursor| (cursor.len(), cursor.clone()));
    cursors.dedup();
    let longest = cursors.split_off(cursors.len().saturating_sub(2));
    cursors.into_iter().take(2).chain(longest).collect()
}

/// The connector's own cursor, cut short and with something behind it.
fn bent(cursor: &str) -> Vec<String> {
    let letters: Vec<char> = cursor.chars().collect();
    let cuts = [letters.len() / 4, letters.len() / 2, letters.len().saturating_sub(1)];
    let cuts = cuts.map(|cut| letters.iter().take(cut).collect());
    let extended = ["x", "}", " ", ",\"more\":1}"].map(|extra| format!("{cursor}{extra}"));
    let unknown = cursor.strip_prefix('{').map(|rest| format!("{{\"x-unknown\":true,{rest}"));
    cuts.into_iter().chain(extended).chain(unknown).collect()
}

async fn try_one(
    lab: &mut Lab<'_>,
    tally: &mut Tally,
    (at, place): (&str, &Place),
    first: Option<&Request>,
    cursor: &str,
) {
    let what = format!("the cursor {cursor:?}");
    lab.call = format!("{at}, {what}");
    tally.tried();
    match lab.poll(place, Some(cursor)).await {
        Err(fault) => {
            let case = case_or_grief(tally, &fault, &what, at);
            if let Some(case) = case.filter(|case| *case != "cursor-lost") {
                tally.found(&MISFIT, format!("{what} → {case}"), at);
            }
        }
        Ok(request) => {
            if let Some(first) = first.filter(|first| request == **first)
                && asks_by_cursor(lab, place, first).await
            {
                tally.found(&RESTARTED, format!("{what} → asks as at first"), at);
            }
        }
    }
    let answer = answers::plain(200, "{}");
    if let Err(fault) = lab.changes(place, Some(cursor), &answer).await {
        grief(tally, &fault, &format!("{what}, in `changes`"), at);
    }
}

/// Whether any other beginning makes another first request: then a cursor has to as well.
async fn asks_by_cursor(lab: &mut Lab<'_>, place: &Place, first: &Request) -> bool {
    let other = Place { since: stamp::later(place.since, -7 * 86_400), ..place.clone() };
    lab.poll(&other, None).await.is_ok_and(|request| request != *first)
}

async fn future(lab: &mut Lab<'_>, tally: &mut Tally, (at, place): (&str, &Place), cursor: &str) {
    let action = lab.connector().manifest().action(&place.action);
    let declared = action.and_then(|action| action.record_time.as_ref()).map(|time| time.form);
    let is_number =
        matches!(declared, None | Some(TimeForm::EpochSeconds | TimeForm::EpochMilliseconds));
    let near = is_number.then_some(place.now);
    let Some(moved) = stamp::moved_by_years(cursor, YEARS, near) else { return };
    let what = format!("the cursor {moved:?}");
    lab.call = format!("{at}, {what}");
    tally.tried();
    match lab.poll(place, Some(&moved)).await {
        Ok(_) => tally.found(&FUTURE, what, at),
        Err(fault) => grief(tally, &fault, &what, at),
    }
}
