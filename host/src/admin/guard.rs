//! What every request to the admin API must be, whatever it asks for.
//!
//! A web page can have a browser of this machine ask any address of it. Two things give that away:
//! the page's origin stands in `Origin`, and a name that was made to lead here (DNS rebinding)
//! stands in `Host`.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::time;

use super::{line::PATIENCE, reply::Refused};

/// The longest body, in bytes.
const BODY: usize = 64 << 10;

/// The routes, for those alone who may ask.
pub(super) fn around(routes: Router) -> Router {
    routes.layer(DefaultBodyLimit::max(BODY)).layer(middleware::from_fn(guard))
}

async fn guard(request: Request, next: Next) -> Response {
    if let Err(refused) = judge(request.headers()) {
        return refused.into_response();
    }
    let late = || {
        Refused::new(StatusCode::REQUEST_TIMEOUT, "the request did not end in time").into_response()
    };
    time::timeout(PATIENCE, next.run(request)).await.unwrap_or_else(|_| late())
}

fn judge(headers: &HeaderMap) -> Result<(), Refused> {
    let forbidden = |why| Err(Refused::new(StatusCode::FORBIDDEN, why));
    if headers.contains_key(header::ORIGIN) {
        return forbidden("the admin API is not for web pages");
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match host {
        Some(host) if is_loopback(host) => Ok(()),
        _ => forbidden("ask by a loopback address, as 127.0.0.1, or by `localhost`"),
    }
}

/// Whether a `Host` header names this machine itself.
fn is_loopback(host: &str) -> bool {
    match url::Url::parse(&format!("http://{host}/")).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
