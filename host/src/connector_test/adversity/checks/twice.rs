//! The same page twice: within a poll, and at the next one.

use super::{
    super::{
        lab::Lab,
        material::PageCall,
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, NO_PAGE, case_or_grief, grief,
};
use crate::{
    connector::{Detection, Page},
    connector_test::known::Known,
    model::Change,
};

/// So often the same page comes.
const TIMES: usize = 30;

static UNVERSIONED: Flaw = Flaw {
    cost: Cost::Repeated,
    seen: "a change has no version",
    costs: "whenever polls overlap or a page is read again, which happens after every crash, the \
            same change is told again, under another id",
    mend: "give every change a version: an etag, the EHR's version or time of last change, or a \
           fingerprint of the record",
};

static UNSTABLE: Flaw = Flaw {
    cost: Cost::Repeated,
    seen: "the same record has another id, or another version and content, when it is read again",
    costs: "every poll that overlaps the last one tells the same changes again",
    mend: "make ids and versions of what the record says, and of nothing else",
};

static REFUSED: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "a page that was read before is a failure when it comes again",
    costs: "an EHR that answers the same twice, as one does in which nothing changed, ends all \
            further polls",
    mend: "read what is known already like anything else: the host tells it once",
};

static ENDLESS: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "the same page again and again is followed without an end",
    costs: "an EHR that does not understand the paging parameters keeps a poll running until \
            the host's limit ends it, at every try",
    mend: "say `more` only where the answer moved the cursor on",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally =
        Tally::new("same-page-twice", "The same page twice: in a poll, and in the next");
    for call in bench.material.typical_pages() {
        lab.call = format!("{}, the same answer again", call.at);
        if is_feed(lab, call) && call.page.changes.iter().any(|it| it.version.is_none()) {
            tally.found(&UNVERSIONED, "a recorded change has none", &call.at);
        }
        if call.page.more {
            again_and_again(lab, &mut tally, call).await;
        } else {
            next_poll(lab, &mut tally, call).await;
        }
    }
    tally.done(NO_PAGE)
}

/// What is read once only, or compared as a whole, may do without versions.
fn is_feed(lab: &Lab<'_>, call: &PageCall) -> bool {
    let action = lab.connector().manifest().action(&call.place.action);
    action.is_some_and(|action| action.detection == Detection::Feed)
}

async fn next_poll(lab: &mut Lab<'_>, tally: &mut Tally, call: &PageCall) {
    let place = call.place.later(60);
    tally.tried();
    match lab.changes(&place, Some(&call.page.cursor), &call.answer).await {
        Ok(page) => known(tally, call, &page),
        Err(fault) => {
            let what = "the last answer again at the next poll";
            if case_or_grief(tally, &fault, what, &call.at).is_some() {
                tally.found(&REFUSED, format!("{what} → {fault}"), &call.at);
            }
        }
    }
}

/// A failure is an honest end, as an EHR that pages in circles cannot be read.
async fn again_and_again(lab: &mut Lab<'_>, tally: &mut Tally, call: &PageCall) {
    let mut cursor = call.page.cursor.clone();
    for _ in 0..TIMES {
        tally.tried();
        match lab.changes(&call.place, Some(&cursor), &call.answer).await {
            Ok(page) => {
                known(tally, call, &page);
                if !page.more || page.cursor == cursor {
                    return;
                }
                cursor = page.cursor;
            }
            Err(fault) => {
                grief(tally, &fault, "the same page within a poll", &call.at);
                return;
            }
        }
    }
    tally.found(&ENDLESS, format!("the same page {TIMES} times in a poll"), &call.at);
}

fn known(tally: &mut Tally, call: &PageCall, page: &Page) {
    let (mut known, task, mode) = (Known::default(), call.place.task(), call.place.mode);
    let mut is_news = |change: &Change| !known.news(&task, mode, change.clone()).is_empty();
    for change in &call.page.changes {
        is_news(change);
    }
    let versioned = page.changes.iter().filter(|change| change.version.is_some());
    let new = versioned.filter(|change| is_news(change)).count();
    if new > 0 {
        let of = page.changes.len();
        tally.found(&UNSTABLE, format!("{new} of {of} changes are new again"), &call.at);
    }
}
