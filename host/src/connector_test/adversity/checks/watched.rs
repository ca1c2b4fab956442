//! What was watched at every call of every check: requests, and patients' data.

use super::super::{
    lab::Lab,
    report::{Cost, Done, Flaw, Tally},
    watch::Spot,
};

macro_rules! leak {
    ($name:ident, $seen:literal, $costs:literal, $mend:literal) => {
        static $name: Flaw = Flaw { cost: Cost::Leak, seen: $seen, costs: $costs, mend: $mend };
    };
}

leak!(
    LOG,
    "what a record says of a patient stands in the log",
    "logs are read by many, shipped elsewhere and kept for years: this is a breach to report",
    "log ids and counts, never what an answer says; mind errors that quote their input"
);
leak!(
    FAILURE,
    "what a record says of a patient stands in a failure's text",
    "failures stand in logs, in `rounds status` and in dead letters, all of which others read",
    "say what was expected and where, not what was found; mind errors that quote their input"
);
leak!(
    CURSOR,
    "what a record says of a patient stands in the cursor",
    "cursors are shown by `rounds cursor show`, copied into tickets and kept",
    "keep times, numbers and fingerprints in a cursor"
);
leak!(
    MEMO,
    "what a record says of a patient stands in a memo",
    "memos are kept for as long as the connection, for every record",
    "keep a `fingerprint()` of what is to be compared"
);
leak!(
    REASON,
    "what a record says of a patient stands in the reason of a skip, of an unreadable record, or in \
     a notice",
    "reasons and notices stand in logs and in `rounds status`",
    "name the rule by which it was skipped or what was missing, not what it said"
);
leak!(
    IDENTITY,
    "what a record says of a patient is part of an id, or of a key",
    "ids and keys stand in logs, in every notification's `meta` and in `rounds dead list`",
    "use the EHR's own identifiers"
);

static REFUSED: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "it asks for something that a host does not send",
    costs: "the poll ends there, or the change is never told: a host sends only what the \
            manifest's `requests` declare, under the base URL",
    mend: "declare it in `requests`, or do not ask for it",
};

static SLASH: Flaw = Flaw {
    cost: Cost::Untidy,
    seen: "it asks for an id that has a slash in it, or a control character",
    costs: "no host sends an encoded slash, as many servers take it for a plain one: the change \
            becomes a dead letter, which says why",
    mend: "nothing, if such ids are none of this EHR's; else ask for the record by a query",
};

/// Requests of all calls, judged as the host's client would.
pub(super) fn requests(lab: &Lab<'_>) -> Done {
    let mut tally = Tally::new("requests", "Only what the manifest declares is asked for");
    if lab.watch.asked > 0 {
        tally.tried();
    }
    for refused in &lab.watch.refused {
        let flaw = if refused.why.contains("encoded slash") { &SLASH } else { &REFUSED };
        tally.found(flaw, refused.why.as_str(), &refused.call);
    }
    tally.done("nothing was asked for")
}

/// Logs, failures, cursors, memos, reasons and ids of all calls.
pub(super) fn leaks(lab: &Lab<'_>) -> Done {
    let mut tally =
        Tally::new("leaks", "Nothing of a patient in logs, failures, cursors, memos, ids");
    if lab.watch.looked > 0 {
        tally.tried();
    }
    for leak in &lab.watch.leaks {
        let flaw = match leak.place {
            Spot::Log => &LOG,
            Spot::Failure => &FAILURE,
            Spot::Cursor => &CURSOR,
            Spot::Memo => &MEMO,
            Spot::Reason => &REASON,
            Spot::Identity => &IDENTITY,
        };
        tally.found(flaw, format!("what stands in `{}`", leak.field), &leak.call);
    }
    tally.done("no field of a recorded answer could be told to be a patient's")
}
