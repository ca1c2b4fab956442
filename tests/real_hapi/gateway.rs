//! What stands between a host and the server: it knows what was asked, and lets a test do something
//! before it is answered.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};
use tokio::sync::{mpsc, oneshot};

use crate::support::{Running, listener, serve};

/// A running gateway. A cheap handle.
#[derive(Clone)]
pub(super) struct Gateway {
    url: Arc<str>,
    upstream: Arc<str>,
    http: reqwest::Client,
    asked: Arc<Mutex<Vec<String>>>,
    stops: Arc<Mutex<Option<mpsc::UnboundedSender<Stop>>>>,
}

/// A request that waits until this is dropped.
pub(super) struct Stop {
    /// Path and query.
    pub(super) what: String,
    _go: oneshot::Sender<()>,
}

impl Gateway {
    /// A gateway to a server, whose base URL this is.
    pub(super) async fn start(base_url: &str) -> Running<Self> {
        let listener = listener().await;
        let (origin, path) = base_url.rsplit_once('/').unwrap();
        let gateway = Self {
            url: format!("http://{}/{path}", listener.local_addr().unwrap()).into(),
            upstream: origin.into(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            asked: Arc::default(),
            stops: Arc::default(),
        };
        let router = Router::new().fallback(pass).with_state(gateway.clone());
        serve(gateway, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    /// The server's base URL by this way.
    pub(super) fn base_url(&self) -> &str {
        &self.url
    }

    /// What was asked so far: path and query, and whether it was answered by an older search.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Every request from now on, before it is passed on; as long as the answer lives.
    pub(super) fn stops(&self) -> mpsc::UnboundedReceiver<Stop> {
        let (tell, stops) = mpsc::unbounded_channel();
        *self.stops.lock().unwrap() = Some(tell);
        stops
    }

    async fn stop(&self, what: &str) {
        let (go, goes) = oneshot::channel();
        let stop = Stop { what: what.to_owned(), _go: go };
        let stops = self.stops.lock().unwrap().clone();
        if stops.is_some_and(|stops| stops.send(stop).is_ok()) {
            // Let go of by being dropped.
            goes.await.ok();
        }
    }
}

/// Passes a request on as it is, with its `Host`: links of the answer lead here.
async fn pass(State(gateway): State<Gateway>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let what = parts.uri.to_string();
    gateway.stop(&what).await;
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let asking = gateway.http.request(parts.method, format!("{}{what}", gateway.upstream));
    let Ok(answer) = asking.headers(parts.headers).body(body).send().await else {
        return Response::builder().status(502).body(Body::empty()).unwrap();
    };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let Ok(bytes) = answer.bytes().await else {
        return Response::builder().status(502).body(Body::empty()).unwrap();
    };
    let cache = text(&headers, "x-cache");
    gateway.asked.lock().unwrap().push(format!("{what} {cache}"));
    let mut passed = Response::new(Body::from(bytes));
    *passed.status_mut() = status;
    *passed.headers_mut() = headers;
    for framing in ["transfer-encoding", "connection", "keep-alive"] {
        passed.headers_mut().remove(framing);
    }
    passed
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
