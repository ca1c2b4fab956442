//! EHRs where nothing changes, polled every second: they note when polls arrive.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use rounds::{
    model::TaskId,
    schedule::cadence::{self, Cadence},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How often each is polled.
const EVERY: Duration = Duration::from_secs(1);

/// All of them. A cheap handle.
#[derive(Clone)]
pub(crate) struct Others {
    url: Arc<str>,
    arrived: Arc<Mutex<Vec<Vec<Timestamp>>>>,
}

impl Others {
    /// Serves so many as long as the benchmark runs.
    #[expect(clippy::disallowed_methods, reason = "they end with the process")]
    pub(crate) async fn start(number: usize) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?).into();
        let others = Self { url, arrived: Arc::new(Mutex::new(vec![Vec::new(); number])) };
        let router =
            Router::new().route("/{number}/Appointment", get(nothing)).with_state(others.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(others)
    }

    /// Connections to all of them, for a configuration. None asks again for what comes late, so that
    /// whatever arrives is a poll.
    pub(crate) fn connections(&self) -> String {
        let all = self.arrived.lock().unwrap_or_else(PoisonError::into_inner).len();
        let connection = |number| {
            let (name, url) = (name(number), &self.url);
            format!(
                "\n[[connection]]\nname = \"{name}\"\nconnector = \"fhir-r4\"\n\
                 base_url = \"{url}/{number}\"\nauth = {{ type = \"none\" }}\n\
                 actions = {{ appointments = {{ every = \"1s\", late = \"0s\" }} }}\n"
            )
        };
        (0..all).map(connection).collect()
    }

    /// How late each poll was that arrived between two times, in milliseconds.
    pub(crate) fn late(&self, from: Timestamp, until: Timestamp) -> Vec<f64> {
        let all = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        let late = |(number, arrived): (usize, &Vec<Timestamp>)| {
            let within: Vec<_> = arrived.iter().filter(|at| (from..until).contains(at)).collect();
            lateness(number, &within)
        };
        all.iter().enumerate().flat_map(late).collect()
    }
}

fn name(number: usize) -> String {
    format!("other-{number}")
}

/// How late polls are that followed one another: each is due at the first tick after the one before,
/// so that one that missed a tick is late by more than an interval.
fn lateness(number: usize, arrived: &[&Timestamp]) -> Vec<f64> {
    let connection = name(number).as_str().into();
    let seed = cadence::seed(&TaskId { connection, action: "appointments".into() });
    let tick_after = |time: Timestamp| Cadence::Every(EVERY).next_after(time, seed);
    let mut late = Vec::new();
    for (before, at) in arrived.iter().zip(arrived.iter().skip(1)) {
        late.push(milliseconds(at.duration_since(tick_after(**before))));
    }
    late
}

fn milliseconds(time: SignedDuration) -> f64 {
    time.as_secs_f64() * 1e3
}

async fn nothing(State(others): State<Others>, Path(number): Path<usize>) -> Json<Value> {
    let now = Timestamp::now();
    let mut all = others.arrived.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(arrived) = all.get_mut(number) {
        arrived.push(now);
    }
    drop(all);
    Json(json!({
        "resourceType": "Bundle", "type": "searchset", "total": 0,
        "meta": { "lastUpdated": format!("{now:.3}") }, "entry": [],
    }))
}
