//! Requests and answers, redirects, pauses, and connections that were closed meanwhile.

use super::{
    server::{Act, say},
    *,
};
use crate::config::{Auth, Header, Secret};

#[tokio::test]
async fn asks_and_is_answered() {
    let server =
        Server::always(404, "X-Thing: One\r\nETag: W/\"1\"\r\nx-thing: two\r\n", "{}").await;
    let mut options = options(&server.url("/fhir/"));
    options.headers = vec![Header::new("X-Tenant", "hunter2".into())];
    let client = client(options);
    let mut request = get("/Patient/7?_elements=id");
    request.headers.push(("Accept".to_owned(), "application/fhir+json".to_owned()));
    let answer = client.send(&request).await.unwrap();
    assert_eq!((answer.status, &answer.body[..], answer.retry_after), (404, &b"{}"[..], None));
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = [
        header("x-thing", "One"),
        header("x-thing", "two"),
        header("etag", "W/\"1\""),
        header("content-length", "2"),
    ];
    assert_eq!(answer.headers.len(), 4);
    assert!(expected.iter().all(|header| answer.headers.contains(header)), "{:?}", answer.headers);
    let heard = &server.heard()[0];
    assert!(heard.starts_with("GET /fhir/Patient/7?_elements=id HTTP/1.1\r\n"), "{heard}");
    for line in ["x-tenant: hunter2", "accept: application/fhir+json", "user-agent: rounds/"] {
        assert_eq!(heard.matches(line).count(), 1, "{line} in {heard}");
    }
    for name in ["accept-encoding", "referer", "authorization", "cookie"] {
        assert!(!heard.contains(name), "{name} in {heard}");
    }
    assert!(!format!("{request:?} {answer:?} {client:?}").contains("Patient"));
}

#[tokio::test]
async fn posts_what_it_is_given() {
    let server = Server::always(200, "", "ok").await;
    let mut request = post("/Patient/_search", "name=x");
    let form = "application/x-www-form-urlencoded";
    request.headers.push(("content-type".to_owned(), form.to_owned()));
    assert_eq!(connection(&server).send(&request).await.unwrap().status, 200);
    let heard = &server.heard()[0];
    assert!(heard.contains(form) && heard.ends_with("\r\n\r\nname=x"), "{heard}");
}

