//! A connector that is swapped for the same one in another language while a host polls with it:
//! cursors and memos are nobody's but the task's, and nothing is lost or told otherwise.

use std::{
    fmt::Write,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    routing::get,
};
use rounds::{oci::Digest, practice::Received, status::Report};
use serde::Deserialize;
use serde_json::{Value, json};

use super::clinic::{LANGUAGES, built};
use crate::support::{Rounds, Running, Site, destination, listener, receiver, serve, within};

const TASK: &str = "north/appointments";

/// The clinic's EHR, with one patient, so that all is told in order.
#[derive(Clone)]
struct Ehr {
    url: Arc<str>,
    books: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    /// Each state that an appointment was in: its id, when it starts.
    changes: Vec<(String, u32)>,
}

#[derive(Deserialize)]
struct Asked {
    changedsince: String,
    limit: usize,
}

impl Ehr {
    async fn start() -> Running<Self> {
        let listener = listener().await;
        let url = format!("http://{}", listener.local_addr().unwrap()).into();
        let ehr = Self { url, books: Arc::default() };
        let patient = async || Json(json!({ "id": "p", "given": "Grace" }));
        let router = Router::new()
            .route("/appointments", get(appointments))
            .route("/patient/p", get(patient))
            .with_state(ehr.clone());
        serve(ehr, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    /// Has an appointment start at an hour.
    fn book(&self, id: &str, hour: u32) {
        self.books.lock().unwrap().changes.push((id.into(), hour));
    }
}

/// The last state of each appointment that changed since.
async fn appointments(State(ehr): State<Ehr>, Query(asked): Query<Asked>) -> Json<Value> {
    let books = ehr.books.lock().unwrap();
    let changes = books.changes.iter().enumerate();
    let is_last = |number: usize, id: &String| {
        !books.changes.iter().skip(number + 1).any(|(other, _)| other == id)
    };
    let last = changes.filter(|(number, (id, _))| is_last(*number, id));
    // Each time with another reason: what says the same is told to nobody.
    let told = last.map(|(number, (id, hour))| {
        let changed = format!("2026-01-01T00:{:02}:{:02}Z", number / 60, number % 60);
        let start = format!("2026-02-01T{hour:02}:00:00Z");
        json!({ "id": id, "patientId": "p", "changedAt": changed, "start": start, "reason": changed })
    });
    let told = told.filter(|it| it["changedAt"].as_str() >= Some(&asked.changedsince));
    Json(json!({ "appointments": told.take(asked.limit).collect::<Vec<_>>() }))
}

/// What was told of which record, as `a1 New, `.
fn told(received: &[Received]) -> String {
    received.iter().fold(String::new(), |mut told, received| {
        let body: Value = serde_json::from_slice(&received.body).unwrap();
        let event = body["type"].as_str().unwrap().trim_start_matches("Scheduling.");
        write!(told, "{} {event}, ", body["meta"]["record"].as_str().unwrap()).unwrap();
        told
    })
}

/// Puts a component where the one in service is, in one step.
fn offer(site: &Site, file: &Path) {
    fs::copy(file, site.path("connectors/draft")).unwrap();
    fs::rename(site.path("connectors/draft"), site.path("connectors/clinic.wasm")).unwrap();
}

async fn wait_until_in_service(host: &Rounds, file: &Path, language: &str) {
    let digest = Digest::of(&fs::read(file).unwrap());
    let serves =
        |report: &Report| (report.connectors.get("clinic")?.digest == digest.hex()).then_some(());
    host.wait_for(&format!("the clinic in {language}"), serves).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_is_swapped_for_the_same_one_in_another_language() {
    let built = built().await;
    let (ehr, receiver, site) = (Ehr::start().await, receiver().await, Site::new(&[]).await);
    let app = destination("app", receiver.url(), "");
    site.configure(&format!(
        "[[connection]]\nname = \"north\"\nconnector = \"clinic\"\nbase_url = \"{}\"\n\
         since = \"2026-01-01T00:00:00Z\"\nactions = {{ appointments = {{ every = \"1m\" }} }}\n\n{app}",
        ehr.url
    ));
    // All were compiled once; how long that takes is none of this test's business.
    site.share_cache();
    offer(&site, &built[0]);
    let host = site.start().await;

    let mut expected = String::new();
    let languages = LANGUAGES.iter().zip(built).cycle().take(LANGUAGES.len() + 1);
    for (number, (language, file)) in languages.enumerate() {
        let [first, second] = [format!("{number}a"), format!("{number}b")];
        offer(&site, file);
        ehr.book(&first, 9);
        host.poll(&[TASK]).await;
        wait_until_in_service(&host, file, language).await;
        ehr.book(&second, 9);
        ehr.book(&first, 9);
        write!(expected, "{first} New, {second} New, {first} Modification, ").unwrap();
        if let Some(before) = number.checked_sub(1) {
            ehr.book(&format!("{before}b"), 10);
            write!(expected, "{before}b Reschedule, ").unwrap();
        }
        host.poll(&[TASK]).await;
        let count = expected.matches(',').count();
        within(&format!("what {language} tells"), receiver.wait_for(count)).await;
        assert_eq!(told(&receiver.attempts()), expected, "{language}");
    }
    host.stop().await;
}
