//! What a failure says is the same in every language, and the host leaves none of it out, though each
//! of its words stood in the answer.

use rounds::{
    config::Limits,
    connector::{Cache, Connector, Context, Engine, Guest, Mode},
    egress::Response,
    model::TaskId,
};
use serde::Deserialize;

use super::clinic::{LANGUAGES, built};
use crate::support::cache_home;

/// How the table says that an answer cannot be read, and how the host does.
const SAID: &str = "unexpected response: ";
const TOLD: &str = "the EHR answered what the connector cannot read: ";

/// An answer, and what `ok` and reading it as JSON make of it. `*` stands for a place, which each
/// language's reader of JSON has its own words for.
#[derive(Deserialize)]
struct Row {
    status: u16,
    media_type: Option<String>,
    body: Option<String>,
    bytes: Option<Vec<u8>>,
    ok: Option<String>,
    json: Option<String>,
}

impl Row {
    /// With the words in a header, so that all of them were shown to the connector.
    fn answer(&self, words: &str) -> Response {
        let mut headers = vec![("x-words".to_owned(), words.to_owned())];
        headers.extend(self.media_type.clone().map(|it| ("content-type".to_owned(), it)));
        let text = self.body.clone().unwrap_or_default();
        let body = self.bytes.clone().unwrap_or(text.into_bytes()).into();
        Response { status: self.status, headers, body, retry_after: None }
    }
}

fn context() -> Context {
    let at = "2026-05-05T10:00:00Z".parse().unwrap();
    Context {
        task: TaskId { connection: "ward".into(), action: "appointments".into() },
        settings: "{}".into(),
        base_url: "http://ehr.example".into(),
        allow_origins: Vec::new(),
        since: at,
        now: at,
        mode: Mode::default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_says_the_same_in_every_language() {
    let built = built().await;
    let cache = Cache::open(&cache_home().join("rounds")).unwrap();
    let engine = Engine::new(&Limits::default(), 1, Some(cache)).unwrap();
    let table = include_str!("../../sdk/tables/answers.json");
    let rows: Vec<Row> = serde_json::from_str(table).unwrap();
    for (language, file) in LANGUAGES.iter().zip(built) {
        let connector = Connector::load(&engine, file).await.unwrap();
        let mut guest = Guest::new(&connector, &context(), false).await.unwrap();
        for row in &rows {
            let Some(words) = row.ok.as_ref().or(row.json.as_ref()) else { continue };
            let fault = guest.changes(None, &row.answer(words)).await.err().unwrap().to_string();
            let (start, end) = words.split_once('*').unwrap_or((words, ""));
            let start = start.replace(SAID, TOLD);
            assert!(fault.starts_with(&start) && fault.ends_with(end), "{language}: {fault}");
        }
    }
}
