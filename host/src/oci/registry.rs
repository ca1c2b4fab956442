//! A repository of a registry, asked by the distribution protocol
//! (<https://github.com/opencontainers/distribution-spec>).
//!
//! Whatever a registry answers may send us elsewhere: to where tokens are, to where content is.
//! There, too, the host's own client goes, to addresses that it may ask only; and credentials go to
//! the registry itself and to where it says that its tokens are, never along with a redirect.

use bytes::Bytes;
use url::Url;

use super::{
    Error, Reference,
    challenge::{self, Challenge},
    token,
    way::{Access, Way, header},
};
use crate::{
    config::{Auth, Registry},
    egress::{Client, Method, Network, Request, Response},
};

/// How often content may be elsewhere.
const REDIRECTS: usize = 3;

/// How a request is sent.
#[derive(Clone, Copy)]
enum Verb {
    /// By the request's own method.
    Send,
    Put,
}

/// One repository, and who we are there.
pub(super) struct Repository<'n> {
    way: Way<'n>,
    name: String,
    client: Client,
    signed_in: bool,
}

impl<'n> Repository<'n> {
    /// The repository of a reference; asks nobody yet.
    pub(super) fn new(
        network: &'n Network,
        registries: &[Registry],
        reference: &Reference,
        access: Access,
    ) -> Result<Self, Error> {
        let way = Way::new(network, registries, reference, access)?;
        let client = way.client(&way.url, Auth::None)?;
        Ok(Self { way, name: reference.repository.clone(), client, signed_in: false })
    }

    /// Asks for something of the repository, as `manifests/1.2.0`, and follows to where it is.
    pub(super) async fn get(&mut self, what: &str, accept: &[&str]) -> Result<Response, Error> {
        let accept = accept.iter().map(|kind| ("accept".to_owned(), (*kind).to_owned()));
        let (target, headers) = (self.target(what), accept.collect());
        let mut from = self.way.url.join(&target).unwrap_or_else(|_| self.way.url.clone());
        let request = Request { target, headers, ..Request::default() };
        let mut answer = self.ask(Verb::Send, &request).await?;
        for _ in 0..REDIRECTS {
            let Some(next) = redirect(&answer, &from) else { break };
            answer = self.elsewhere(&next).await?;
            from = next;
        }
        Ok(answer)
    }

    /// Begins something in the repository; answers where it goes on.
    pub(super) async fn post(&mut self, what: &str) -> Result<Response, Error> {
        let (target, body) = (self.target(what), Some(Bytes::new()));
        let request = Request { method: Method::Post, target, body, ..Request::default() };
        self.ask(Verb::Send, &request).await
    }

    /// Stores something in the repository.
    pub(super) async fn put(
        &mut self,
        what: &str,
        kind: &str,
        body: Bytes,
    ) -> Result<Response, Error> {
        let target = self.target(what);
        self.put_at(target, kind, body).await
    }

    /// Stores something where the registry said, by path or URL.
    pub(super) async fn put_at(
        &mut self,
        target: String,
        kind: &str,
        body: Bytes,
    ) -> Result<Response, Error> {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        let request = Request { method: Method::Post, target, headers, body: Some(body) };
        self.ask(Verb::Put, &request).await
    }

    /// Where an answer of this registry says that it goes on.
    pub(super) fn location(&self, answer: &Response) -> Option<Url> {
        self.way.url.join(header(answer, "location")?).ok()
    }

    /// Why an answer is not what was asked for, by its status.
    pub(super) fn refused(&self, status: u16, what: &str) -> Error {
        self.way.refused(status, what)
    }

    fn target(&self, what: &str) -> String {
        format!("/v2/{}/{what}", self.name)
    }

    async fn ask(&mut self, verb: Verb, request: &Request) -> Result<Response, Error> {
        let answer = self.send(verb, request).await?;
        if answer.status != 401 || self.signed_in || !self.sign_in(&answer).await? {
            return Ok(answer);
        }
        self.send(verb, request).await
    }

    async fn send(&self, verb: Verb, request: &Request) -> Result<Response, Error> {
        Ok(match verb {
            Verb::Send => self.client.send(request).await?,
            Verb::Put => self.client.put(request).await?,
        })
    }

    /// Answers a 401's challenge; whether there is anything to answer it with.
    async fn sign_in(&mut self, refused: &Response) -> Result<bool, Error> {
        let headers = refused.headers.iter().filter(|(name, _)| name == "www-authenticate");
        let challenge = challenge::read(headers.map(|(_, value)| value.as_str()));
        let auth = match (challenge, self.way.auth()) {
            (Some(Challenge::Bearer { .. }), auth @ Auth::Bearer { .. }) => auth,
            (Some(Challenge::Bearer { realm, service }), auth) => {
                let place = (realm.as_str(), service.as_deref());
                Auth::Bearer { token: token::ask(&self.way, &self.name, place, auth).await? }
            }
            (Some(Challenge::Basic), auth @ Auth::Basic { .. }) => auth,
            _ => return Ok(false),
        };
        self.client = self.way.client(&self.way.url, auth)?;
        self.signed_in = true;
        Ok(true)
    }

    /// Asks for what a redirect leads to, without credentials but those in its own address.
    async fn elsewhere(&self, url: &Url) -> Result<Response, Error> {
        self.way.judge(url)?;
        let client = self.way.client(url, Auth::None)?;
        Ok(client.send(&Request { target: url.to_string(), ..Request::default() }).await?)
    }
}

/// Where an answer leads, if it is a redirect.
fn redirect(answer: &Response, from: &Url) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let mut next = from.join(header(answer, "location")?).ok()?;
    next.set_fragment(None);
    Some(next)
}
