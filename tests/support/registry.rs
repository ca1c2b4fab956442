//! A registry whose every answer is a test's own: what it has, whom it lets in, and what it does
//! wrong.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rounds::oci::Digest;
use serde_json::{Value, json};

use super::servers::{Running, listener, serve};

/// A running registry. A cheap handle.
#[derive(Clone)]
pub(crate) struct Registry {
    address: Arc<str>,
    shelves: Arc<Mutex<Shelves>>,
}

#[derive(Default)]
struct Shelves {
    /// By path, as `/v2/team/plain/manifests/1`.
    answers: BTreeMap<String, (StatusCode, HeaderMap, Vec<u8>)>,
    /// What lets in, and what is said to others.
    guard: Option<(String, String)>,
    heard: Vec<(String, Option<String>)>,
}

/// Some content, as descriptors name it.
pub(crate) struct Blob {
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Blob {
    /// What names it.
    pub(crate) fn descriptor(&self) -> Value {
        let digest = Digest::of(&self.bytes);
        json!({ "mediaType": self.kind, "digest": digest, "size": self.bytes.len() })
    }
}

/// The manifest of an artifact with these layers.
pub(crate) fn manifest(layers: &[Value]) -> Value {
    let config = Blob { kind: "application/vnd.wasm.config.v0+json", bytes: b"{}".to_vec() };
    json!({ "schemaVersion": 2, "config": config.descriptor(), "layers": layers })
}

/// A list of artifacts.
pub(crate) fn index(manifests: &[Value]) -> Value {
    let kind = "application/vnd.oci.image.index.v1+json";
    json!({ "schemaVersion": 2, "mediaType": kind, "manifests": manifests })
}

impl Registry {
    /// One that has nothing and lets everybody in, as long as the answer lives.
    pub(crate) async fn start() -> Running<Self> {
        let listener = listener().await;
        let address = listener.local_addr().unwrap().to_string().into();
        let registry = Self { address, shelves: Arc::default() };
        let router = Router::new().fallback(answer).with_state(registry.clone());
        serve(registry, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        &self.address
    }

    /// A reference to what it has as `team/plain`.
    pub(crate) fn reference(&self, version: &str) -> String {
        format!("oci://{}/team/plain{version}", self.address)
    }

    /// Answers a path of `team/plain` with this.
    pub(crate) fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.answer(&format!("/v2/team/plain/{path}"), 200, &[], body);
    }

    /// Answers any path with any of this.
    pub(crate) fn answer(
        &self,
        path: &str,
        status: u16,
        headers: &[(&'static str, &str)],
        body: impl Into<Vec<u8>>,
    ) {
        let status = StatusCode::from_u16(status).unwrap();
        let header = |(name, value): &(&'static str, &str)| {
            (header::HeaderName::from_static(name), value.parse().unwrap())
        };
        let headers = headers.iter().map(header).collect();
        self.shelves.lock().unwrap().answers.insert(path.into(), (status, headers, body.into()));
    }

    /// Has a file as version `1`; answers the manifest's digest.
    pub(crate) fn has(&self, file: &[u8]) -> Digest {
        let layer = Blob { kind: "application/wasm", bytes: file.to_vec() };
        let manifest = manifest(&[layer.descriptor()]).to_string();
        self.put(&format!("blobs/{}", Digest::of(file)), file);
        self.put("manifests/1", manifest.clone());
        Digest::of(manifest.as_bytes())
    }

    /// Has a signature file of a manifest, in its list of referrers.
    pub(crate) fn has_signature(&self, of: &Digest, signature: &str) {
        let kind = "application/vnd.rounds.connector.signature.v1";
        let layer = Blob { kind, bytes: signature.into() };
        let text = manifest(&[layer.descriptor()]).to_string();
        let listed =
            Blob { kind: "application/vnd.oci.image.manifest.v1+json", bytes: text.into() };
        let mut descriptor = listed.descriptor();
        descriptor["artifactType"] = kind.into();
        self.put(&format!("blobs/{}", Digest::of(&layer.bytes)), signature);
        self.put(&format!("manifests/{}", Digest::of(&listed.bytes)), listed.bytes);
        self.put(&format!("referrers/{of}"), index(&[descriptor]).to_string());
    }

    /// Lets in only who has this authorization, and asks others for it with this challenge. Where
    /// tokens are is open to all.
    pub(crate) fn guard(&self, authorization: &str, challenge: &str) {
        let guard = (authorization.to_owned(), challenge.to_owned());
        self.shelves.lock().unwrap().guard = Some(guard);
    }

    /// What it was asked so far, path and query, with the authorization that came along.
    pub(crate) fn heard(&self) -> Vec<(String, Option<String>)> {
        self.shelves.lock().unwrap().heard.clone()
    }
}

async fn answer(State(registry): State<Registry>, request: Request) -> Response {
    let mut shelves = registry.shelves.lock().unwrap();
    let given = request.headers().get(header::AUTHORIZATION);
    let given = given.map(|value| value.to_str().unwrap().to_owned());
    let target = request.uri().path_and_query().unwrap().to_string();
    shelves.heard.push((target, given.clone()));
    let path = request.uri().path();
    let guard = shelves.guard.as_ref().filter(|_| path.starts_with("/v2/"));
    if let Some((_, challenge)) = guard.filter(|(wanted, _)| given.as_ref() != Some(wanted)) {
        let headers = [(header::WWW_AUTHENTICATE, challenge.clone())];
        return (StatusCode::UNAUTHORIZED, headers).into_response();
    }
    match shelves.answers.get(path) {
        Some((status, headers, body)) => (*status, headers.clone(), body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
