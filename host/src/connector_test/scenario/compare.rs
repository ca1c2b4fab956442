//! What came of a poll beside what must.

use super::{
    Exchange, Fails, Notification, Poll,
    align::align,
    difference::{Difference, Place},
    replay::{Recorded, sent},
    values::{payload, shown, values},
};
use crate::{
    connector::Fault,
    connector_test::drive::{Asked, Polled, Told, Why},
};

/// All differences of a poll.
pub(super) fn poll(
    place: &Place,
    poll: &Poll,
    polled: &Polled,
    why: Option<&Why>,
    ehr: &Recorded<'_>,
) -> Vec<Difference> {
    let mut found: Vec<_> = end(place, poll, why).into_iter().collect();
    if why.is_some_and(|why| !why.is_fault()) {
        return found;
    }
    let exchanges = place.key("exchanges");
    found.extend(
        ehr.given().flat_map(|(at, exchange, asked)| request(&exchanges.at(at), exchange, asked)),
    );
    found.extend(ehr.unused().map(|(at, exchange)| {
        exchanges.at(at).note(format!("the connector did not ask {}", exchange.request))
    }));
    if let Some(cursor) = poll.cursor.as_ref().filter(|cursor| **cursor != polled.cursor) {
        found.push(place.key("cursor").differs(cursor, &polled.cursor));
    }
    found.extend(notifications(&place.key("notifications"), poll, polled));
    found.extend(skipped(&place.key("skipped"), poll, polled));
    found.extend(unreadable(&place.key("unreadable"), poll, polled));
    found.extend(notices(&place.key("notices"), poll, polled));
    found
}

fn end(place: &Place, poll: &Poll, why: Option<&Why>) -> Option<Difference> {
    let expected = poll.fails.as_ref();
    let place_of_it = place.key("fails");
    match (expected, why) {
        (None, None) => None,
        (Some(expected), None) => Some(
            place_of_it.difference(Some(expected.to_string()), Some("the poll succeeds".into())),
        ),
        (Some(expected), Some(Why::Fault(Fault::Failure(failure)))) if expected.fits(failure) => {
            None
        }
        (expected, Some(Why::Fault(Fault::Failure(failure)))) => Some(
            place_of_it
                .difference(expected.map(Fails::to_string), Some(Fails::from(failure).to_string())),
        ),
        (_, Some(why)) => Some(place.note(why.to_string())),
    }
}

fn request(place: &Place, exchange: &Exchange, asked: &Asked) -> Vec<Difference> {
    let mut found = Vec::new();
    if exchange.request != asked.text {
        found.push(place.key("request").differs(&exchange.request, &asked.text));
    }
    for (name, expected) in &exchange.request_headers.0 {
        let got = asked.header(name);
        if got != Some(expected) {
            let place = place.key("request_headers").key(name);
            found.push(place.difference(Some(expected.clone()), got.map(str::to_owned)));
        }
    }
    if let Some(expected) = &exchange.sends {
        let place = place.key("sends");
        match sent(asked) {
            Some(got) => found.extend(values(&place, expected, &got)),
            None => found.push(place.difference(Some(shown(expected)), Some("nothing".into()))),
        }
    }
    found
}

fn notifications(place: &Place, poll: &Poll, polled: &Polled) -> Vec<Difference> {
    let expected: Vec<_> =
        poll.notifications.iter().map(|it| format!("{} of {}", it.event, it.record)).collect();
    let got: Vec<_> =
        polled.told.iter().map(|it| format!("{} of {}", it.event, it.record)).collect();
    let pairs = align(&expected, &got);
    let found = pairs.into_iter().flat_map(|pair| match pair {
        (Some(left), Some(right)) => {
            let both = poll.notifications.get(left).zip(polled.told.get(right));
            both.map(|(expected, told)| notification(&place.at(left), expected, told))
                .unwrap_or_default()
        }
        (left, right) => one_sided(place, left, right, &expected, &got),
    });
    found.collect()
}

fn notification(place: &Place, expected: &Notification, told: &Told) -> Vec<Difference> {
    let mut found = Vec::new();
    let said = [
        ("event", Some(&expected.event), Some(&told.event)),
        ("key", expected.key.as_ref(), Some(told.key.as_ref().unwrap_or(&told.record))),
        ("version", expected.version.as_ref(), told.version.as_ref()),
    ];
    for (name, expected, got) in said {
        if expected.is_some() && expected != got {
            found.push(place.key(name).difference(expected.cloned(), got.cloned()));
        }
    }
    if let Some(data) = &expected.data {
        found.extend(payload(&place.key("data"), data, &told.payload));
    }
    found
}

fn skipped(place: &Place, poll: &Poll, polled: &Polled) -> Vec<Difference> {
    let expected: Vec<_> = poll.skipped.iter().map(|skip| skip.record.clone()).collect();
    let got: Vec<_> = polled.skipped.iter().map(|skip| skip.record.clone()).collect();
    let found = align(&expected, &got).into_iter().flat_map(|pair| match pair {
        (Some(left), Some(right)) => {
            let both = poll.skipped.get(left).zip(polled.skipped.get(right));
            let reasons = both.and_then(|(skip, got)| Some((skip.reason.as_ref()?, &got.reason)));
            reasons.and_then(|both| reason(&place.at(left), both)).into_iter().collect()
        }
        (left, right) => one_sided(place, left, right, &expected, &got),
    });
    found.collect()
}

fn unreadable(place: &Place, poll: &Poll, polled: &Polled) -> Vec<Difference> {
    let named = |place: &str, id: Option<&String>| {
        id.map_or_else(|| place.to_owned(), |id| format!("{id}, at {place}"))
    };
    let expected: Vec<_> =
        poll.unreadable.iter().map(|it| named(&it.place, it.id.as_ref())).collect();
    let got: Vec<_> = polled.unreadable.iter().map(|it| named(&it.place, it.id.as_ref())).collect();
    let found = align(&expected, &got).into_iter().flat_map(|pair| match pair {
        (Some(left), Some(right)) => {
            let both = poll.unreadable.get(left).zip(polled.unreadable.get(right));
            let reasons = both.and_then(|(odd, got)| Some((odd.reason.as_ref()?, &got.reason)));
            reasons.and_then(|both| reason(&place.at(left), both)).into_iter().collect()
        }
        (left, right) => one_sided(place, left, right, &expected, &got),
    });
    found.collect()
}

fn reason(place: &Place, (expected, got): (&String, &String)) -> Option<Difference> {
    (expected != got).then(|| place.key("reason").differs(expected, got))
}

fn notices(place: &Place, poll: &Poll, polled: &Polled) -> Vec<Difference> {
    let (expected, got) = (&poll.notices, &polled.notices);
    let pairs = align(expected, got).into_iter();
    let found = pairs.filter(|(left, right)| left.is_none() || right.is_none());
    found.flat_map(|(left, right)| one_sided(place, left, right, expected, got)).collect()
}

/// What only the file has, or only the poll.
fn one_sided(
    place: &Place,
    left: Option<usize>,
    right: Option<usize>,
    expected: &[String],
    got: &[String],
) -> Vec<Difference> {
    let at = left.or(right).unwrap_or_default();
    let place = if left.is_some() { place.at(at) } else { place.clone() };
    let of = |names: &[String], at: Option<usize>| at.and_then(|at| names.get(at).cloned());
    let (expected, got) = (of(expected, left), of(got, right));
    let none = || Some("nothing".to_owned());
    vec![place.difference(expected.or_else(none), got.or_else(none))]
}
