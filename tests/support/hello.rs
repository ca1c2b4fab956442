//! The EHR that the hello connectors know: `GET /patients` answers all patients with their
//! versions, and from when to ask next.

use std::sync::{Arc, Mutex};

use axum::{Router, routing::get};
use serde_json::json;

use super::servers::{Running, listener, serve};

/// A running EHR.
pub(crate) struct Hello {
    url: String,
    said: Arc<Mutex<Said>>,
}

#[derive(Clone)]
struct Said {
    patients: Vec<(&'static str, &'static str)>,
    until: &'static str,
}

impl Hello {
    /// One with patient 7 in version `v1`, as long as the answer lives.
    pub(crate) async fn start() -> Running<Self> {
        let listener = listener().await;
        let url = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::new(Mutex::new(Said { patients: vec![("7", "v1")], until: "8" }));
        let known = Arc::clone(&said);
        let answer = async move || {
            let Said { patients, until } = known.lock().unwrap().clone();
            json!({ "patients": patients, "until": until }).to_string()
        };
        let router = Router::new().route("/patients", get(answer));
        serve(Self { url, said }, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Has one more patient, in version `v1`.
    pub(crate) fn admit(&self, id: &'static str) {
        self.said.lock().unwrap().patients.push((id, "v1"));
    }

    /// From when on it says to ask next.
    pub(crate) fn say_until(&self, until: &'static str) {
        self.said.lock().unwrap().until = until;
    }
}
