//! Changes of a page, the oldest first.

use jiff::Timestamp;

use super::{
    super::{
        report::{Cost, Done, Flaw, Tally},
        stamp::Stamp,
    },
    Bench,
};

static NEWEST_FIRST: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "changes of a page are not told in the order in which they happened",
    costs: "a receiver hears an older state after a newer one where both have the same key, and \
            keeps the older",
    mend: "sort the changes of a page by the time they happened, the oldest first",
};

pub(super) fn check(bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("order", "Changes of a page, the oldest first");
    for call in &bench.material.pages {
        let times = call.page.changes.iter().filter_map(|change| change.occurred_at.as_deref());
        let times: Vec<Timestamp> =
            times.filter_map(|text| Some(Stamp::parse(text)?.instant)).collect();
        if times.len() < 2 {
            continue;
        }
        tally.tried();
        if !times.is_sorted() {
            tally.found(&NEWEST_FIRST, format!("{} changes", times.len()), &call.at);
        }
    }
    tally.done("no recorded page has two changes that say when they happened")
}
