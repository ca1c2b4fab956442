//! What every request to the admin API must be, whatever it asks for.
//!
//! A web page can have a browser of this machine ask any address of it. Two things give that away:
//! the page's origin stands in `Origin`, and a name that was made to lead here (DNS rebinding)
//! stands in `Host`. Where there are tokens, no page has one, and the host may have any name.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{self, Body},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::{sync::Semaphore, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{caller::Caller, line::Peer, reply::Refused, routes::HEALTH, way};
use crate::{
    audit::{Audit, Event, Outcome, SignIns, Subject, What, Who},
    clock::{Clock, System},
    config::Admin,
};

/// The longest body, in bytes.
const BODY: usize = 64 << 10;
/// The longest head, in bytes of its names and values.
const HEAD: usize = 16 << 10;
/// How long a body may take: less than its connection has.
const BODY_WITHIN: Duration = Duration::from_secs(8);

/// Changes that are made at once; who waits for one may go away meanwhile, and leaves it here.
const CHANGES: usize = 64;

/// What is asked of every request.
#[derive(Clone)]
pub(super) struct Gate {
    admin: Arc<Admin>,
    audit: Audit,
    sign_ins: Arc<SignIns>,
    turns: Arc<Semaphore>,
    doing: TaskTracker,
    ends: CancellationToken,
}

impl Gate {
    pub(super) fn new(admin: Admin, audit: Audit) -> Self {
        Self {
            admin: Arc::new(admin),
            audit,
            sign_ins: Arc::default(),
            turns: Arc::new(Semaphore::new(CHANGES)),
            doing: TaskTracker::new(),
            ends: CancellationToken::new(),
        }
    }

    /// The routes, for those alone who may ask.
    pub(super) fn around(&self, routes: Router) -> Router {
        routes.layer(middleware::from_fn_with_state(self.clone(), guard))
    }

    /// Makes a change to its end, also where who asked for it has gone away meanwhile: of a replay that
    /// ended halfway, letters would be back on disk, and in line only after a restart.
    async fn finish(&self, doing: impl Future<Output = Response> + Send + 'static) -> Response {
        let (turn, ends) = (Arc::clone(&self.turns).acquire_owned().await, self.ends.clone());
        let done = self.doing.spawn(async move {
            let _turn = turn;
            ends.run_until_cancelled(doing).await
        });
        match done.await {
            Ok(Some(response)) => response,
            _ => Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the host stops").into_response(),
        }
    }

    /// Waits until all changes are made.
    pub(super) async fn finished(&self) {
        self.doing.close();
        self.doing.wait().await;
    }

    /// Ends changes that are under way, and notes what was counted only.
    pub(super) async fn close(&self) {
        self.ends.cancel();
        self.finished().await;
        if let Some(count) = self.sign_ins.rest() {
            self.note_failed(count, Subject::default()).await;
        }
    }

    /// Who asks, if somebody may at all.
    async fn caller(&self, headers: &HeaderMap, peer: &Peer) -> Result<Caller, Refused> {
        if let Some(caller) = Caller::find(&self.admin, headers, peer) {
            return Ok(caller);
        }
        if let Some(count) = self.sign_ins.failed(System.now()) {
            let from = format!("from {}", peer.address.ip());
            tracing::warn!(count, from, "failed sign-ins at the admin API");
            self.note_failed(count, Subject::of(from)).await;
        }
        Err(Refused::new(
            StatusCode::UNAUTHORIZED,
            "show a token of this host: `Authorization: Bearer …`, or --token-env NAME at the commands",
        ))
    }

    async fn note_failed(&self, count: u64, of: Subject) {
        let who = Who { name: "unknown".into(), role: None };
        let event = Event::asked(&who, What::SignIn, of).became(Outcome::Denied, Some(count));
        if let Err(error) = self.audit.note(event).await {
            tracing::error!(error = %error, "failed sign-ins could not be noted in the audit log");
        }
    }

