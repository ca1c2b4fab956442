//! The clinic's EHR, where one more appointment has changed whenever it is asked.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};

use crate::records;

/// Its routes.
pub(crate) fn router() -> Router {
    let asked = Arc::new(AtomicUsize::default());
    let appointments = async move || {
        let number = asked.fetch_add(1, Ordering::Relaxed);
        json(records::answer(number..number + 1))
    };
    let patient = async || json(records::patient());
    Router::new().route("/appointments", get(appointments)).route("/patient/{id}", get(patient))
}

fn json(body: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], body)
}