#[tokio::test]
async fn sends_nothing_that_is_refused() {
    let server = Server::always(200, "", "").await;
    let mut options = options(&server.url("/fhir"));
    options.requests = Some(["GET /Slot/*".parse().unwrap()].into());
    let client = client(options);
    for (request, refusal) in [
        (get("/Observation"), r#"Undeclared(Get, "/*")"#),
        (post("/Slot/7", ""), r#"Undeclared(Post, "/Slot/*")"#),
        (get("http://169.254.169.254/fhir/Patient/7"), r#"Origin("host and port")"#),
        (
            Request { headers: vec![("Cookie".into(), "x".into())], ..get("/Slot/7") },
            "Reserved(\"cookie\")",
        ),
        (
            Request { body: Some(vec![0; (1 << 20) + 1].into()), ..get("/Slot/7") },
            "Body { size: 1048577, limit: 1048576 }",
        ),
    ] {
        let error = client.send(&request).await.unwrap_err();
        assert_eq!((failure(&error).as_str(), error.retry()), (refusal, Retry::Never));
    }
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn follows_redirects_within_the_origin_only() {
    let other = Server::always(200, "", "stolen").await;
    let elsewhere = other.url("/fhir/new");
    let server = Server::start(move |request, _| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let location = match path {
            "/fhir/old" => "/fhir/new",
            "/fhir/relative" => "new",
            "/fhir/loop" => "/fhir/loop",
            "/fhir/away" => elsewhere.as_str(),
            "/fhir/outside" => "/admin",
            "/fhir/none" => return say(302, "", ""),
            _ => return say(200, "", path),
        };
        say(302, &format!("location: {location}\r\n"), "moved")
    })
    .await;
    let client = connection(&server);
    for target in ["/old", "/relative"] {
        assert_eq!(&client.send(&get(target)).await.unwrap().body[..], b"/fhir/new");
    }
    for (request, fault) in [
        (get("/loop"), "Redirects(3)"),
        (get("/away"), r#"Redirect("to another scheme, host or port")"#),
        (get("/outside"), r#"Redirect("to a path that its connector doesn't ask for")"#),
        (get("/none"), r#"Redirect("without saying where")"#),
        (post("/old", "x"), r#"Redirect("what was not a GET")"#),
    ] {
        assert_eq!(failure(&client.send(&request).await.unwrap_err()), fault);
    }
    assert_eq!(other.heard().len(), 0);
    // Where the user says that this is the EHR's own.
    let mut options = options(&server.url("/fhir"));
    options.allow_origins = vec![Url::parse(&other.url("")).unwrap().origin()];
    let answer = self::client(options).send(&get("/away")).await.unwrap();
    assert_eq!((&answer.body[..], other.heard().len()), (&b"stolen"[..], 1));
    let moved = Server::always(301, "location: /elsewhere\r\n", "").await;
    let reply = destination(&moved).post(&[], "{}".into()).await.unwrap();
    assert_eq!((reply.status, moved.heard().len()), (301, 1));
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept() {
    let server = Server::always(429, "retry-after: 120\r\n", "slow down").await;
    let client = connection(&server);
    let answer = client.send(&get("/x")).await.unwrap();
    assert_eq!((answer.status, answer.retry_after), (429, Some(Duration::from_secs(120))));
    assert!(client.paused_for().is_some());
    let error = client.clone().send(&get("/x")).await.unwrap_err();
    let Retry::After(rest) = error.retry() else { panic!("{error}") };
    assert!((Duration::from_secs(110)..=Duration::from_secs(120)).contains(&rest));
    assert_eq!((failure(&error).as_str(), server.heard().len()), ("Paused", 1));
}

#[tokio::test]
async fn tells_a_destination_at_its_own_url() {
    let server = Server::always(202, "retry-after: 3\r\n", "thanks").await;
    let client = destination(&server);
    let headers = [("webhook-id", "msg_1"), ("content-type", "application/json")];
    let reply = client.post(&headers, r#"{"type":"x"}"#.into()).await.unwrap();
    assert_eq!(reply, Reply { status: 202, retry_after: Some(Duration::from_secs(3)) });
    let heard = &server.heard()[0];
    assert!(heard.starts_with("POST /hook?tenant=1 HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("webhook-id: msg_1") && heard.ends_with(r#"{"type":"x"}"#), "{heard}");
    // The handshake of a destination is an ordinary request of it.
    client.send(&get("?challenge=1")).await.unwrap();
    assert!(
        server.heard()[1].starts_with("GET /hook?tenant=1&challenge=1 "),
        "{:?}",
        server.heard()[1]
    );
}

/// Answers the first request and breaks the connection at the second, as a server does that gave
/// the connection up meanwhile.
async fn forgetful(how: fn() -> Act) -> Server {
    Server::start(move |_, number| if number == 1 { how() } else { say(200, "", "ok") }).await
}

#[tokio::test]
async fn a_connection_closed_meanwhile_is_replaced() {
    for how in [|| Act::Reset, || Act::Close(String::new())] {
        let server = forgetful(how).await;
        let client = connection(&server);
        for _ in 0..2 {
            assert_eq!(client.send(&get("/x")).await.unwrap().status, 200);
        }
        assert_eq!(server.heard().len(), 3);
        let server = forgetful(how).await;
        let client = destination(&server);
        for _ in 0..2 {
            assert_eq!(client.post(&[], "{}".into()).await.unwrap().status, 200);
        }
        assert_eq!(server.heard().len(), 3);
    }
}

#[tokio::test]
async fn what_consumes_is_not_sent_twice() {
    for request in [get("/events"), post("/events", "x")] {
        let server = forgetful(|| Act::Close(String::new())).await;
        let client = connection(&server);
        client.send_once(&request).await.unwrap();
        let error = client.send_once(&request).await.unwrap_err();
        assert_eq!((failure(&error).as_str(), error.retry()), ("Closed", Retry::Backoff));
        assert_eq!(server.heard().len(), 2);
    }
    let server = forgetful(|| Act::Close(String::new())).await;
    let client = connection(&server);
    client.send(&post("/x", "x")).await.unwrap();
    assert!(client.send(&post("/x", "x")).await.is_err());
}

#[tokio::test]
async fn text_comes_in_utf8_however_it_was_sent() {
    let kind = "content-type: application/json; charset=utf-8\r\n";
    let server = Server::always(200, kind, "\u{feff}{}").await;
    assert_eq!(connection(&server).send(&get("/marked")).await.unwrap().body, "{}");
}

#[tokio::test]
async fn what_the_user_says_in_every_request_stands_and_what_a_connector_says_does_not() {
    let server = Server::always(200, "", "").await;
    let mut options = options(&server.url("/fhir"));
    options.headers = vec![Header::new("accept", "application/json".into())];
    let mut request = get("/x");
    request.headers.push(("Accept".to_owned(), "application/fhir+json".to_owned()));
    assert_eq!(client(options).send(&request).await.unwrap().status, 200);
    let heard = &server.heard()[0];
    assert!(
        heard.contains("accept: application/json\r\n") && !heard.contains("fhir+json"),
        "{heard}"
    );
}

#[test]
fn no_client_is_made_of_what_cannot_work() {
    let good = || options("https://ehr.example/fhir");
    let token = Auth::Bearer { token: Secret::new("two\nlines") };
    let session = Auth::Session { secrets: Default::default() };
    for (options, problem) in [
        (options("https://user:hunter2@ehr.example"), "Url"),
        (options("ftp://ehr.example"), "Url"),
        (Options { headers: vec![Header::new("a b", "x".into())], ..good() }, r#"Header("a b")"#),
        (Options { auth: token, ..good() }, "Credentials"),
        (Options { auth: session, ..good() }, r#"Unsupported("session")"#),
    ] {
        let error = Client::new(&Network::new(), options).unwrap_err();
        assert_eq!((failure(&error).as_str(), error.retry()), (problem, Retry::Never));
    }
}
