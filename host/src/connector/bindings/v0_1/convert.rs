//! Between a contract's generated types and the host's own: the only place, and total.

use std::time::Duration;

use bytes::Bytes;

use super::{exported, types};
use crate::{
    connector::{
        Action, Detection, Failure, Manifest, Page, RecordTime, Request, Step, TimeForm, Unreadable,
    },
    egress,
    model::{Change, ChangeKind},
    plain::plain,
};

/// A failure's text stands in logs: it is held to one line of so many characters.
const FAILURE_TEXT: usize = 300;

impl From<types::Failure> for Failure {
    fn from(failure: types::Failure) -> Self {
        match failure {
            types::Failure::InvalidSettings(text) => Self::InvalidSettings(line(&text)),
            types::Failure::Unauthorized(text) => Self::Unauthorized(line(&text)),
            types::Failure::Throttled(pause) => {
                Self::Throttled(pause.map(|s| Duration::from_secs(s.into())))
            }
            types::Failure::Unavailable(text) => Self::Unavailable(line(&text)),
            types::Failure::CursorLost(text) => Self::CursorLost(line(&text)),
            types::Failure::UnexpectedResponse(text) => Self::UnexpectedResponse(line(&text)),
            types::Failure::Internal(text) => Self::Internal(line(&text)),
        }
    }
}

fn line(text: &str) -> String {
    let end = text.char_indices().nth(FAILURE_TEXT).map_or(text.len(), |(end, _)| end);
    plain(text.get(..end).unwrap_or_default(), ' ')
}

impl From<types::Request> for Request {
    fn from(request: types::Request) -> Self {
        let method = match request.method {
            types::Method::Get => egress::Method::Get,
            types::Method::Post => egress::Method::Post,
        };
        let headers =
            request.headers.into_iter().map(|header| (header.name, header.value)).collect();
        let body = request.body.map(|body| match body {
            types::Body::Text(text) => Bytes::from(text),
            types::Body::Bytes(bytes) => Bytes::from(bytes),
        });
        Self { method, target: request.target, headers, body }
    }
}

impl From<&egress::Response> for types::Response {
    fn from(response: &egress::Response) -> Self {
        let header = |(name, value): &(String, String)| types::Header {
            name: name.clone(),
            value: value.clone(),
        };
        let body = match str::from_utf8(&response.body) {
            Ok(text) => types::Body::Text(text.to_owned()),
            Err(_) => types::Body::Bytes(response.body.to_vec()),
        };
        Self {
            status: response.status,
            headers: response.headers.iter().map(header).collect(),
            body,
        }
    }
}

impl From<types::Change> for Change {
    fn from(change: types::Change) -> Self {
        let kind = match change.kind {
            types::ChangeKind::Upserted => ChangeKind::Upserted,
            types::ChangeKind::Deleted => ChangeKind::Deleted,
            types::ChangeKind::MovedAway => ChangeKind::MovedAway,
        };
        let types::Change { id, version, content, key, occurred_at, data, .. } = change;
        Self { id, kind, version, content, key, occurred_at, data }
    }
}

impl From<&Change> for types::Change {
    fn from(change: &Change) -> Self {
        let kind = match change.kind {
            ChangeKind::Upserted => types::ChangeKind::Upserted,
            ChangeKind::Deleted => types::ChangeKind::Deleted,
            ChangeKind::MovedAway => types::ChangeKind::MovedAway,
        };
        let Change { id, version, content, key, occurred_at, data, .. } = change.clone();
        Self { id, kind, version, content, key, occurred_at, data }
    }
}

impl From<types::Page> for Page {
    fn from(page: types::Page) -> Self {
        let types::Page { changes, unreadable, notices, cursor, more } = page;
        Self {
            changes: changes.into_iter().map(Change::from).collect(),
            unreadable: unreadable.into_iter().map(Unreadable::from).collect(),
            notices: notices.iter().map(|notice| line(notice)).collect(),
            cursor,
            more,
        }
    }
}

impl From<types::Unreadable> for Unreadable {
    fn from(unreadable: types::Unreadable) -> Self {
        let types::Unreadable { place, id, reason, data } = unreadable;
        Self { place: line(&place), id, reason: line(&reason), data }
    }
}

impl From<types::Step> for Step {
    fn from(step: types::Step) -> Self {
        match step {
            types::Step::Fetch(requests) => {
                Self::Fetch(requests.into_iter().map(Request::from).collect())
            }
            types::Step::Notify(types::Notification { event, payload, memo }) => {
                Self::Notify { event, payload, memo }
            }
            types::Step::Skip(types::Skipped { reason, memo }) => {
                Self::Skip { reason: line(&reason), memo }
            }
        }
    }
}

impl From<exported::Detection> for Detection {
    fn from(detection: exported::Detection) -> Self {
        match detection {
            exported::Detection::Feed => Self::Feed,
            exported::Detection::ConsumingFeed => Self::ConsumingFeed,
            exported::Detection::Snapshot => Self::Snapshot,
        }
    }
}

impl From<exported::TimeForm> for TimeForm {
    fn from(form: exported::TimeForm) -> Self {
        match form {
            exported::TimeForm::Rfc3339 => Self::Rfc3339,
            exported::TimeForm::Date => Self::Date,
            exported::TimeForm::EpochSeconds => Self::EpochSeconds,
            exported::TimeForm::EpochMilliseconds => Self::EpochMilliseconds,
            exported::TimeForm::Sequence => Self::Sequence,
        }
    }
}

impl From<exported::RecordTime> for RecordTime {
    fn from(time: exported::RecordTime) -> Self {
        let exported::RecordTime { field, form, unique } = time;
        Self { field, form: form.into(), unique }
    }
}

impl From<exported::Action> for Action {
    fn from(action: exported::Action) -> Self {
        let exported::Action { name, summary, events, detection, fastest, lists, record_time } =
            action;
        let (detection, record_time) = (detection.into(), record_time.map(RecordTime::from));
        Self { name, summary, events, detection, fastest, lists, record_time }
    }
}

impl TryFrom<exported::Manifest> for Manifest {
    type Error = String;

    /// Fails where the settings' schema is no JSON.
    fn try_from(manifest: exported::Manifest) -> Result<Self, String> {
        let settings_schema = serde_json::from_str(&manifest.settings_schema)
            .map_err(|error| format!("its settings schema is no JSON: {error}"))?;
        let actions = manifest.actions.into_iter().map(Action::from).collect();
        let exported::Manifest { name, version, summary, auth, requests, .. } = manifest;
        let reads_headers = manifest.reads_headers;
        Ok(Self { name, version, summary, actions, settings_schema, auth, requests, reads_headers })
    }
}
