//! The FHIR API over HTTP: reading and searching, nothing else.

use axum::{
    Json, Router,
    extract::{ConnectInfo, Query as Pairs, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::json;

use super::Ehr;
use crate::practice::{
    Kind,
    faults::http_date,
    line::Line,
    search::{
        bundle::{self, Links},
        query::{Query, at_offset},
    },
};

const FHIR_JSON: (header::HeaderName, &str) = (header::CONTENT_TYPE, "application/fhir+json");

pub(super) fn router(ehr: Ehr) -> Router {
    Router::new().fallback(answer).with_state(ehr)
}

/// The answer to any request. One handler in place of routes: what goes wrong goes wrong
/// everywhere alike.
async fn answer(
    State(ehr): State<Ehr>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let gate = &ehr.0.gate;
    let plan = gate.enter(&request);
    plan.wait(&gate.shutdown).await;
    let mut proper = ehr.proper(request.method(), request.uri(), request.headers());
    if let Ok(date) = HeaderValue::try_from(http_date(ehr.lock().shelves.now())) {
        proper.headers_mut().insert(header::DATE, date);
    }
    gate.leave(plan, proper, &line).await
}

impl Ehr {
    fn proper(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
        let authorization =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if !self.lock().access.admits(authorization) {
            let realm = [(header::WWW_AUTHENTICATE, r#"Bearer realm="practice""#)];
            return (realm, outcome(StatusCode::UNAUTHORIZED, "login", "not signed in"))
                .into_response();
        }
        if method != Method::GET {
            return outcome(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "read only");
        }
        self.read(uri)
    }

    fn read(&self, uri: &Uri) -> Response {
        let path = uri.path().strip_prefix("/fhir/").unwrap_or_default();
        let (kind, id) = match path.split_once('/') {
            Some((kind, id)) => (kind, Some(id)),
            None => (path, None),
        };
        match (Kind::named(kind), id) {
            (Some(kind), Some(id)) => self.record(kind, id),
            (Some(kind), None) => self.search(kind, uri),
            (None, None) if kind == "metadata" => capabilities(),
            (None, _) => outcome(StatusCode::NOT_FOUND, "not-found", "no such resource type"),
        }
    }

    fn record(&self, kind: Kind, id: &str) -> Response {
        let Some(record) = self.look_up(kind, id) else {
            return outcome(StatusCode::NOT_FOUND, "not-found", "no such resource");
        };
        let Some(body) = record.body.clone() else {
            return outcome(StatusCode::GONE, "deleted", "the resource was deleted");
        };
        let etag = (header::ETAG, format!("W/\"{}\"", record.version));
        ([FHIR_JSON], [etag], body).into_response()
    }

    fn search(&self, kind: Kind, uri: &Uri) -> Response {
        let Ok(Pairs(pairs)) = Pairs::<Vec<(String, String)>>::try_from_uri(uri) else {
            return outcome(StatusCode::BAD_REQUEST, "invalid", "the query cannot be read");
        };
        let query = match Query::read(&pairs) {
            Ok(query) => query,
            Err(error) => return outcome(StatusCode::BAD_REQUEST, "invalid", &error.to_string()),
        };
        let (page, window) = self.find(kind, &query);
        let base = self.base_url();
        let text = uri.query().unwrap_or_default();
        let further = !window.is_empty() && window.end < page.total;
        let links = Links {
            this: format!("{base}/{kind}?{text}"),
            next: further.then(|| format!("{base}/{kind}?{}", at_offset(text, window.end))),
        };
        ([FHIR_JSON], Bytes::from(bundle::write(base, kind, &page, &links))).into_response()
    }
}

fn outcome(status: StatusCode, code: &str, diagnostics: &str) -> Response {
    let issue = json!([{ "severity": "error", "code": code, "diagnostics": diagnostics }]);
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": issue });
    (status, [FHIR_JSON], outcome.to_string()).into_response()
}

fn capabilities() -> Response {
    let interactions = json!([{ "code": "read" }, { "code": "search-type" }]);
    let resource = |kind: Kind| json!({ "type": kind.name(), "interaction": interactions });
    let resources: Vec<_> = Kind::ALL.into_iter().map(resource).collect();
    let statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{ "mode": "server", "resource": resources }],
    });
    ([FHIR_JSON], Json(statement)).into_response()
}
