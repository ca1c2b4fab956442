//! What two polls of one task did, beside each other.

use std::collections::{HashMap, VecDeque};

use super::{Ended, Side};
use crate::{
    connector::Fault,
    connector_test::drive::{Polled, Skipped, Told, Why},
    egress::Request,
    shadow::{
        Difference, Kind, Showing, changes,
        outcome::{self, Outcome},
        requests::{self, Sent},
    },
};

/// All that the new one did otherwise.
pub(super) fn compare(
    showing: Showing,
    (old, old_side): (&Ended, &Side),
    (new, new_side): (&Ended, &Side),
) -> Vec<Difference> {
    let mut found: Vec<_> = ends(showing, old, new).into_iter().collect();
    let asked = |ended: &Ended, side: &Side| {
        let requests = ended.polled.asked.iter().map(|asked| asked.request());
        let shown = requests.map(|request| {
            let shown = showing.request(&side.client, &request);
            (request, shown.unwrap_or_else(|refusal| refusal))
        });
        shown.collect::<Vec<_>>()
    };
    found.extend(asked_otherwise(
        showing,
        (asked(old, old_side), old_side),
        (asked(new, new_side), new_side),
    ));
    found.extend(changes::differences(showing, &old.polled.changes, &new.polled.changes));
    found.extend(outcomes(showing, &old.polled, &new.polled));
    found
}

/// How the polls ended. One that nobody answered is not compared.
fn ends(showing: Showing, old: &Ended, new: &Ended) -> Option<Difference> {
    let told = |ended: &Ended| match &ended.why {
        None => "succeeds".to_owned(),
        Some(Why::Fault(fault)) => showing.fault(fault),
        Some(why) => why.to_string(),
    };
    let is_same = match (&old.why, &new.why) {
        (Some(Why::NoAnswer(_)), _) | (_, Some(Why::NoAnswer(_))) => true,
        (Some(Why::Fault(old)), Some(Why::Fault(new))) => same(old, new),
        (old, new) => old == new,
    };
    (!is_same).then(|| Difference::new(Kind::Failure, "", told(old), told(new)))
}

/// Whether a host would take two faults for the same, whatever their words.
pub(in crate::shadow) fn same(old: &Fault, new: &Fault) -> bool {
    match (old, new) {
        (Fault::Failure(old), Fault::Failure(new)) => {
            std::mem::discriminant(old) == std::mem::discriminant(new)
        }
        (old, new) => old == new,
    }
}

type Shown = Vec<(Request, String)>;

/// Requests that only one asked. Those of the same kind are told as one that is different.
fn asked_otherwise(
    showing: Showing,
    (old, old_side): (Shown, &Side),
    (new, new_side): (Shown, &Side),
) -> Vec<Difference> {
    let (old, mut new) = (without(&old, &new), without(&new, &old));
    let mut found = Vec::new();
    for (request, shown) in old {
        match new.iter().position(|(_, other)| *other == shown) {
            Some(at) => {
                let (other, _) = new.remove(at);
                let old = Sent { request: &request, client: &old_side.client };
                let new = Sent { request: &other, client: &new_side.client };
                found.extend(requests::differences(showing, old, new));
            }
            None => found.push(Difference::new(Kind::Request, "", shown, "nothing")),
        }
    }
    let more = new.into_iter();
    found.extend(more.map(|(_, shown)| Difference::new(Kind::Request, "", "nothing", shown)));
    found
}

/// What one asked more often than the other.
fn without(asked: &Shown, other: &Shown) -> Shown {
    let mut left = HashMap::<_, usize>::new();
    for (request, _) in other {
        *left.entry(request).or_default() += 1;
    }
    let mut is_more = |request: &Request| {
        let shared = left.get_mut(request).filter(|left| **left > 0);
        shared.map(|left| *left -= 1).is_none()
    };
    asked.iter().filter(|(request, _)| is_more(request)).cloned().collect()
}

/// What became of the changes that either settled, matched by record and version.
fn outcomes(showing: Showing, old: &Polled, new: &Polled) -> Vec<Difference> {
    let mut left = HashMap::<_, VecDeque<_>>::new();
    for (state, place, outcome) in settled(new) {
        left.entry(state).or_default().push_back((place, outcome));
    }
    let mut found = Vec::new();
    for (state, place, outcome) in settled(old) {
        match left.get_mut(&state).and_then(VecDeque::pop_front) {
            Some((_, other)) => {
                found.extend(outcome::differences(showing, &format!("{place}."), outcome, other));
            }
            None => {
                found.push(Difference::new(kind(outcome), place, outcome.shown(showing), "nothing"))
            }
        }
    }
    let mut more: Vec<_> = left.into_values().flatten().collect();
    more.sort_by(|(one, _), (other, _)| one.cmp(other));
    found.extend(more.into_iter().map(|(place, outcome)| {
        Difference::new(kind(outcome), place, "nothing", outcome.shown(showing))
    }));
    found
}

fn kind(outcome: Outcome<'_>) -> Kind {
    match outcome {
        Outcome::Told { .. } => Kind::Notification,
        Outcome::Skipped { .. } => Kind::Skip,
    }
}

type State<'a> = (&'a str, Option<&'a str>);

fn settled(polled: &Polled) -> impl Iterator<Item = (State<'_>, String, Outcome<'_>)> {
    let told = polled.told.iter().enumerate().map(|(at, told)| {
        let Told { record, version, event, payload, memo, .. } = told;
        let outcome = Outcome::Told { event, payload, memo: memo.as_deref() };
        ((record.as_str(), version.as_deref()), format!("notifications[{at}]"), outcome)
    });
    let skipped = polled.skipped.iter().enumerate().map(|(at, skipped)| {
        let Skipped { record, version, reason, memo } = skipped;
        let outcome = Outcome::Skipped { reason, memo: memo.as_deref() };
        ((record.as_str(), version.as_deref()), format!("skipped[{at}]"), outcome)
    });
    told.chain(skipped)
}
