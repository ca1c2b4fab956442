//! More answers than a host has room for: all is told, no more is held at once than there may be,
//! and who takes much does not keep the others waiting.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{
    Line, Rounds, Running, Site, connection, destination, eventually, fits, has_panicked, listener,
    receiver, serve, within,
};

/// Room for eleven answers, and five of one connection.
const HOST: &str = "\
[host]
admin = \"127.0.0.1:0\"
log = \"json\"
limits = { guest_memory = \"8MiB\", answer_body = \"4MiB\", held_answers = \"40MiB\" }

";
const ANSWER: usize = 3 << 20;
const ANSWERS: usize = 11;
const OF_ONE: usize = 5;

/// An EHR of many words: what is collected of it is held until its gate opens.
#[derive(Clone)]
struct Wordy {
    url: Arc<str>,
    appointments: Arc<AtomicUsize>,
    /// Those that are held now, and the most that were.
    held: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    is_open: watch::Sender<bool>,
}

#[derive(Deserialize)]
struct Since {
    changedsince: usize,
}

impl Wordy {
    async fn start(appointments: usize) -> Running<Self> {
        let listener = listener().await;
        let wordy = Self {
            url: format!("http://{}", listener.local_addr().unwrap()).into(),
            appointments: Arc::new(appointments.into()),
            held: Arc::default(),
            most: Arc::default(),
            is_open: watch::Sender::new(false),
        };
        let router = Router::new()
            .route("/appointments", get(changes))
            .route("/patient/{id}", get(patient))
            .with_state(wordy.clone());
        serve(wordy, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

async fn changes(State(wordy): State<Wordy>, Query(since): Query<Since>) -> Json<Value> {
    let all = wordy.appointments.load(Ordering::SeqCst);
    let one = |id: usize| json!({ "id": id.to_string(), "version": 1, "patient": id.to_string() });
    let new: Vec<_> = (since.changedsince..all).map(one).collect();
    let words = if new.is_empty() { String::new() } else { " ".repeat(ANSWER) };
    Json(json!({ "appointments": new, "until": all, "words": words }))
}

async fn patient(State(wordy): State<Wordy>, Path(id): Path<String>) -> String {
    if !id.starts_with("gate-") {
        return "x".repeat(ANSWER);
    }
    let held = wordy.held.fetch_add(1, Ordering::SeqCst) + 1;
    wordy.most.fetch_max(held, Ordering::SeqCst);
    let mut open = wordy.is_open.subscribe();
    open.wait_for(|is_open| *is_open).await.unwrap();
    wordy.held.fetch_sub(1, Ordering::SeqCst);
    String::new()
}

async fn start(site: &Site, wards: &[(&str, &Wordy)], app: &str) -> Rounds {
    let further = "concurrency = 8\nsince = \"2020-01-01T00:00:00Z\"";
    let ward = |(name, ehr): &(&str, &Wordy)| connection(name, "asks-twice", &ehr.url, further);
    let wards: String = wards.iter().map(ward).collect();
    site.configure(&(HOST.to_owned() + &wards + &destination("app", app, "")));
    site.start().await
}

fn waits(line: &Line) -> bool {
    fits("waits for room in memory*(host.limits.held_answers)", line.text("message"))
}

#[tokio::test]
async fn what_many_connections_hold_is_no_more_than_there_is_room_for() {
    let site = Site::new(&["asks-twice"]).await;
    let (ehr, app) = (Wordy::start(6).await, receiver().await);
    let wards = ["north", "south", "east", "west"];
    let host = start(&site, &wards.map(|name| (name, &*ehr)), app.url()).await;
    // Where there were no bound, none would wait, and all would be held.
    let full = async || {
        let waits = host.lines().iter().any(waits);
        (ehr.most() > if waits { OF_ONE } else { ANSWERS }).then_some(())
    };
    eventually("a host that is full", full, async || host.log()).await;
    ehr.is_open.send_replace(true);
    within("all that was found", app.wait_for(wards.len() * 6)).await;
    assert!(ehr.most() <= ANSWERS, "{} were held at once", ehr.most());
    let told: BTreeSet<_> = app.received().iter().map(|it| it.id.clone()).collect();
    assert_eq!(told.len(), wards.len() * 6);
    assert!(!has_panicked(&host.log()) && !host.log().contains("dead letter"), "{}", host.log());
}

#[tokio::test]
async fn a_connection_that_takes_much_keeps_no_other_waiting() {
    let site = Site::new(&["asks-twice"]).await;
    let (greedy, other, app) = (Wordy::start(20).await, Wordy::start(6).await, receiver().await);
    other.is_open.send_replace(true);
    let host = start(&site, &[("greedy", &greedy), ("other", &other)], app.url()).await;
    host.wait_for_log("the greedy one's waiting", waits).await;
    within("what the other found", app.wait_for(6)).await;
    // What is found meanwhile waits as well, whoever asks.
    other.appointments.store(12, Ordering::SeqCst);
    greedy.appointments.store(21, Ordering::SeqCst);
    within("what the other found later", app.wait_for(12)).await;
    assert!((1..=OF_ONE).contains(&greedy.most()), "{} were held at once", greedy.most());
    greedy.is_open.send_replace(true);
    within("all", app.wait_for(12 + 21)).await;
    assert!(greedy.most() <= OF_ONE, "{} were held at once", greedy.most());
    assert!(!has_panicked(&host.log()) && !host.log().contains("dead letter"), "{}", host.log());
}
