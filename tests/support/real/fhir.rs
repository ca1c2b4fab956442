//! A real FHIR R4 server (`sekmet-fhir`), and its own API to create and change records through.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    folder::Folder,
    install::python,
    process::{PATIENCE, Process},
    rest::{Rest, kind, path},
};

/// The bearer token with which the tests themselves get in, whatever others need.
const KEY: &str = "the-tests-own-token";

/// How a client has to sign in.
pub(crate) enum Auth {
    /// Not at all.
    None,
    /// With a user's name and password.
    Basic(&'static str, &'static str),
    /// With this token.
    Bearer(&'static str),
    /// With SMART Backend Services: client ids and their JWKS. May read, not write.
    Smart(Vec<(&'static str, Value)>),
}

/// A running FHIR server, at first without a record. Dropping it ends it and removes its data.
pub(crate) struct Fhir {
    process: Option<Process>,
    port: u16,
    settings: Value,
    rest: Rest,
    folder: Folder,
}

impl Fhir {
    /// Starts it and waits until it answers.
    pub(crate) async fn start(auth: Auth) -> Self {
        let folder = Folder::new("fhir");
        let settings = json!({
            "data_dir": folder.0,
            "log_inbound": false,
            "simulator": { "enabled": false },
            "server_auth": auth.settings(),
        });
        let mut fhir =
            Self { process: None, port: 0, settings, rest: Rest::new(0, Some(KEY)), folder };
        fhir.start_again().await;
        fhir
    }

    /// Ends it, as a failing EHR would. Its records and its port stay.
    pub(crate) fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same port, with the records and tokens it had.
    pub(crate) async fn start_again(&mut self) {
        self.stop();
        self.settings["port"] = json!(self.port);
        let mut command = python("ehr.py");
        command.env("ROUNDS_FHIR_SETTINGS", self.settings.to_string()).current_dir(&self.folder.0);
        let process = Process::start("sekmet-fhir", command).await;
        self.port = process.port();
        self.rest = Rest::new(self.port, Some(KEY));
        self.process = Some(process);
        self.ready().await;
    }

    /// Its base URL, as `http://127.0.0.1:1234/fhir`.
    pub(crate) fn base_url(&self) -> String {
        self.rest.base_url()
    }

    /// Where SMART clients ask for tokens; also the audience that their assertions name.
    pub(crate) fn token_url(&self) -> String {
        format!("http://127.0.0.1:{}/auth/token", self.port)
    }

    /// Creates a record and returns it as stored, with `id` and `meta`.
    pub(crate) async fn create(&self, record: Value) -> Value {
        self.ask(Method::POST, kind(&record), Some(record.clone())).await
    }

    /// Stores a record anew, a new version even where nothing differs, and returns it.
    pub(crate) async fn update(&self, record: Value) -> Value {
        self.ask(Method::PUT, &path(&record), Some(record.clone())).await
    }

    /// Updates a record with these members in place of its own; null removes one.
    pub(crate) async fn change(&self, record: &Value, with: Value) -> Value {
        let mut record = record.clone();
        let members = record.as_object_mut().expect("a record");
        members.extend(with.as_object().expect("members").clone());
        members.retain(|_, value| !value.is_null());
        self.update(record).await
    }

    /// Applies a JSON Patch to a record and returns what became of it.
    pub(crate) async fn patch(&self, record: &Value, operations: Value) -> Value {
        self.ask(Method::PATCH, &path(record), Some(operations)).await
    }

    /// Deletes a record: reading it answers 410 from now on, searches are silent about it.
    pub(crate) async fn delete(&self, record: &Value) {
        self.ask(Method::DELETE, &path(record), None).await;
    }

    /// Creates all these records in one transaction, several in the same millisecond, and
    /// returns them as stored.
    pub(crate) async fn create_all(&self, records: Vec<Value>) -> Vec<Value> {
        let entry = |record: Value| {
            let request = json!({ "method": "POST", "url": kind(&record) });
            json!({ "request": request, "resource": record })
        };
        self.transaction(records.into_iter().map(entry).collect()).await
    }

    /// Runs a transaction of these entries, and returns the records of its answer.
    pub(crate) async fn transaction(&self, entries: Vec<Value>) -> Vec<Value> {
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
        let mut answer = self.ask(Method::POST, "", Some(bundle)).await;
        let entries = answer["entry"].as_array_mut().expect("the answer's entries");
        entries.iter_mut().map(|entry| entry["resource"].take()).collect()
    }

    /// What it answers to a GET of this path and query, as `Appointment?_count=3`.
    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, None).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.send(method.clone(), path, body).await;
        assert!(status.is_success(), "{method} {path}: {status} {answer}\n{}", self.log());
        answer
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let answer = self.rest.send(method, path, body).await;
        answer.unwrap_or_else(|error| panic!("{error}\n{}", self.log()))
    }

    /// It listens before it can answer, so the first answer is what it waits for.
    async fn ready(&self) {
        let answered = tokio::time::timeout(PATIENCE, self.get("metadata")).await;
        match answered {
            Ok((StatusCode::OK, _)) => {}
            Ok((status, answer)) => panic!("sekmet-fhir answers {status} {answer}\n{}", self.log()),
            Err(_) => panic!("sekmet-fhir does not answer\n{}", self.log()),
        }
    }

    fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }
}

impl Auth {
    fn settings(&self) -> Value {
        match self {
            Self::None => json!({ "types": ["none"] }),
            Self::Basic(user, password) => json!({
                "types": ["basic", "bearer"],
                "users": { *user: password },
                "tokens": [KEY],
            }),
            Self::Bearer(token) => json!({ "types": ["bearer"], "tokens": [KEY, token] }),
            Self::Smart(clients) => json!({
                "types": ["smart", "bearer"],
                "tokens": [KEY],
                "token_lifetime": 300,
                "smart_clients": clients.iter().map(smart_client).collect::<Vec<_>>(),
            }),
        }
    }
}

fn smart_client((id, jwks): &(&str, Value)) -> Value {
    json!({ "client_id": id, "jwks": jwks, "scopes": "system/*.read" })
}
