//! The checks, a file each, and what they share.

mod answers;
mod boundary;
mod clock;
mod collected;
mod cursors;
mod empty;
mod failures;
mod fields;
mod future;
mod growth;
mod identifiers;
mod inside;
mod keys;
mod listing;
mod odd;
mod order;
mod same;
mod says;
mod twice;
mod watched;

use std::sync::Arc;

use super::{
    lab::{Lab, Place},
    material::{CollectCall, Material, PageCall, case, text},
    records::{self, Records},
    report::{Cost, Done, Flaw, Tally},
};
use crate::{
    connector::{Fault, Request, Step},
    egress::Response,
    model::Change,
};

/// What the checks try things with.
pub(super) struct Bench<'m> {
    pub(super) material: &'m Material,
    /// The fullest page of each action and path, taken apart.
    pub(super) records: Vec<Records<'m>>,
}

impl<'m> Bench<'m> {
    pub(super) async fn of(lab: &mut Lab<'_>, material: &'m Material) -> Self {
        let mut records = Vec::new();
        for call in material.full_pages() {
            lab.call = format!("{}, without a record", call.at);
            records.extend(records::find(lab, call).await);
        }
        Self { material, records }
    }
}

/// All checks, one after another. What is watched at every call is told last.
pub(super) async fn run(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Vec<Done> {
    vec![
        boundary::check(lab, bench).await,
        twice::check(lab, bench).await,
        empty::check(lab, bench).await,
        fields::check(lab, bench).await,
        collected::check(lab, bench).await,
        failures::check(lab, bench).await,
        inside::check(lab, bench).await,
        cursors::check(lab, bench).await,
        future::check(lab, bench).await,
        same::check(lab, bench).await,
        clock::check(lab, bench).await,
        says::check(lab, bench).await,
        keys::check(lab, bench).await,
        listing::check(lab, bench).await,
        growth::check(lab, bench).await,
        identifiers::check(lab, bench).await,
        order::check(bench),
        watched::requests(lab),
        watched::leaks(lab),
    ]
}

/// Why checks that want a recorded change have nothing to try.
const NO_RECORD: &str = "no recorded answer has a list of records in JSON";
/// Why checks that want a recorded page have nothing to try.
const NO_PAGE: &str = "no page is recorded";
/// Why checks that call `collect` have nothing to try.
const NO_COLLECT: &str = "no recorded change is collected by asking more";

static GRIEF: Flaw = Flaw {
    cost: Cost::Stops,
    seen: "the connector itself comes to grief: a trap, a limit, or an `internal` failure",
    costs: "every try ends the same way: in `poll` and `changes` the action is not polled any \
            further, in `collect` the change is never told; and the log blames the connector \
            where the EHR's answer was at fault",
    mend: "read everything that an EHR may leave out as optional, and answer \
           `unexpected-response` for what cannot be read",
};

/// The case of a failure; a connector that came to grief is a finding already.
fn case_or_grief(tally: &mut Tally, fault: &Fault, what: &str, call: &str) -> Option<&'static str> {
    grief(tally, fault, what, call);
    case(fault)
}

/// A failure is an answer like others, unless the connector came to grief.
fn grief(tally: &mut Tally, fault: &Fault, what: &str, call: &str) {
    if case(fault).is_none() {
        tally.found(&GRIEF, format!("{what} → {fault}"), call);
    }
}

/// Collects a change with recorded answers, where there are any to what it asks; with 404 for
/// the rest.
async fn collect(
    lab: &mut Lab<'_>,
    material: &Material,
    place: &Place,
    change: &Change,
) -> Result<Step, Fault> {
    let mut collected: Vec<Arc<Response>> = Vec::new();
    loop {
        let step = lab.collect(place, change, None, &collected).await?;
        let Step::Fetch(requests) = step else { return Ok(step) };
        if collected.len() > lab.connector().limits().step_requests {
            return Ok(Step::Fetch(requests));
        }
        collected.extend(requests.iter().map(|request| recorded(material, place, request)));
    }
}

/// The recorded answer to a request of `collect`.
fn recorded(material: &Material, place: &Place, request: &Request) -> Arc<Response> {
    let wanted = text(place, request);
    let answered = |call: &CollectCall| {
        let at = call.asked.iter().position(|asked| text(&call.place, asked) == wanted)?;
        call.collected.get(at).cloned()
    };
    let known = material.collects.iter().find_map(answered);
    known.unwrap_or_else(|| Arc::new(answers::plain(404, "{}")))
}

/// Where to try answers to polls: recorded pages, and actions that no recording polls.
fn poll_sites(material: &Material) -> Vec<(String, Place, Option<String>, Option<&PageCall>)> {
    let pages = material.typical_pages();
    let recorded = pages
        .iter()
        .map(|call| (call.at.clone(), call.place.clone(), call.cursor.clone(), Some(*call)));
    let polled = |place: &Place| pages.iter().any(|call| call.place.action == place.action);
    let others = material.places.iter().filter(|(_, place)| !polled(place));
    recorded.chain(others.map(|(at, place)| (at.clone(), place.clone(), None, None))).collect()
}
