//! An empty page: one that says so, and answers that only look like one.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    super::{
        json,
        lab::{Lab, Place},
        material::{PageCall, with_body, with_json},
        records::Records,
        report::{Cost, Done, Flaw, Tally},
        shape::Shape,
        stamp::{self, Stamp},
    },
    Bench, NO_RECORD, answers, case_or_grief, grief,
};
use crate::{connector::Page, egress::Response};

/// So often an empty page may lead to another one.
const TIMES: usize = 20;

static REFUSED: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "a page without records is a failure",
    costs: "every poll in which nothing changed fails, and the host asks later and later",
    mend: "answer a page without changes, with the cursor as it was",
};

static TAKEN: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "an answer without the list of records is taken for one without changes",
    costs: "an EHR that answers an error, or in another form after an upgrade, looks like one in \
            which nothing changes: nobody is told that nothing is told any more",
    mend: "require the list itself: only a list that is there and empty says that nothing changed",
};

static LOST: Flaw = Flaw {
    cost: Cost::Repeated,
    seen: "an empty page loses the cursor: the next poll asks as the first one did",
    costs: "after every quiet minute all is read again from the beginning, and told again where \
            its version is no longer remembered",
    mend: "keep the cursor that was given where a page brings nothing to make a new one of",
};

static BACKWARD: Flaw = Flaw {
    cost: Cost::Repeated,
    seen: "an empty page moves the cursor backward",
    costs: "what was told already is read again, and told again where its version is no longer \
            remembered",
    mend: "keep the cursor that was given where a page brings nothing to make a new one of",
};

static FORWARD: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "an empty page moves the cursor to a time that its answer does not name",
    costs: "what the EHR commits a little late, or by a clock behind the host's, is never told",
    mend: "keep the cursor that was given where a page brings nothing to make a new one of; a \
           cursor comes from the EHR, never from a clock",
};

static ENDLESS: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "empty pages are followed without an end",
    costs: "a poll in which nothing changed runs until the host's limit ends it, at every try",
    mend: "say `more` only where the answer does",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("empty-page", "An empty page, and answers that only look like one");
    for records in &bench.records {
        let call = records.call;
        let place = call.place.later(60);
        let site = Site { call, shape: Shape::of(lab, &place).await, place };
        let emptied = records.response(Vec::new());
        site.says_so(lab, &mut tally, &emptied).await;
        for (name, answer) in look_alikes(records) {
            site.looks_like_it(lab, &mut tally, name, &answer).await;
        }
    }
    tally.done(NO_RECORD)
}

/// Answers that hold no list at all; where an empty one is just that, it is left out.
fn look_alikes(records: &Records<'_>) -> Vec<(&'static str, Response)> {
    let answer = &records.call.alone();
    let mut found = vec![
        ("`{}`", with_json(answer, &Value::Object(serde_json::Map::new()))),
        ("status 204 without a body", answers::plain(204, "")),
    ];
    if !records.rest.is_array() {
        found.push(("`[]`", with_body(answer, "[]")));
    }
    found
}

struct Site<'m> {
    call: &'m PageCall,
    place: Place,
    shape: Option<Shape>,
}

impl Site<'_> {
    /// A list that is there and empty.
    async fn says_so(&self, lab: &mut Lab<'_>, tally: &mut Tally, emptied: &Response) {
        let mut cursor = self.call.page.cursor.clone();
        for _ in 0..TIMES {
            lab.call = format!("{}, its list emptied", self.call.at);
            tally.tried();
            match lab.changes(&self.place, Some(&cursor), emptied).await {
                Ok(page) => {
                    self.cursor(lab, tally, ("its list emptied", emptied), &page).await;
                    if !page.more {
                        return;
                    }
                    cursor = page.cursor;
                }
                Err(fault) => {
                    if case_or_grief(tally, &fault, "its list emptied", &self.call.at).is_some() {
                        tally.found(&REFUSED, fault.to_string(), &self.call.at);
                    }
                    return;
                }
            }
        }
        tally.found(&ENDLESS, format!("{TIMES} empty pages"), &self.call.at);
    }

    /// Nothing in particular. A 204 may well say that nothing changed.
    async fn looks_like_it(
        &self,
        lab: &mut Lab<'_>,
        tally: &mut Tally,
        name: &str,
        answer: &Response,
    ) {
        lab.call = format!("{}, {name} in place of the answer", self.call.at);
        tally.tried();
        match lab.changes(&self.place, Some(&self.call.page.cursor), answer).await {
            Ok(page) => {
                if answer.status != 204 && !page.more {
                    tally.found(&TAKEN, format!("{name} → a page without changes"), &self.call.at);
                }
                self.cursor(lab, tally, (name, answer), &page).await;
            }
            Err(fault) => grief(tally, &fault, name, &self.call.at),
        }
    }

    /// Where the next poll starts, compared with where it would have without the empty page.
    async fn cursor(
        &self,
        lab: &mut Lab<'_>,
        tally: &mut Tally,
        (name, answer): (&str, &Response),
        page: &Page,
    ) {
        let given = &self.call.page.cursor;
        if page.cursor == *given || page.more {
            return;
        }
        let place = &self.place;
        let (Ok(first), Ok(before)) =
            (lab.poll(place, None).await, lab.poll(place, Some(given)).await)
        else {
            return;
        };
        let after = lab.poll(place, Some(&page.cursor)).await;
        let Ok(after) = after else {
            return tally.found(
                &LOST,
                format!("{name} → a cursor that `poll` refuses"),
                &self.call.at,
            );
        };
        if after == first && before != first {
            return tally.found(&LOST, format!("{name} → asks as at first"), &self.call.at);
        }
        let since = |request| self.shape.as_ref().and_then(|shape| shape.since(place, request));
        let (Some(before), Some(after)) = (since(&before), since(&after)) else { return };
        if after.instant < before.instant {
            let what = format!("{name} → {} after {}", after.instant, before.instant);
            tally.found(&BACKWARD, what, &self.call.at);
        } else if after.instant > before.instant && !names(given, answer, after.instant) {
            let what = format!("{name} → {} after {}", after.instant, before.instant);
            tally.found(&FORWARD, what, &self.call.at);
        }
    }
}

/// Whether a time is no later than one that the EHR named: in the answer, its headers, or
/// earlier, so that it stands in the cursor.
fn names(cursor: &str, answer: &Response, time: Timestamp) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = json::scalars(&body).into_iter().filter_map(|(_, text)| Stamp::parse(&text));
    let dated = answer.headers.iter().any(|(name, _)| name == "date");
    let known = stamp::times(cursor).into_iter().chain(said.map(|stamp| stamp.instant));
    dated || known.into_iter().any(|known| known >= time)
}