    fn judge(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let length: usize =
            headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if length > HEAD {
            let why = format!("the request's head has {length} bytes, and {HEAD} are allowed");
            return Err(Refused::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, why));
        }
        let forbidden = |why| Err(Refused::new(StatusCode::FORBIDDEN, why));
        if headers.contains_key(header::ORIGIN) {
            return forbidden("the admin API is not for web pages");
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        match host {
            _ if !self.admin.tokens.is_empty() => Ok(()),
            Some(host) if is_loopback(host) => Ok(()),
            _ => forbidden("ask by a loopback address, as 127.0.0.1, or by `localhost`"),
        }
    }
}

async fn guard(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    match admit(&gate, &peer, request).await {
        Ok(request) => {
            let doing = peer.work.begin();
            let changes = request.method() != Method::GET;
            let answer = async move {
                let _doing = doing;
                next.run(request).await
            };
            if changes { gate.finish(answer).await } else { answer.await }
        }
        Err(refused) => refused.into_response(),
    }
}

/// The request with all of its body, and with who asks.
async fn admit(gate: &Gate, peer: &Peer, request: Request) -> Result<Request, Refused> {
    gate.judge(request.headers())?;
    let caller = match request.uri().path() {
        HEALTH => None,
        _ => Some(gate.caller(request.headers(), peer).await?),
    };
    let (mut head, body) = request.into_parts();
    let body = whole(body).await?;
    caller.map(|caller| head.extensions.insert(caller));
    Ok(Request::from_parts(head, body))
}

async fn whole(body: Body) -> Result<Body, Refused> {
    let late = |_| Refused::new(StatusCode::REQUEST_TIMEOUT, "the request did not end in time");
    let large = |_| {
        let why = format!("a body has up to {BODY} bytes, and ends whole");
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, why)
    };
    let read = time::timeout(BODY_WITHIN, body::to_bytes(body, BODY));
    Ok(Body::from(read.await.map_err(late)?.map_err(large)?))
}

/// Whether a `Host` header names this machine itself.
fn is_loopback(host: &str) -> bool {
    url::Url::parse(&format!("http://{host}/")).is_ok_and(|url| way::is_loopback(&url))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::net::Ipv4Addr;

    use axum::routing::post;
    use tokio::{io::AsyncWriteExt, net::TcpListener, net::TcpStream, sync::Notify};

    use super::*;
    use crate::{admin::line::Lines, config::Config};

    /// Tells that it is dropped.
    struct Gone(Arc<Notify>);

    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }

    #[tokio::test]
    async fn a_change_is_made_to_its_end_though_nobody_waits_any_more() {
        let [begun, gone, go, done] = std::array::from_fn(|_| Arc::new(Notify::new()));
        let (begins, waits, ends) = (begun.clone(), go.clone(), done.clone());
        let slow = post(async move || {
            begins.notify_one();
            waits.notified().await;
            ends.notify_one();
        });
        let audit = Audit::of(&Config::default().host, Arc::new(System));
        let gate = Gate::new(Admin::default(), audit);
        let leaves = gone.clone();
        let router = gate.around(Router::new().route("/slow", slow)).layer(middleware::from_fn(
            move |request: Request, next: Next| {
                let gone = Gone(leaves.clone());
                async move {
                    let _gone = gone;
                    next.run(request).await
                }
            },
        ));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = router.into_make_service_with_connect_info::<Peer>();
        let asking = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream
                .write_all(b"POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")
                .await
                .unwrap();
            begun.notified().await;
            drop(stream);
            gone.notified().await;
            go.notify_one();
            time::timeout(Duration::from_secs(20), done.notified()).await.is_ok()
        };
        let is_done = tokio::select! {
            _ = axum::serve(Lines::new(listener, None), router).into_future() => false,
            is_done = asking => is_done,
        };
        assert!(is_done);
        gate.close().await;
    }

    #[test]
    fn only_this_machine_is_asked() {
        for (host, fits) in [
            ("127.0.0.1:7070", true),
            ("127.0.0.1", true),
            ("localhost:7070", true),
            ("LocalHost", true),
            ("[::1]:7070", true),
            ("10.0.0.1:7070", false),
            ("rebound.example:7070", false),
            ("localhost.example", false),
            ("user@127.0.0.1.example", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), fits, "{host}");
        }
    }
}
