//! An EHR that only lists its records, as the tests' guest `snapshot` knows it. None ever changes.

use std::sync::Arc;

use anyhow::Result;
use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

struct Register {
    records: usize,
    page: usize,
}

#[derive(Deserialize)]
struct From {
    from: String,
}

#[derive(Serialize)]
struct Record {
    id: String,
    version: u64,
    at: &'static str,
}

#[derive(Serialize)]
struct Page {
    records: Vec<Record>,
    next: Option<String>,
}

/// Serves so many, so many a page, as long as the benchmark runs; answers its base URL.
#[expect(clippy::disallowed_methods, reason = "it ends with the process")]
pub(crate) async fn start(records: usize, page: usize) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let register = Arc::new(Register { records, page: page.max(1) });
    let router = Router::new().route("/list", get(list)).with_state(register);
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok(url)
}

async fn list(
    State(register): State<Arc<Register>>,
    Query(From { from }): Query<From>,
) -> Result<Json<Page>, StatusCode> {
    let first = match from.as_str() {
        "" => 0,
        from => from.parse().map_err(|_| StatusCode::BAD_REQUEST)?,
    };
    let end = register.records.min(first + register.page);
    let record = |number| Record { id: id(number), version: 1, at: "2020-01-01T00:00:00Z" };
    let records = (first..end).map(record).collect();
    Ok(Json(Page { records, next: (end < register.records).then(|| id(end)) }))
}

/// The id of a record, so that ids are in the order of numbers.
fn id(number: usize) -> String {
    format!("{number:08}")
}
