//! A small EHR with an API of its own, which the guests of the tests know.
//!
//! `GET /appointments?changedsince=7` answers what changed after change 7, with the number to
//! go on from; `GET /patient/{id}` answers a patient; `GET /queue` answers what changed and
//! forgets it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::servers::{Running, listener, serve};

/// What some servers put before JSON.
const MARK: &str = ")]}',";

/// A running clinic. A cheap handle.
#[derive(Clone)]
pub(crate) struct Clinic {
    address: Arc<str>,
    books: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    changes: u64,
    appointments: BTreeMap<u64, Appointment>,
    queue: Vec<u64>,
    asked: Vec<String>,
    status: Option<StatusCode>,
    forgotten: Option<u64>,
    name: Option<String>,
    marked: bool,
    /// What begins so is answered with a page for people, so often.
    paged: (String, usize),
}

struct Appointment {
    patient: u64,
    version: u64,
    changed: u64,
}

#[derive(Deserialize)]
struct Since {
    changedsince: u64,
}

impl Clinic {
    /// A clinic without appointments, as long as the answer lives.
    pub(crate) async fn start() -> Running<Self> {
        let listener = listener().await;
        let address = format!("http://{}", listener.local_addr().unwrap()).into();
        let clinic = Self { address, books: Arc::default() };
        let router = Router::new()
            .route("/appointments", get(appointments))
            .route("/queue", get(queue))
            .route("/patient/{id}", get(patient))
            .layer(from_fn_with_state(clinic.clone(), enter))
            .with_state(clinic.clone());
        serve(clinic, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.address
    }

    /// Books an appointment for a patient; answers its id.
    pub(crate) fn book(&self, patient: u64) -> String {
        let mut books = self.books();
        let id = books.appointments.len() as u64 + 1;
        books.change(id, Appointment { patient, version: 1, changed: 0 });
        id.to_string()
    }

    /// What it was asked so far, as `GET /patient/7`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.books().asked.clone()
    }

    /// Answers all that is asked with this status and no more, or as it should.
    pub(crate) fn answer(&self, status: Option<u16>) {
        self.books().status = status.map(|status| StatusCode::from_u16(status).unwrap());
    }

    /// Answers what begins so, as `/patient/7`, with a page for people and status 200, so often; each
    /// is another page.
    pub(crate) fn answer_with_pages(&self, target: &str, times: usize) {
        self.books().paged = (target.into(), times);
    }

    /// Knows nothing of a patient any more, or of everybody.
    pub(crate) fn forget_patient(&self, id: Option<u64>) {
        self.books().forgotten = id;
    }

    /// Begins the queue's answers with what keeps scripts of web pages from reading them, and JSON
    /// does not know; or as it should.
    pub(crate) fn mark_queue(&self, marked: bool) {
        self.books().marked = marked;
    }

    /// Calls all patients so from now on.
    pub(crate) fn call_patients(&self, name: &str) {
        self.books().name = Some(name.into());
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn change(&mut self, id: u64, appointment: Appointment) {
        self.changes += 1;
        self.queue.push(id);
        self.appointments.insert(id, Appointment { changed: self.changes, ..appointment });
    }

    /// The page that a request is answered with, if it is.
    fn page(&mut self, target: &str) -> Option<String> {
        let (begins, times) = &mut self.paged;
        if !target.starts_with(begins.as_str()) {
            return None;
        }
        *times = times.checked_sub(1)?;
        Some(format!("<!doctype html><title>Sign in</title><p>Request {}</p>", self.asked.len()))
    }

    fn told(&self, ids: impl Iterator<Item = u64>) -> Json<Value> {
        let one = |id: u64| {
            let appointment = self.appointments.get(&id)?;
            let (version, patient) = (appointment.version, appointment.patient.to_string());
            Some(json!({ "id": id.to_string(), "version": version, "patient": patient }))
        };
        let appointments: Vec<Value> = ids.filter_map(one).collect();
        Json(json!({ "appointments": appointments, "until": self.changes }))
    }
}

async fn enter(State(clinic): State<Clinic>, request: Request, next: Next) -> Response {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let (status, page) = {
        let mut books = clinic.books();
        books.asked.push(format!("{} {target}", request.method()));
        (books.status, books.page(target))
    };
    match (status, page) {
        (Some(status), _) => status.into_response(),
        (None, Some(page)) => Html(page).into_response(),
        (None, None) => next.run(request).await,
    }
}

async fn appointments(State(clinic): State<Clinic>, Query(since): Query<Since>) -> Json<Value> {
    let books = clinic.books();
    let changed =
        |(_, appointment): &(&u64, &Appointment)| appointment.changed > since.changedsince;
    books.told(books.appointments.iter().filter(changed).map(|(id, _)| *id))
}

async fn queue(State(clinic): State<Clinic>) -> Response {
    let mut books = clinic.books();
    let ids = std::mem::take(&mut books.queue);
    let Json(told) = books.told(ids.into_iter());
    match books.marked {
        true => format!("{MARK}{told}").into_response(),
        false => Json(told).into_response(),
    }
}

async fn patient(State(clinic): State<Clinic>, Path(id): Path<u64>) -> Response {
    let books = clinic.books();
    let name = books.name.as_deref().unwrap_or("Example, Patient");
    match books.forgotten == Some(id) {
        true => StatusCode::NOT_FOUND.into_response(),
        false => Json(json!({ "id": id, "name": name })).into_response(),
    }
}
