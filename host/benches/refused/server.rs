//! A clinic's API and a receiver in one, which refuse as they are told to.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, time};

/// Who refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Destination,
    Ehr,
}

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    None,
    /// So many of those that stand side by side in the middle, first with 503, then with 400.
    ForEver(usize),
    /// One request in twenty, with 503.
    ByChance,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Destination => "destination",
            Self::Ehr => "EHR",
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none refused"),
            Self::ForEver(count) => write!(f, "{count} refused for ever"),
            Self::ByChance => f.write_str("one request in twenty refused"),
        }
    }
}

/// The server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Server(Arc<Inner>);

struct Inner {
    url: String,
    records: usize,
    latency: Duration,
    whose: Whose,
    trouble: Trouble,
    chance: AtomicU64,
    books: Mutex<Books>,
    arrived: Notify,
}

#[derive(Default)]
struct Books {
    shown: Option<Instant>,
    /// How often each record was asked for or told of, where that may be refused.
    asked: HashMap<usize, u32>,
    /// Milliseconds from when they were shown.
    arrived: HashMap<usize, f64>,
}

#[derive(Deserialize)]
struct Since {
    changedsince: String,
    limit: usize,
}

impl Server {
    pub(crate) async fn start(
        records: usize,
        latency: Duration,
        whose: Whose,
        trouble: Trouble,
    ) -> Result<(Self, impl Future<Output = ()>)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (chance, books, arrived) = (AtomicU64::new(1), Mutex::default(), Notify::new());
        let inner = Inner { url, records, latency, whose, trouble, chance, books, arrived };
        let server = Self(Arc::new(inner));
        let router = Router::new()
            .route("/appointments", get(appointments))
            .route("/patient/{id}", get(patient))
            .route("/hook", post(hook))
            .with_state(server.clone());
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            // Without it, small answers wait for the client's delayed acknowledgement.
            drop(stream.set_nodelay(true));
        });
        let serving = async move { drop(axum::serve(listener, router).await) };
        Ok((server, serving))
    }

    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// Waits until all have arrived that can; how many milliseconds each took.
    pub(crate) async fn arrived(&self) -> Vec<f64> {
        let expected = match self.0.trouble {
            Trouble::ForEver(refused) => self.0.records - refused,
            Trouble::None | Trouble::ByChance => self.0.records,
        };
        loop {
            let more = self.0.arrived.notified();
            if let Some(arrived) = self.all(expected) {
                return arrived;
            }
            more.await;
        }
    }

    fn all(&self, expected: usize) -> Option<Vec<f64>> {
        let books = self.books();
        (books.arrived.len() >= expected).then(|| books.arrived.values().copied().collect())
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuses(&self, whose: Whose, record: usize) -> Option<StatusCode> {
        if self.0.whose != whose {
            return None;
        }
        match self.0.trouble {
            Trouble::None => None,
            Trouble::ForEver(refused) => {
                let first = self.0.records / 3;
                let mut books = self.books();
                let asked = books.asked.entry(record).or_default();
                *asked += 1;
                let status = if *asked == 1 {
                    StatusCode::SERVICE_UNAVAILABLE
                } else {
                    StatusCode::BAD_REQUEST
                };
                (first..first + refused).contains(&record).then_some(status)
            }
            Trouble::ByChance => {
                let next =
                    |it: u64| Some(it.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
                let it = self.0.chance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
                let is_it = (it.unwrap_or_default() >> 33).is_multiple_of(20);
                is_it.then_some(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}

/// When a record changed: each at a time of its own.
fn changed_at(record: usize) -> String {
    format!("2026-05-05T10:{:02}:{:02}.{:03}Z", record / 60_000, record / 1000 % 60, record % 1000)
}

async fn appointments(State(server): State<Server>, Query(since): Query<Since>) -> Json<Value> {
    server.books().shown.get_or_insert_with(now);
    let all = (0..server.0.records).map(|record| (record, changed_at(record)));
    let changed = all.filter(|(_, at)| *at >= since.changedsince).take(since.limit);
    let told = changed.map(|(record, at)| {
        let (id, patient) = (format!("a{record}"), record.to_string());
        json!({ "id": id, "patientId": patient, "changedAt": at, "status": "booked" })
    });
    Json(json!({ "appointments": told.collect::<Vec<_>>() }))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's own time")]
fn now() -> Instant {
    Instant::now()
}

async fn patient(
    State(server): State<Server>,
    Path(record): Path<usize>,
) -> Result<Json<Value>, StatusCode> {
    time::sleep(server.0.latency).await;
    match server.refuses(Whose::Ehr, record) {
        Some(status) => Err(status),
        None => Ok(Json(json!({ "id": record.to_string(), "mrn": format!("M{record}") }))),
    }
}

#[derive(Deserialize)]
struct Told {
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    record: String,
}

async fn hook(State(server): State<Server>, Json(told): Json<Told>) -> StatusCode {
    time::sleep(server.0.latency).await;
    let record = told.meta.record.trim_start_matches('a').parse().unwrap_or_default();
    if let Some(status) = server.refuses(Whose::Destination, record) {
        return status;
    }
    let mut books = server.books();
    let waited = books.shown.map(|shown| shown.elapsed().as_secs_f64() * 1000.0);
    books.arrived.entry(record).or_insert(waited.unwrap_or_default());
    drop(books);
    server.0.arrived.notify_waiters();
    StatusCode::NO_CONTENT
}
