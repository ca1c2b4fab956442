//! A pause that the answer to one request asks for, while another one is under way in several steps.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{
    server::{Act, answer, say},
    *,
};
use crate::config::{Auth, Secret, auth::ClientCredentials};

/// Where a test stands between two steps of a request.
#[derive(Clone, Default)]
struct Gate {
    reached: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl Gate {
    /// Keeps an answer back, and says that it is there to be kept.
    fn hold(&self, answer: String) -> Act {
        self.reached.notify_one();
        Act::Hold(Arc::clone(&self.go_on), answer)
    }

    /// What becomes of a request that waits here while another is told to pause.
    async fn paused_at(&self, client: &Client, target: &str) -> Error {
        let request = get(target);
        let pause = async {
            self.reached.notified().await;
            assert_eq!(client.send(&get("/busy")).await.unwrap().status, 429);
            self.go_on.notify_one();
        };
        tokio::join!(client.send(&request), pause).0.unwrap_err()
    }
}

/// Options with the usual times: what is held takes as long as it takes.
fn patient(server: &Server) -> Options {
    Options { timeouts: Timeouts::default(), ..options(&server.url("/fhir")) }
}

fn busy() -> Act {
    say(429, "retry-after: 120\r\n", "")
}

fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}

/// How often a server was asked for this.
fn asked(server: &Server, path: &str) -> usize {
    server.heard().iter().filter(|request| self::path(request) == path).count()
}

fn assert_paused(error: &Error) {
    assert_eq!(failure(error), "Paused");
    assert!(matches!(error.retry(), Retry::After(rest) if rest > Duration::from_secs(110)));
}

#[tokio::test]
async fn a_redirect_is_not_followed_into_a_pause() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |request, _| match path(request) {
        "/fhir/old" => held.hold(answer(302, "location: /fhir/new\r\n", "")),
        _ => busy(),
    })
    .await;
    assert_paused(&gate.paused_at(&client(patient(&server)), "/old").await);
    assert_eq!((asked(&server, "/fhir/old"), asked(&server, "/fhir/new")), (1, 0));
}

#[tokio::test]
async fn a_token_that_was_renewed_is_not_used_in_a_pause() {
    let gate = Gate::default();
    let held = gate.clone();
    let token = r#"{"access_token":"t","token_type":"bearer","expires_in":300}"#;
    let server = Server::start(move |request, number| match path(request) {
        "/token" if number == 0 => say(200, "", token),
        "/token" => held.hold(answer(200, "", token)),
        "/fhir/x" => say(401, "", ""),
        _ => busy(),
    })
    .await;
    let token_url = Url::parse(&server.url("/token")).unwrap();
    let auth = ClientCredentials::new(token_url, "rounds", Secret::new("hunter2"));
    let auth = Auth::ClientCredentials(auth);
    let client = client(Options { auth, ..patient(&server) });
    assert_paused(&gate.paused_at(&client, "/x").await);
    assert_eq!((asked(&server, "/token"), asked(&server, "/fhir/x")), (2, 1));
}

#[tokio::test]
async fn a_pause_is_kept_whatever_comes_of_the_rest_of_its_answer() {
    let server = Server::start(|_, _| {
        Act::Close("HTTP/1.1 429 X\r\nretry-after: 120\r\ncontent-length: 9\r\n\r\nbus".to_owned())
    })
    .await;
    let client = client(patient(&server));
    assert_eq!(failure(&client.send(&get("/busy")).await.unwrap_err()), "Truncated");
    assert_paused(&client.send(&get("/busy")).await.unwrap_err());
    assert_eq!(asked(&server, "/fhir/busy"), 1);
}
