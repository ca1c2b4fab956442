//! Between the generated types and the SDK's: the only place, and total. Texts are moved,
//! never copied.

use super::{exported, session, types};
use crate::{
    Action, Body, Change, ChangeKind, Context, Credentials, Detection, Failure, Manifest, Method,
    Notification, Page, RecordTime, Request, Response, Skipped, Step, TimeForm, Unreadable,
};

fn all<A, B: From<A>>(from: Vec<A>) -> Vec<B> {
    from.into_iter().map(B::from).collect()
}

fn headers(from: Vec<(String, String)>) -> Vec<types::Header> {
    from.into_iter().map(|(name, value)| types::Header { name, value }).collect()
}

impl From<types::Context> for Context {
    fn from(from: types::Context) -> Self {
        Self {
            action: from.action,
            settings: from.settings,
            base_url: from.base_url,
            allow_origins: from.allow_origins,
            since: from.since,
            now: from.now,
            interrupted: from.interrupted,
            listing: from.listing,
            silent: from.silent,
            last_try: from.last_try,
        }
    }
}

impl From<types::Body> for Body {
    fn from(from: types::Body) -> Self {
        match from {
            types::Body::Text(text) => Self::Text(text),
            types::Body::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<Body> for types::Body {
    fn from(from: Body) -> Self {
        match from {
            Body::Text(text) => Self::Text(text),
            Body::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<types::Response> for Response {
    fn from(from: types::Response) -> Self {
        let headers = from.headers.into_iter().map(|header| (header.name, header.value));
        Self { status: from.status, headers: headers.collect(), body: from.body.into() }
    }
}

impl From<types::Change> for Change {
    fn from(from: types::Change) -> Self {
        let types::Change { id, kind, version, content, key, occurred_at, data } = from;
        let kind = match kind {
            types::ChangeKind::Upserted => ChangeKind::Upserted,
            types::ChangeKind::Deleted => ChangeKind::Deleted,
            types::ChangeKind::MovedAway => ChangeKind::MovedAway,
        };
        Self { id, kind, version, content, key, occurred_at, data }
    }
}

impl From<Change> for types::Change {
    fn from(from: Change) -> Self {
        let Change { id, kind, version, content, key, occurred_at, data } = from;
        let kind = match kind {
            ChangeKind::Upserted => types::ChangeKind::Upserted,
            ChangeKind::Deleted => types::ChangeKind::Deleted,
            ChangeKind::MovedAway => types::ChangeKind::MovedAway,
        };
        Self { id, kind, version, content, key, occurred_at, data }
    }
}

impl From<Request> for types::Request {
    fn from(from: Request) -> Self {
        let method = match from.method {
            Method::Get => types::Method::Get,
            Method::Post => types::Method::Post,
        };
        let body = from.body.map(Into::into);
        Self { method, target: from.target, headers: headers(from.headers), body }
    }
}

impl From<Page> for types::Page {
    fn from(from: Page) -> Self {
        let Page { changes, unreadable, notices, cursor, more } = from;
        Self { changes: all(changes), unreadable: all(unreadable), notices, cursor, more }
    }
}

impl From<Unreadable> for types::Unreadable {
    fn from(from: Unreadable) -> Self {
        let Unreadable { place, id, reason, data } = from;
        Self { place, id, reason, data }
    }
}

impl From<Step> for types::Step {
    fn from(from: Step) -> Self {
        match from {
            Step::Fetch(requests) => Self::Fetch(all(requests)),
            Step::Notify(Notification { event, payload, memo }) => {
                Self::Notify(types::Notification { event, payload, memo })
            }
            Step::Skip(Skipped { reason, memo }) => Self::Skip(types::Skipped { reason, memo }),
        }
    }
}

impl From<Failure> for types::Failure {
    fn from(from: Failure) -> Self {
        match from {
            Failure::InvalidSettings(text) => Self::InvalidSettings(text),
            Failure::Unauthorized(text) => Self::Unauthorized(text),
            Failure::Throttled(seconds) => Self::Throttled(seconds),
            Failure::Unavailable(text) => Self::Unavailable(text),
            Failure::CursorLost(text) => Self::CursorLost(text),
            Failure::UnexpectedResponse(text) => Self::UnexpectedResponse(text),
            Failure::Internal(text) => Self::Internal(text),
        }
    }
}

impl From<RecordTime> for exported::RecordTime {
    fn from(from: RecordTime) -> Self {
        let RecordTime { field, form, unique } = from;
        let form = match form {
            TimeForm::Rfc3339 => exported::TimeForm::Rfc3339,
            TimeForm::Date => exported::TimeForm::Date,
            TimeForm::EpochSeconds => exported::TimeForm::EpochSeconds,
            TimeForm::EpochMilliseconds => exported::TimeForm::EpochMilliseconds,
            TimeForm::Sequence => exported::TimeForm::Sequence,
        };
        Self { field, form, unique }
    }
}

impl From<Action> for exported::Action {
    fn from(from: Action) -> Self {
        let Action { name, summary, events, detection, fastest, lists, record_time } = from;
        let record_time = record_time.map(Into::into);
        let detection = match detection {
            Detection::Feed => exported::Detection::Feed,
            Detection::ConsumingFeed => exported::Detection::ConsumingFeed,
            Detection::Snapshot => exported::Detection::Snapshot,
        };
        Self { name, summary, events, detection, fastest, lists, record_time }
    }
}

impl From<Manifest> for exported::Manifest {
    fn from(from: Manifest) -> Self {
        let Manifest { name, version, summary, settings_schema, auth, requests, .. } = from;
        let (actions, reads_headers) = (all(from.actions), from.reads_headers);
        Self { name, version, summary, actions, settings_schema, auth, requests, reads_headers }
    }
}

impl From<Credentials> for session::exports::rounds::connector::session::Credentials {
    fn from(from: Credentials) -> Self {
        Self { headers: headers(from.headers), expires_in: from.expires_in }
    }
}
