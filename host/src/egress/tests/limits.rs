//! Answers that are too long, too slow, cut off or no answers at all.

use tokio::net::TcpListener;

use super::{
    server::{Act, say},
    *,
};

const MIB: usize = 1 << 20;

async fn fault_of(script: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> String {
    let server = Server::start(script).await;
    failure(&connection(&server).send(&get("/Patient/7?name=hunter2")).await.unwrap_err())
}

fn head(headers: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n")
}

#[tokio::test]
async fn an_answer_has_a_longest() {
    let too_large = format!("TooLarge({MIB})");
    for headers in ["content-length: 1073741824\r\n", "", "transfer-encoding: chunked\r\n"] {
        // In chunks, one of a gigabyte.
        let start =
            if headers.starts_with('t') { head(headers) + "40000000\r\n" } else { head(headers) };
        assert_eq!(fault_of(move |_, _| Act::Endless(start.clone())).await, too_large, "{headers}");
    }
    let whole = Server::start(|_, _| say(200, "", &"x".repeat(MIB))).await;
    assert_eq!(connection(&whole).send(&get("/x")).await.unwrap().body.len(), MIB);
    assert_eq!(fault_of(|_, _| say(200, "", &"x".repeat(MIB + 1))).await, too_large);
}

#[tokio::test]
async fn an_answer_is_whole_or_none() {
    for start in [
        head("content-length: 10\r\n") + "12345",
        head("content-length: 10\r\n"),
        head("transfer-encoding: chunked\r\n") + "5\r\n123",
        head("transfer-encoding: chunked\r\n") + "5\r\n12345\r\n",
    ] {
        let text = start.clone();
        assert_eq!(fault_of(move |_, _| Act::Close(text.clone())).await, "Truncated", "{start}");
    }
    // Without a length, the end of the connection is the end of the answer.
    let server = Server::start(|_, _| Act::Close(head("") + "12345")).await;
    assert_eq!(connection(&server).send(&get("/x")).await.unwrap().body.len(), 5);
}

#[tokio::test]
async fn an_answer_is_plain_http() {
    let close = |text: String| move |_: &str, _: usize| Act::Close(text.clone());
    assert_eq!(fault_of(|_, _| say(200, "content-encoding: gzip\r\n", "x")).await, "Encoded");
    assert_eq!(fault_of(close("SSH-2.0-OpenSSH_9.6\r\n".to_owned())).await, "NotHttp");
    assert_eq!(fault_of(close("HTTP/1.1 200 OK\r\na b: c\r\n\r\n".to_owned())).await, "NotHttp");
    let page = "<h1>400 The plain HTTP request was sent to HTTPS port</h1>";
    assert_eq!(
        fault_of(move |_, _| say(400, "content-type: text/html\r\n", page)).await,
        "Insecure"
    );
    let go = "Client sent an HTTP request to an HTTPS server.\n";
    assert_eq!(
        fault_of(move |_, _| say(400, "content-type: text/plain\r\n", go)).await,
        "Insecure"
    );
    let many = "x-a: b\r\n".repeat(10_000);
    assert_eq!(fault_of(close(head(&many))).await, "Headers");
    let long = format!("x-a: {}\r\n", "b".repeat(70_000));
    assert_eq!(fault_of(move |_, _| say(200, &long, "")).await, "Headers");
    let endless = format!("x-a: {}", "b".repeat(2 * MIB));
    assert_eq!(
        fault_of(move |_, _| Act::Endless(format!("HTTP/1.1 200 OK\r\n{endless}"))).await,
        "Headers"
    );
}

#[tokio::test]
async fn an_answer_has_its_time() {
    let every = Duration::from_millis(10);
    let head = || head("content-length: 1000\r\n");
    let faults = tokio::join!(
        fault_of(|_, _| Act::Stall(String::new())),
        fault_of(|_, _| Act::Stall("HTTP/1.1 200".to_owned())),
        fault_of(move |_, _| Act::Stall(head())),
        fault_of(move |_, _| Act::Drip(head(), every)),
        fault_of(move |_, _| Act::Drip("HTTP/1.1 200 OK\r\nx: ".to_owned(), every)),
    );
    let (late, stalled) = ("Timeout(1s)", "Stalled(250ms)");
    let faults = [&faults.0, &faults.1, &faults.2, &faults.3, &faults.4];
    assert_eq!(faults, [late, late, stalled, late, late]);
}

#[tokio::test]
async fn no_answer_says_why() {
    assert_eq!(fault_of(|_, _| Act::Reset).await, "Reset");
    assert_eq!(fault_of(|_, _| Act::Close(String::new())).await, "Closed");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/fhir", listener.local_addr().unwrap());
    drop(listener);
    let error = client(options(&base)).send(&get("/x")).await.unwrap_err();
    assert_eq!((failure(&error).as_str(), error.retry()), ("ConnectRefused", Retry::Backoff));
}

#[tokio::test]
async fn a_destinations_status_counts_whatever_follows() {
    let every = Duration::from_millis(10);
    let acts: [fn() -> Act; 4] = [
        || Act::Endless(head("")),
        || Act::Endless(head("content-length: 1073741824\r\n")),
        || Act::Close(head("content-length: 10\r\n") + "123"),
        || say(200, "content-encoding: gzip\r\n", "x"),
    ];
    for act in acts {
        let server = Server::start(move |_, _| act()).await;
        assert_eq!(destination(&server).post(&[], "{}".into()).await.unwrap().status, 200);
    }
    let drips = Server::start(move |_, _| Act::Drip(head(""), every)).await;
    let (before, client) = (tokio::time::Instant::now(), destination(&drips));
    assert_eq!(client.post(&[], "{}".into()).await.unwrap().status, 200);
    assert!(before.elapsed() < Duration::from_secs(4));
    let silent = Server::start(|_, _| Act::Stall(String::new())).await;
    let error = destination(&silent).post(&[], "{}".into()).await.unwrap_err();
    assert_eq!((failure(&error).as_str(), error.retry()), ("Timeout(1s)", Retry::Backoff));
}

#[tokio::test]
async fn the_head_of_an_answer_may_have_less_time_than_all_of_it() {
    let silent = Server::start(|_, _| Act::Stall(String::new())).await;
    let mut options = options(&silent.url("/x"));
    let head = Duration::from_millis(100);
    options.timeouts.head = Some(head);
    let error = client(options).send(&get("/x")).await.unwrap_err();
    assert_eq!(failure(&error), format!("Timeout({head:?})"));
}
