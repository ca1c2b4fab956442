//! What carries requests: the machine's network, or in a simulation a program that plays all
//! servers. The policy, the pace, the credentials, the times and the limits around it stay the same.

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use reqwest::{Body, ResponseBuilderExt, redirect};
use url::{Position, Url};

use super::{
    Network, Options, Owner, Setup,
    fault::{Answer, Failure, Transport},
    identity::Identity,
    pages,
    proxy::Proxy,
};

/// How long a connection that nobody uses is kept for the next request.
const POOL_IDLE: Duration = Duration::from_secs(30);
/// The same of one to an EHR: a poll's requests follow each other closely, and the next poll is a
/// minute away. Each takes some 20 KiB, with TLS twice that, of which there may be tens of thousands.
const EHR_IDLE: Duration = Duration::from_secs(10);

/// A request on its way, past all that the host judges of it.
pub struct Carried {
    /// The method, as `GET`.
    pub method: String,
    /// Whom and what it asks.
    pub url: Url,
    /// Names in lower case, and values; the credentials among them.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Bytes,
}

/// What a server puts on the wire.
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, or the part of it that arrives.
    pub body: Bytes,
    /// Whether the connection breaks behind that part.
    pub broken: bool,
}

/// Plays the network. A request whose future is dropped has lost its connection.
#[async_trait]
pub trait Wire: Send + Sync + 'static {
    /// Carries a request to whom it asks, and what is answered back.
    async fn carry(&self, request: Carried) -> Result<Answered, Transport>;
}

/// The way of one client's requests.
pub(super) enum Carrier {
    Connecting(Box<Connecting>),
    Simulated(Arc<dyn Wire>),
}

/// The machine's network, as one client uses it.
pub(super) struct Connecting {
    client: reqwest::Client,
    identity: Arc<Identity>,
    proxy: Option<Proxy>,
}

impl Carrier {
    pub(super) fn connecting(network: &Network, options: &Options) -> Result<Self, Setup> {
        let identity = Arc::new(Identity::new(options)?);
        let proxy = options.proxy.as_ref().map(Proxy::new).transpose()?;
        let idle = match options.owner {
            Owner::Connection(_) => EHR_IDLE,
            Owner::Destination(_) | Owner::Registry(_) | Owner::Command => POOL_IDLE,
        };
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(network.tls(options, &identity)?)
            .dns_resolver(network.resolver(options, proxy.as_ref()))
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(options.timeouts.connect)
            .pool_max_idle_per_host(options.concurrency)
            .pool_idle_timeout(idle);
        let builder = match &proxy {
            Some(proxy) => builder.proxy(proxy.for_client()),
            None => builder,
        };
        let client = builder.build().map_err(|error| Setup::Client(error.to_string()))?;
        Ok(Self::Connecting(Box::new(Connecting { client, identity, proxy })))
    }

    /// Sends a request; answers once the answer's head is there.
    pub(super) async fn execute(
        &self,
        request: reqwest::Request,
        connect: Duration,
    ) -> Result<reqwest::Response, Failure> {
        match self {
            Self::Connecting(connecting) => connecting.execute(request, connect).await,
            Self::Simulated(wire) => {
                let url = request.url().clone();
                let answered = wire.carry(carried(&request)).await?;
                response(url, answered).ok_or(Transport::Other.into())
            }
        }
    }
}

impl Connecting {
    async fn execute(
        &self,
        request: reqwest::Request,
        connect: Duration,
    ) -> Result<reqwest::Response, Failure> {
        let origin = request.url()[..Position::BeforePath].to_owned();
        let proxy = self.proxy.as_ref().filter(|proxy| proxy.is_for(request.url()));
        let failure = match (self.client.execute(request).await, proxy) {
            (Ok(answer), Some(proxy)) => {
                let status = answer.status().as_u16();
                match proxy.own_answer(answer.url(), status, answer.headers()) {
                    Some(failure) => failure,
                    None => return self.of_server(&origin, answer).await,
                }
            }
            (Ok(answer), None) => return self.of_server(&origin, answer).await,
            (Err(error), Some(proxy)) => proxy.sharper(Failure::through_proxy(&error, connect)),
            (Err(error), None) => Failure::of(&error, connect),
        };
        Err(self.identity.sharper(&origin, failure))
    }

    /// What a server answered, unless it is a page by which it says that it was asked in a wrong way.
    async fn of_server(
        &self,
        origin: &str,
        answer: reqwest::Response,
    ) -> Result<reqwest::Response, Failure> {
        let (status, is_secure) = (answer.status().as_u16(), answer.url().scheme() == "https");
        let may_be_one = pages::is_for_people(&answer)
            && if is_secure { self.identity.may_be_refusal(status) } else { status == 400 };
        let answer = if may_be_one {
            let (beginning, answer) = pages::peeked(answer).await?;
            match is_secure {
                true if pages::refuses_certificate(&beginning) => {
                    return Err(self.identity.refusal());
                }
                false if pages::wants_tls(&beginning) => return Err(Answer::Insecure.into()),
                _ => answer,
            }
        } else {
            answer
        };
        if is_secure {
            self.identity.is_let_in(origin);
        }
        Ok(answer)
    }
}

fn carried(request: &reqwest::Request) -> Carried {
    let value = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers().iter();
    let body = request.body().and_then(Body::as_bytes).unwrap_or_default();
    Carried {
        method: request.method().to_string(),
        url: request.url().clone(),
        headers: headers.map(|it| (it.0.to_string(), value(it.1.as_bytes()))).collect(),
        body: Bytes::copy_from_slice(body),
    }
}

fn response(url: Url, answered: Answered) -> Option<reqwest::Response> {
    let Answered { status, headers, body, broken } = answered;
    let mut response = http::Response::builder().status(status).url(url);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let end = broken.then(|| Err(io::Error::from(io::ErrorKind::ConnectionReset)));
    let body = match end {
        Some(end) => Body::wrap_stream(stream::iter([Ok(body), end])),
        None => body.into(),
    };
    response.body(body).ok().map(reqwest::Response::from)
}
