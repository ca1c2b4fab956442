//! Two requests in the same place that are not the same.

use std::collections::BTreeSet;

use super::{
    difference::{Difference, Kind},
    showing::{Showing, query, word},
};
use crate::{
    connector,
    egress::{Client, Request},
};

/// A request with the client that would send it.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) request: &'a Request,
    pub(super) client: &'a Client,
}

/// Where two requests differ: in what is asked, else in parts of it. One that would not be sent
/// is told as such.
pub(super) fn differences(showing: Showing, old: Sent<'_>, new: Sent<'_>) -> Vec<Difference> {
    if old.request == new.request {
        return Vec::new();
    }
    let shown = |it: Sent<'_>| showing.request(it.client, it.request);
    let (was, is) = match (shown(old), shown(new)) {
        (Ok(was), Ok(is)) => (was, is),
        (was, is) => {
            let told = |it: Result<String, String>| it.unwrap_or_else(|refusal| refusal);
            return vec![Difference::new(Kind::Failure, "request", told(was), told(is))];
        }
    };
    if was != is {
        return vec![Difference::new(Kind::Request, "", was, is)];
    }
    let mut found = queries(showing, &was, old.request, new.request);
    let headers = |request: &Request| format!("{} headers", request.headers.len());
    if old.request.headers != new.request.headers {
        let place = format!("{was} headers");
        found.push(Difference::new(
            Kind::Request,
            place,
            headers(old.request),
            headers(new.request),
        ));
    }
    if old.request.body != new.request.body {
        let place = format!("{was} body");
        let (old, new) = (body(old.request), body(new.request));
        found.extend(showing.values(Kind::Request, &place, &old, &new));
    }
    if found.is_empty() {
        found.push(Difference::new(Kind::Request, was, "in one form", "in another"));
    }
    found
}

fn queries(showing: Showing, place: &str, old: &Request, new: &Request) -> Vec<Difference> {
    let (old, new) = (query(old), query(new));
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let differing = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let told = differing.map(|name| {
        let all = |values: Option<&Vec<String>>| values.map(|values| values.join(", "));
        let (old, new) = (all(old.get(name)), all(new.get(name)));
        let place = format!("{place} {}", word(name));
        showing.texts(Kind::Request, place, old.as_deref(), new.as_deref())
    });
    told.collect()
}

fn body(request: &Request) -> String {
    String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned()
}

/// A connector's request as a client takes it.
pub(super) fn as_sent(request: connector::Request) -> Request {
    let connector::Request { method, target, headers, body } = request;
    Request { method, target, headers, body }
}
