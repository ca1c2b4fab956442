//! One connection's, or one destination's, way to the outside.

mod exchange;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use tokio::{sync::SemaphorePermit, time::timeout};
use url::Url;

use self::exchange::{Ended, Outgoing};
use super::{
    Error, Method, Network, Options, Owner, Pattern, Reply, Request, Response, Setup, Timeouts,
    answer::{self, Bounds},
    auth::{Asker, Auth, Failed, Pass},
    fault::{Failure, Transport},
    headers,
    pace::{Pace, Paused},
    policy::{Refusal, Targets},
    room::Place,
    wire::Carrier,
};

/// How the host calls itself.
const NAME: HeaderValue = HeaderValue::from_static(concat!("rounds/", env!("CARGO_PKG_VERSION")));

/// Sends requests within a policy, limits and a pace. Cheap to clone; clones share all three.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    targets: Arc<Targets>,
    place: Place,
}

struct Inner {
    owner: Owner,
    carrier: Carrier,
    base: Url,
    /// Sent with every request, or set by none.
    own: headers::Own,
    auth: Auth,
    pace: Pace,
    redirects: u8,
    timeouts: Timeouts,
    max_body: usize,
}

impl Client {
    /// Makes a client; connects to nobody yet.
    ///
    /// # Errors
    /// [`Error::Setup`] where the options can't work.
    pub fn new(network: &Network, options: Options) -> Result<Self, Error> {
        let owner = options.owner.clone();
        Self::set_up(network, options).map_err(|problem| Error::Setup { owner, problem })
    }

    fn set_up(network: &Network, options: Options) -> Result<Self, Setup> {
        let Options { base_url, allow_origins, requests, .. } = &options;
        let targets = Targets::new(base_url, allow_origins, requests.clone()).ok_or(Setup::Url)?;
        let (targets, place) = (Arc::new(targets), Place::new(options.room.clone()));
        Ok(Self { inner: Arc::new(Inner::new(network, options)?), targets, place })
    }

    /// The same client, for a connector that declares to ask for these and nothing else.
    #[must_use]
    pub fn declaring(&self, requests: &Arc<[Pattern]>) -> Self {
        let targets = Arc::new(self.targets.declaring(Arc::clone(requests)));
        Self { targets, ..self.clone() }
    }

    /// The same client, with room in memory of its own for so many bytes of answers, in sum: for
    /// whoever found none, and holds no answer any more. Waits for it in line.
    pub async fn with_room(&self, bytes: usize) -> Self {
        let place = self.place.with_room(bytes, &self.inner.owner).await;
        Self { place, ..self.clone() }
    }

    /// The longest body that an answer may have, in bytes.
    pub fn longest_answer(&self) -> usize {
        self.inner.max_body
    }

    /// Whether there is little room left in memory for answers, so that none should be kept for
    /// later.
    pub fn is_short_of_room(&self) -> bool {
        self.place.is_tight()
    }

    /// A body that is in memory already, which takes its room as one that was answered.
    pub async fn hold(&self, body: Vec<u8>) -> Bytes {
        let mut held = self.with_room(body.len()).await.place.hold();
        held.grow(body.len());
        held.keep(body)
    }

    /// What its connector declares that covers a request; sends nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] where the request would not be sent.
    pub fn declared(&self, request: &Request) -> Result<String, Error> {
        let outgoing = self.judge(request)?;
        let pattern = self.targets.pattern(request.method, &outgoing.url);
        Ok(pattern.map_or_else(|| request.method.to_string(), Pattern::to_string))
    }

    /// Asks an EHR, and reads all of its answer.
    ///
    /// Waits for its turn, for the rate, and for the end of a short pause. A token is renewed once
    /// after a 401; a second one is an answer like others. Nothing goes on when it is dropped.
    ///
    /// # Errors
    /// Where there is no answer to give; [`Error::retry`] says whether there could be one later.
    pub async fn send(&self, request: &Request) -> Result<Response, Error> {
        let mut outgoing = self.judge(request)?;
        outgoing.repeatable = request.method == Method::Get;
        self.ask(outgoing).await
    }

