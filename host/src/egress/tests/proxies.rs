//! Forward proxies: what goes through them, and what they do in the place of a server.

use std::sync::Mutex as StdMutex;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{
    server::say,
    tls::{Authority, serve_tls},
    *,
};
use crate::config::{Proxy, ProxyCredentials, Secret};

/// What a proxy does with a request to open a way.
#[derive(Clone, Copy)]
enum Manner {
    /// Opens a way for `rounds:hunter2`.
    OpensToUsers,
    /// Says this, and waits for more.
    Says(&'static str),
    /// Closes the connection.
    Closes,
    /// Opens one, and closes once the server has said something.
    GoesAway,
}

/// A proxy that opens ways with CONNECT, and what it was asked.
struct Forward {
    url: String,
    asked: Arc<StdMutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl Forward {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(StdMutex::new(Vec::new()));
        let memory = Arc::clone(&asked);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut ways = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                ways.spawn(way(client, manner, Arc::clone(&memory)));
            }
        });
        Self { url, asked, _serving: serving }
    }

    fn proxy(&self) -> Proxy {
        Proxy::new(Url::parse(&self.url).unwrap())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn way(mut client: TcpStream, manner: Manner, asked: Arc<StdMutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let to = head.split(' ').nth(1).unwrap().to_owned();
    asked.lock().unwrap().push(head.lines().next().unwrap().to_owned());
    let is_known =
        head.to_ascii_lowercase().contains("proxy-authorization: basic cm91bmrzomh1bnrlcji=");
    match manner {
        Manner::Closes => return,
        Manner::Says(answer) => client.write_all(answer.as_bytes()).await.unwrap(),
        Manner::OpensToUsers if !is_known => {
            let no = b"HTTP/1.1 407 Who?\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n";
            client.write_all(no).await.unwrap();
        }
        Manner::OpensToUsers | Manner::GoesAway => {
            client.write_all(b"HTTP/1.1 200 Go on\r\n\r\n").await.unwrap();
            let mut server = TcpStream::connect(to).await.unwrap();
            if matches!(manner, Manner::GoesAway) {
                let (mut from_client, mut to_server) = client.split();
                let there = tokio::io::copy(&mut from_client, &mut to_server);
                tokio::select! { _ = there => {}, _ = server.readable() => {} }
                return;
            }
            let _one_of_them_ended = copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
    let _until_the_client_is_gone = tokio::io::copy(&mut client, &mut tokio::io::sink()).await;
}

/// A client of a server that speaks TLS, through a proxy.
fn through(proxy: Proxy, port: u16, authority: &Authority) -> Client {
    let mut options = options(&format!("https://127.0.0.1:{port}/fhir"));
    (options.ca, options.proxy) = (Some(authority.pem()), Some(proxy));
    options.timeouts.total = PATIENCE;
    client(options)
}

fn signed_in(mut proxy: Proxy, password: &str) -> Proxy {
    let password = Secret::new(password);
    proxy.credentials = Some(ProxyCredentials { user: "rounds".to_owned(), password });
    proxy
}

#[tokio::test]
async fn requests_by_https_go_through_it_unread_and_on_one_way() {
    let ours = Authority::new("ours");
    let (port, _serving) =
        serve_tls(ours.server("127.0.0.1", (2020, 2090)), |_, _| say(200, "", "safe")).await;
    let forward = Forward::start(Manner::OpensToUsers).await;
    let client = through(signed_in(forward.proxy(), "hunter2"), port, &ours);
    for _ in 0..5 {
        assert_eq!(client.send(&get("/x")).await.unwrap().body, "safe");
    }
    assert_eq!(forward.asked(), [format!("CONNECT 127.0.0.1:{port} HTTP/1.1")]);
}

#[tokio::test]
async fn who_is_named_is_asked_without_it() {
    let ours = Authority::new("ours");
    let (port, _serving) =
        serve_tls(ours.server("127.0.0.1", (2020, 2090)), |_, _| say(200, "", "")).await;
    let forward = Forward::start(Manner::Closes).await;
    for named in ["127.0.0.1", "127.0.0.0/8", "*"] {
        let no_proxy = vec!["ehr.example".to_owned(), named.to_owned()];
        let client = through(Proxy { no_proxy, ..forward.proxy() }, port, &ours);
        let answer = client.send(&get("/x")).await;
        assert_eq!(answer.map(|it| it.status).map_err(|it| failure(&it)), Ok(200), "{named}");
    }
    assert_eq!(forward.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_it_does_in_the_place_of_the_server_is_told_as_its_own() {
    let ours = Authority::new("ours");
    let (port, _serving) =
        serve_tls(ours.server("127.0.0.1", (2020, 2090)), |_, _| say(200, "", "")).await;
    let page =
        "HTTP/1.1 403 No\r\ncontent-type: text/html\r\ncontent-length: 14\r\n\r\n<h1>Smith</h1>";
    let portal = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n";
    for (manner, expected) in [
        (Manner::OpensToUsers, "Proxy(WantsCredentials)"),
        (Manner::Says(page), "Proxy(Refused)"),
        (Manner::Says("<html>Please sign in</html>\r\n\r\n"), "Proxy(Refused)"),
        (Manner::Says(portal), "Proxy(Timeout(2s))"),
        (Manner::Closes, "Proxy(Closed)"),
        (Manner::GoesAway, "Proxy(NotTls)"),
    ] {
        let forward = Forward::start(manner).await;
        let error = through(forward.proxy(), port, &ours).send(&get("/x")).await.unwrap_err();
        assert_eq!(failure(&error), expected);
        assert!(error.is_of_it_all() && error.retry() == Retry::Backoff);
        assert!(!error.to_string().contains("Smith"), "{error}");
    }
    let forward = Forward::start(Manner::OpensToUsers).await;
    let client = through(signed_in(forward.proxy(), "hunter3"), port, &ours);
    assert_eq!(failure(&client.send(&get("/x")).await.unwrap_err()), "Proxy(RefusesCredentials)");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_as_such() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let unknown = "http://proxy.invalid:3128".to_owned();
    for (url, expected) in [(url, "Proxy(ConnectRefused)"), (unknown, "Proxy(Dns)")] {
        for base in ["https://ehr.example/fhir", "http://ehr.example/fhir"] {
            let mut options = options(base);
            options.proxy = Some(Proxy::new(Url::parse(&url).unwrap()));
            options.timeouts.connect = Duration::from_secs(5);
            options.timeouts.total = PATIENCE;
            let error = client(options).send(&get("/x")).await.unwrap_err();
            assert_eq!(failure(&error), expected, "{base}");
        }
    }
}

#[tokio::test]
async fn requests_by_http_are_handed_to_it_with_the_credentials_for_it_alone() {
    let plain = Server::start(|request, _| {
        match request.to_ascii_lowercase().contains("proxy-authorization: basic ") {
            true => say(200, "", "by way of it"),
            false => say(407, "content-type: text/html\r\n", "<h1>Smith</h1>"),
        }
    })
    .await;
    let asking = |proxy| {
        let mut options = options("http://ehr.example/fhir");
        options.proxy = Some(proxy);
        client(options)
    };
    let proxy = Proxy::new(Url::parse(&plain.url("")).unwrap());
    let error = asking(proxy.clone()).send(&get("/x")).await.unwrap_err();
    assert_eq!(failure(&error), "Proxy(WantsCredentials)");
    let answer = asking(signed_in(proxy, "hunter2")).send(&get("/x")).await.unwrap();
    assert_eq!(answer.body, "by way of it");
    // What it forbids is its word, and what the server forbids the server's.
    for (headers, told) in [
        ("server: squid/5.7\r\nx-squid-error: ERR_ACCESS_DENIED 0\r\n", "Proxy(Answered(403))"),
        ("server: tinyproxy/1.11.1\r\n", "Proxy(Answered(403))"),
        ("proxy-status: p.example; error=http_request_denied\r\n", "Proxy(Answered(403))"),
        ("server: Kestrel\r\nvia: 1.1 p.example (squid/5.7)\r\n", "403"),
    ] {
        let forbids = Server::always(403, headers, "<h1>Smith</h1>").await;
        let proxy = Proxy::new(Url::parse(&forbids.url("")).unwrap());
        let said = asking(proxy).send(&get("/x")).await;
        assert_eq!(said.map_or_else(|it| failure(&it), |it| it.status.to_string()), told);
    }
    assert!(plain.heard()[1].starts_with("GET http://ehr.example/fhir/x HTTP/1.1"));
}

#[test]
fn a_proxy_that_is_none_is_refused_at_the_start() {
    for url in ["socks5://proxy.example:1080", "file:///etc/passwd"] {
        let mut options = options("https://ehr.example/fhir");
        options.proxy = Some(Proxy::new(Url::parse(url).unwrap()));
        let error = Client::new(&Network::new(), options).unwrap_err();
        assert_eq!((failure(&error).as_str(), error.retry()), ("Proxy", Retry::Never));
    }
}

#[tokio::test]
async fn the_proxys_own_name_may_lead_inside() {
    struct Inside;
    #[async_trait::async_trait]
    impl Lookup for Inside {
        async fn lookup(&self, _: &str) -> std::io::Result<Vec<std::net::IpAddr>> {
            Ok(vec![std::net::Ipv4Addr::LOCALHOST.into()])
        }
    }
    let plain = Server::always(200, "", "by way of it").await;
    let network = Network::with_lookup(Arc::new(Inside));
    let url = format!("http://proxy.hospital.example:{}", plain.address.port());
    let mut options = options("http://ehr.example/fhir");
    options.proxy = Some(Proxy::new(Url::parse(&url).unwrap()));
    let client = Client::new(&network, options.clone()).unwrap();
    assert_eq!(client.send(&get("/x")).await.unwrap().body, "by way of it");
    // Anybody else's may not, by the same client.
    options.proxy.as_mut().unwrap().no_proxy = vec!["ehr.example".to_owned()];
    let client = Client::new(&network, options).unwrap();
    assert_eq!(failure(&client.send(&get("/x")).await.unwrap_err()), "AddressRefused");
}
