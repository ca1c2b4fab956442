//! Servers of a town where everybody talks: whatever is asked of them, they answer with a patient,
//! in bodies, headers and errors. And those elsewhere, who must never hear of one.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::support::{Running, listener, serve};

/// Who is told of.
pub(super) const NAME: &str = "Zebedee Quuxington";
pub(super) const NUMBER: &str = "MRN44710815";
pub(super) const BORN: &str = "1987-06-05";

/// A server: an EHR, its token endpoint, a destination. A cheap handle.
#[derive(Clone)]
pub(super) struct Town {
    address: Arc<str>,
    /// Where those are that it points to.
    elsewhere: Arc<str>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Town {
    /// One that points elsewhere wherever it can.
    pub(super) async fn start(elsewhere: &str) -> Running<Self> {
        let listener = listener().await;
        let address = listener.local_addr().unwrap().to_string().into();
        let town = Self { address, elsewhere: elsewhere.into(), heard: Arc::default() };
        let router = Router::new().fallback(answer).with_state(town.clone());
        serve(town, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    /// A place in it.
    pub(super) fn url(&self, place: &str) -> String {
        format!("http://{}/{place}", self.address)
    }

    /// All that it was told at places that begin so: head and body.
    pub(super) fn heard(&self, place: &str) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|it| it.starts_with(&format!("/{place}"))).cloned().collect()
    }

    fn record(&self, with: &Value) -> Value {
        let mut record = json!({ "name": NAME, "number": NUMBER, "born": BORN });
        let fields = with.as_object().into_iter().flatten();
        fields.for_each(|(name, value)| record[name] = value.clone());
        record
    }
}

async fn answer(State(town): State<Town>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let told = format!("{uri} {headers:?} {}", String::from_utf8_lossy(&body));
    town.heard.lock().unwrap().push(told);
    let link = format!("{}?name={NUMBER}", town.elsewhere);
    let record = |with: Value| town.record(&with).to_string();
    let plain = record(Value::Null);
    let place = uri.path().split('/').nth(1).unwrap_or_default();
    match place {
        "linked" => record(json!({ "next": link })).into_response(),
        "moved" | "token" => (StatusCode::FOUND, [(LOCATION, link)], plain).into_response(),
        "leads" => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, link)], plain).into_response(),
        "broken" | "fails" => (StatusCode::INTERNAL_SERVER_ERROR, plain).into_response(),
        "refuses" => (StatusCode::PAYLOAD_TOO_LARGE, [("x-patient", NAME)], plain).into_response(),
        "denies" => (StatusCode::UNAUTHORIZED, plain).into_response(),
        _ => ([("x-patient", NAME)], plain).into_response(),
    }
}
