//! What carries requests: the machine's network, or in a simulation a program that plays all
//! servers. The policy, the pace, the credentials, the times and the limits around it stay the same.

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use reqwest::{
    Body, ResponseBuilderExt,
    header::{CONTENT_TYPE, HeaderValue},
    redirect,
};
use url::Url;

use super::{
    Network, Options, Owner, Setup,
    fault::{Failure, Transport},
    identity::Identity,
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
            Owner::Destination(_) | Owner::Registry(_) => POOL_IDLE,
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
        let proxy = self.proxy.as_ref().filter(|proxy| proxy.is_for(request.url()));
        let failure = match (self.client.execute(request).await, proxy) {
            (Ok(answer), _) => match self.not_the_servers(proxy, &answer) {
                Some(failure) => failure,
                None => return Ok(answer),
            },
            (Err(error), Some(proxy)) => proxy.sharper(Failure::through_proxy(&error, connect)),
            (Err(error), None) => Failure::of(&error, connect),
        };
        Err(self.identity.sharper(failure))
    }

    /// What an answer is that comes from what stands before the server.
    fn not_the_servers(
        &self,
        proxy: Option<&Proxy>,
        answer: &reqwest::Response,
    ) -> Option<Failure> {
        let status = answer.status().as_u16();
        let kind = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let is_page = kind.is_some_and(|kind| kind.starts_with(b"text/html"));
        let of_proxy = proxy.and_then(|proxy| proxy.own_answer(answer.url(), status));
        of_proxy.or_else(|| self.identity.own_answer(status, is_page))
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
