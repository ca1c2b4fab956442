//! Answers of every failure, to polls and to what `collect` asks.

use std::sync::Arc;

use super::{
    super::{
        lab::{Lab, Place},
        material::{CollectCall, PageCall},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, answers, case_or_grief, poll_sites,
};
use crate::{connector::Step, egress::Response};

/// A failure that is followed by pages has so many of them to come to its end.
const PAGES: usize = 40;

/// What each status means to the host; the first is the best.
const FITTING: [(u16, &[&str]); 14] = [
    (400, &["unexpected-response", "cursor-lost", "invalid-settings"]),
    (401, &["unauthorized"]),
    (403, &["unauthorized"]),
    (404, &["unexpected-response", "cursor-lost", "invalid-settings", "unavailable"]),
    (409, &["unexpected-response", "cursor-lost", "unavailable"]),
    (410, &["cursor-lost", "unexpected-response"]),
    (429, &["throttled"]),
    (500, &["unavailable"]),
    (502, &["unavailable"]),
    (503, &["unavailable", "throttled"]),
    (504, &["unavailable"]),
    (301, &["unexpected-response", "invalid-settings"]),
    (302, &["unexpected-response", "invalid-settings"]),
    (418, &["unexpected-response"]),
];

static TAKEN_FOR_PAGE: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "an answer that is a failure is read as a page",
    costs: "an outage looks like an EHR in which nothing changed: nobody notices, and whatever \
            the cursor passes meanwhile is never told",
    mend: "look at the status before anything else: `ok()` of the SDK makes the failure that fits",
};

static MISFIT: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "a failure is of a kind that does not fit the answer's status",
    costs: "the host acts on the kind: a wrong one renews no credentials, keeps no pause, or \
            hammers an EHR that is down; and whoever looks after it looks in the wrong place",
    mend: "401 and 403 are `unauthorized`, 429 is `throttled`, 5xx `unavailable`, all else \
           `unexpected-response`: `ok()` of the SDK says so",
};

static FOR_GOOD: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "a failure that passes is told as one that does not",
    costs: "one bad minute of the EHR, and the action stops until a person sets a cursor or the \
            settings change",
    mend: "`cursor-lost` and `invalid-settings` are for what the EHR says of them, never for an \
           outage",
};

static TOLD: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "what could not be had is told as if it were not there",
    costs: "a notification without the patient, or without the place, goes out whenever the EHR \
            is slow or busy, and is never put right: it counts as told",
    mend: "in `collect`, only 404 and 410 mean that there is nothing; end with the failure for \
           all else, and the host tries the change again",
};

static SKIPPED: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "a change is skipped where what belongs to it could not be had",
    costs: "whatever changes during an outage is never told",
    mend: "in `collect`, end with the failure, and the host tries the change again",
};

static TOLD_OF_OTHERS: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "what the EHR refused to answer is told as if it were not there",
    costs: "a request that this EHR refuses (400, 409) or answers elsewhere (301) leaves gaps in \
            every notification, and nobody is told why",
    mend: "in `collect`, only 404 and 410 mean that there is nothing",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally =
        Tally::new("failure-answers", "Answers of every failure, to polls and `collect`");
    for (at, place, cursor, call) in poll_sites(bench.material) {
        for (status, fitting) in FITTING {
            for (name, answer) in
                answers::with_status(status, call.map(|call: &PageCall| &call.answer))
            {
                let site = Site { at: &at, name: &name, fitting };
                site.page(lab, &mut tally, &place, cursor.as_deref(), &answer).await;
            }
        }
    }
    for (call, at) in bench.material.typical_answers() {
        collects(lab, &mut tally, call, at).await;
    }
    tally.done("the connector has no action")
}

async fn collects(lab: &mut Lab<'_>, tally: &mut Tally, call: &CollectCall, at: usize) {
    let good = call.collected.get(at).map(AsRef::as_ref);
    for (status, fitting) in FITTING {
        for (name, answer) in answers::with_status(status, good) {
            let site = Site { at: &call.at, name: &name, fitting };
            site.collect(lab, tally, call, (at, answer)).await;
        }
    }
}

struct Site<'s> {
    at: &'s str,
    name: &'s str,
    fitting: &'static [&'static str],
}

impl Site<'_> {
    /// A connector may begin a pass anew where a link's page is gone, as long as that ends.
    async fn page(
        &self,
        lab: &mut Lab<'_>,
        tally: &mut Tally,
        place: &Place,
        cursor: Option<&str>,
        answer: &Response,
    ) {
        lab.call = format!("{}, {}", self.at, self.name);
        let mut cursor = cursor.map(str::to_owned);
        tally.tried();
        for _ in 0..PAGES {
            match lab.changes(place, cursor.as_deref(), answer).await {
                Err(fault) => {
                    let case = case_or_grief(tally, &fault, self.name, self.at);
                    return self.fits(tally, answer.status, case);
                }
                Ok(page) if page.more && page.changes.is_empty() => cursor = Some(page.cursor),
                Ok(_) => break,
            }
        }
        tally.found(&TAKEN_FOR_PAGE, format!("{} → a page", self.name), self.at);
    }

    async fn collect(
        &self,
        lab: &mut Lab<'_>,
        tally: &mut Tally,
        call: &CollectCall,
        (at, answer): (usize, Response),
    ) {
        let asked = call.asked.get(at).map(|asked| asked.target.as_str()).unwrap_or_default();
        let what = format!("{} to {}", self.name, asked.split('?').next().unwrap_or_default());
        lab.call = format!("{}, {what}", self.at);
        let status = answer.status;
        let mut collected = call.collected.clone();
        if let Some(place) = collected.get_mut(at) {
            *place = Arc::new(answer);
        }
        tally.tried();
        let step = lab.collect(&call.place, &call.change, call.memo.as_deref(), &collected).await;
        match (step, status) {
            (Err(fault), _) => {
                let case = case_or_grief(tally, &fault, &what, self.at);
                // That one record is gone is for the connector to judge.
                if !matches!(status, 404 | 410) {
                    self.fits(tally, status, case);
                }
            }
            (Ok(_), 404 | 410) | (Ok(Step::Fetch(_)), _) => {}
            (Ok(Step::Notify { .. }), 400 | 409 | 301 | 302 | 418) => {
                tally.found(&TOLD_OF_OTHERS, format!("{what} → told"), self.at);
            }
            (Ok(Step::Notify { .. }), _) => tally.found(&TOLD, format!("{what} → told"), self.at),
            (Ok(Step::Skip { .. }), 400..=499)
                if status != 401 && status != 403 && status != 429 => {}
            (Ok(Step::Skip { .. }), _) => {
                tally.found(&SKIPPED, format!("{what} → skipped"), self.at)
            }
        }
    }

    fn fits(&self, tally: &mut Tally, status: u16, case: Option<&'static str>) {
        let Some(case) = case.filter(|case| !self.fitting.contains(case)) else { return };
        let what = format!("{} → {case}", self.name);
        let lasting = matches!(case, "cursor-lost" | "invalid-settings");
        let passes = matches!(status, 401 | 403 | 429 | 500..);
        tally.found(if lasting && passes { &FOR_GOOD } else { &MISFIT }, what, self.at);
    }
}