    /// As [`send`](Self::send), where reading takes what was read off the EHR's list: a request
    /// that the EHR may have read is not sent again when its connection breaks.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_once(&self, request: &Request) -> Result<Response, Error> {
        self.ask(self.judge(request)?).await
    }

    /// As [`send`](Self::send), by PUT, whatever the request's method: how the host itself stores
    /// something, which no connector can ask for.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn put(&self, request: &Request) -> Result<Response, Error> {
        let outgoing = self.judge(request)?;
        self.ask(Outgoing { method: reqwest::Method::PUT, repeatable: true, ..outgoing }).await
    }

    async fn ask(&self, outgoing: Outgoing) -> Result<Response, Error> {
        let inner = &*self.inner;
        let _turn = inner.turn().await?;
        let asker = inner.asker();
        let pass = inner.auth.pass(&asker).await.map_err(|failed| inner.not_signed_in(failed))?;
        let mut response = inner.exchange(&outgoing, &pass).await?;
        if response.status == 401 {
            let another = inner.auth.another(&pass, &asker).await;
            if let Some(another) = another.map_err(|failed| inner.not_signed_in(failed))? {
                response = inner.exchange(&outgoing, &another).await?;
            }
        }
        Ok(response)
    }

    /// Tells a destination, at the base URL itself, with no credentials but the configured headers.
    ///
    /// The status is the answer: what follows it is read over while it is short, and dropped. The
    /// request may arrive twice, as anything that is retried may.
    ///
    /// # Errors
    /// Where there is no status; [`Error::retry`] says whether there could be one later.
    pub async fn post(&self, headers: &[(&str, &str)], body: Bytes) -> Result<Reply, Error> {
        let inner = &*self.inner;
        let url = inner.base.clone();
        let given = headers.iter().copied();
        let outgoing = self.outgoing(Method::Post, url, given, Some(body))?;
        let outgoing = Outgoing { repeatable: true, ..outgoing };
        let _turn = inner.turn().await?;
        let total = inner.timeouts.total;
        let head = timeout(total, inner.head(&outgoing, &outgoing.url, &Pass::None)).await;
        let head = head.unwrap_or_else(|_| Err(Transport::Timeout(total).into()));
        let answer = head.map_err(|failure| inner.ended(Ended::at(&outgoing.url, failure)))?;
        let status = answer.status().as_u16();
        let reply = Reply { status, retry_after: answer::pause_of(answer.headers()) };
        inner.pace.heed(status, reply.retry_after);
        answer::pass_over(answer).await;
        Ok(reply)
    }

    fn judge(&self, request: &Request) -> Result<Outgoing, Error> {
        let url = self.targets.resolve(request.method, &request.target);
        let url = url.map_err(|refusal| self.inner.refused(refusal))?;
        let given = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.outgoing(request.method, url, given, request.body.clone())
    }

    fn outgoing<'a>(
        &self,
        method: Method,
        url: Url,
        given: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
        body: Option<Bytes>,
    ) -> Result<Outgoing, Error> {
        let inner = &*self.inner;
        let mut headers = inner.own.users.clone();
        let added = headers::add(&mut headers, &inner.own, given);
        added.map_err(|refusal| inner.refused(refusal))?;
        let (size, limit) = (body.as_ref().map_or(0, Bytes::len), inner.max_body);
        if size > limit {
            return Err(inner.refused(Refusal::Body { size, limit }));
        }
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let (targets, place) = (Arc::clone(&self.targets), self.place.clone());
        Ok(Outgoing { method, url, headers, body, targets, place, repeatable: false })
    }

    /// How long the pause that the server asked for still lasts, if there is one.
    pub fn paused_for(&self) -> Option<Duration> {
        self.inner.pace.paused_for()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("owner", &self.inner.owner).finish_non_exhaustive()
    }
}

impl Inner {
    fn new(network: &Network, options: Options) -> Result<Self, Setup> {
        let auth = Auth::new(&options.auth)?;
        let users = users_headers(&options)?;
        let own = headers::Own { users, credentials: auth.header().cloned() };
        Ok(Self {
            carrier: network.carrier(&options)?,
            base: options.base_url,
            own,
            auth,
            pace: Pace::new(options.concurrency, options.rate),
            redirects: options.redirects,
            timeouts: options.timeouts,
            max_body: options.max_body,
            owner: options.owner,
        })
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.pace.turn().await.map_err(|paused| self.paused(paused))
    }

    fn bounds(&self) -> Bounds {
        let Timeouts { connect, idle, .. } = self.timeouts;
        Bounds { body: self.max_body, idle, connect }
    }

    fn asker(&self) -> Asker<'_> {
        Asker { carrier: &self.carrier, bounds: self.bounds(), total: self.timeouts.total }
    }

    fn refused(&self, refusal: Refusal) -> Error {
        Error::Refused { owner: self.owner.clone(), refusal }
    }

    fn not_signed_in(&self, Failed { fault, rest }: Failed) -> Error {
        Error::Auth { owner: self.owner.clone(), fault, rest }
    }

    fn paused(&self, Paused(remaining): Paused) -> Error {
        Error::Paused { owner: self.owner.clone(), remaining }
    }

    fn ended(&self, ended: Ended) -> Error {
        let owner = self.owner.clone();
        match ended {
            Ended::Paused(paused) => self.paused(paused),
            Ended::At(host, Failure::Transport(fault)) => Error::Transport { owner, host, fault },
            Ended::At(host, Failure::Answer(fault)) => Error::Answer { owner, host, fault },
        }
    }
}

fn users_headers(options: &Options) -> Result<HeaderMap, Setup> {
    let mut headers = HeaderMap::with_capacity(options.headers.len() + 1);
    headers.insert(USER_AGENT, NAME);
    for header in &options.headers {
        let invalid = || Setup::Header(header.name.clone());
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| invalid())?;
        let value = HeaderValue::from_str(header.value.expose()).map_err(|_| invalid())?;
        headers.insert(name, value);
    }
    Ok(headers)
}
