//! The practice as a client sees it: with a plain HTTP client, over the loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod ehr;
mod faults;
mod receiver;

use std::net::Ipv4Addr;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use super::{Builder, Ehr};

async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

/// An EHR that is served until the guard is dropped.
async fn serve(builder: Builder) -> (Ehr, DropGuard) {
    let shutdown = CancellationToken::new();
    let (ehr, serving) = builder.start(listener().await, shutdown.clone()).unwrap();
    TaskTracker::new().spawn(serving);
    (ehr, shutdown.drop_guard())
}

/// The answer's JSON; `target` is relative to the base URL.
async fn json(ehr: &Ehr, target: &str) -> Value {
    let answer = get(ehr, target).await;
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

async fn get(ehr: &Ehr, target: &str) -> reqwest::Response {
    reqwest::get(format!("{}{target}", ehr.base_url())).await.unwrap()
}

/// The ids of a Bundle's entries that have this search mode.
fn ids(bundle: &Value, mode: &str) -> Vec<String> {
    let entries = bundle["entry"].as_array().unwrap().iter();
    let of_mode = entries.filter(|entry| entry["search"]["mode"] == mode);
    of_mode.map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect()
}

/// The URL of the next page, relative to the base URL.
fn next(ehr: &Ehr, bundle: &Value) -> Option<String> {
    let links = bundle["link"].as_array().unwrap();
    let next = links.iter().find(|link| link["relation"] == "next")?;
    Some(next["url"].as_str().unwrap().strip_prefix(ehr.base_url()).unwrap().to_owned())
}

/// The matches of all pages.
async fn all_pages(ehr: &Ehr, target: &str) -> Vec<String> {
    let (mut all, mut target) = (Vec::new(), Some(target.to_owned()));
    while let Some(page) = target {
        let bundle = json(ehr, &page).await;
        all.extend(ids(&bundle, "match"));
        target = next(ehr, &bundle);
    }
    all
}
