//! A FHIR server with many appointments, all of long ago.

use std::sync::Arc;

use anyhow::Result;
use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// When the first was written, in seconds since 1970: on 1 January 2020.
const FIRST: i64 = 1_577_836_800;
/// Seconds from one to the next.
const STEP: i64 = 60;
/// Appointments that a patient has.
const EACH: usize = 10;

struct Hospital {
    url: Url,
    records: usize,
}

/// A search, as far as it is understood.
#[derive(Deserialize)]
struct Search {
    #[serde(rename = "_lastUpdated")]
    since: Option<String>,
    #[serde(rename = "_sort", default)]
    sort: String,
    #[serde(rename = "_count")]
    count: usize,
    #[serde(rename = "_offset", default)]
    offset: usize,
}

/// Serves so many as long as the benchmark runs; answers its base URL.
#[expect(clippy::disallowed_methods, reason = "it ends with the process")]
pub(crate) async fn start(records: usize) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let hospital = Hospital { url: format!("{base}/Appointment").parse()?, records };
    let router = Router::new().route("/Appointment", get(search)).with_state(Arc::new(hospital));
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok(base)
}

async fn search(
    State(hospital): State<Arc<Hospital>>,
    Query(search): Query<Search>,
) -> Result<Json<Value>, StatusCode> {
    let first = hospital.first_since(&search).ok_or(StatusCode::BAD_REQUEST)?;
    let found = first..hospital.records;
    let total = found.len();
    let falls = search.sort.starts_with('-');
    let place = |at: usize| if falls { found.end - 1 - at } else { found.start + at };
    let page = search.offset..total.min(search.offset + search.count);
    let is_last = page.end >= total;
    let entries: Vec<_> = page.map(|at| entry(place(at))).collect();
    let next = (!is_last).then(|| hospital.after(&search));
    let links: Vec<_> =
        next.into_iter().map(|url| json!({ "relation": "next", "url": url })).collect();
    Ok(Json(json!({
        "resourceType": "Bundle", "type": "searchset", "total": total,
        "meta": { "lastUpdated": format!("{:.3}", Timestamp::now()) },
        "link": links, "entry": entries,
    })))
}

impl Hospital {
    /// The first appointment that a search wants.
    fn first_since(&self, search: &Search) -> Option<usize> {
        let Some(since) = &search.since else { return Some(0) };
        let since: Timestamp = since.strip_prefix("ge")?.parse().ok()?;
        let steps =
            (since.as_millisecond() - FIRST * 1000 + STEP * 1000 - 1).div_euclid(STEP * 1000);
        Some(usize::try_from(steps.max(0)).ok()?.min(self.records))
    }

    /// Where the page after that of a search is.
    fn after(&self, search: &Search) -> String {
        let mut url = self.url.clone();
        let mut query = url.query_pairs_mut();
        if let Some(since) = &search.since {
            query.append_pair("_lastUpdated", since);
        }
        query.append_pair("_sort", &search.sort);
        query.append_pair("_count", &search.count.to_string());
        query.append_pair("_offset", &(search.offset + search.count).to_string());
        drop(query);
        url.into()
    }
}

fn entry(number: usize) -> Value {
    let written = FIRST + STEP * i64::try_from(number).unwrap_or_default();
    let written = Timestamp::from_second(written).unwrap_or_default();
    let start = written.saturating_add(SignedDuration::from_hours(24)).unwrap_or_default();
    let end = start.saturating_add(SignedDuration::from_mins(30)).unwrap_or_default();
    let (patient, room) = (number / EACH, number % 40);
    json!({
        "search": { "mode": "match" },
        "resource": {
            "resourceType": "Appointment", "id": format!("appointment-{number}"),
            "meta": { "versionId": "1", "lastUpdated": format!("{written:.3}") },
            "status": "booked",
            "serviceType": [{ "text": "A visit that is planned" }],
            "appointmentType": { "coding": [{ "code": "ROUTINE", "display": "Routine" }] },
            "description": "What it is about, in some words that say enough",
            "start": format!("{start:.0}"), "end": format!("{end:.0}"), "minutesDuration": 30,
            "participant": [
                { "actor": { "reference": format!("Patient/patient-{patient}"),
                             "display": "A patient" }, "status": "accepted" },
                { "actor": { "reference": format!("Practitioner/practitioner-{room}"),
                             "display": "A practitioner" }, "status": "accepted" },
                { "actor": { "reference": format!("Location/room-{room}"),
                             "display": "A room" }, "status": "accepted" },
            ],
        },
    })
}
