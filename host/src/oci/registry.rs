//! A repository of a registry, asked by the distribution protocol
//! (<https://github.com/opencontainers/distribution-spec>).
//!
//! Whatever a registry answers may send us elsewhere: to where tokens are, to where content is.
//! There, too, the host's own client goes, to addresses that it may ask only; and credentials go to
//! the registry itself and to where it says that its tokens are, never along with a redirect.

use bytes::Bytes;
use serde::Deserialize;
use url::Url;

use super::{
    Error, Reference,
    challenge::{self, Challenge},
};
use crate::{
    config::{Auth, Registry, Secret},
    egress::{self, Client, Method, Network, Options, Owner, Request, Response, Setup, Timeouts},
};

/// The longest body that is read or sent: a connector.
pub(super) const LONGEST: usize = 64 << 20;
/// How long one such may take.
const TOTAL: std::time::Duration = std::time::Duration::from_secs(300);
/// How often content may be elsewhere.
const REDIRECTS: usize = 3;

/// What is to be done in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Pull,
    Push,
}

/// How a request is sent.
#[derive(Clone, Copy)]
enum Verb {
    /// By the request's own method.
    Send,
    Put,
}

/// One repository, and who we are there.
pub(super) struct Repository<'n> {
    network: &'n Network,
    settings: Registry,
    url: Url,
    name: String,
    access: Access,
    client: Client,
    signed_in: bool,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl<'n> Repository<'n> {
    /// The repository of a reference; asks nobody yet.
    pub(super) fn new(
        network: &'n Network,
        registries: &[Registry],
        reference: &Reference,
        access: Access,
    ) -> Result<Self, Error> {
        let host = &reference.host;
        let settings = registries.iter().find(|registry| registry.host == *host);
        let settings = settings.cloned().unwrap_or_else(|| Registry::new(host));
        let owner = Owner::Registry(host.clone());
        let url = settings.url(reference.authority());
        let url = url.ok_or(egress::Error::Setup { owner, problem: Setup::Url })?;
        let client = client(network, &settings, &url, Auth::None)?;
        let name = reference.repository.clone();
        Ok(Self { network, settings, url, name, access, client, signed_in: false })
    }

    /// Asks for something of the repository, as `manifests/1.2.0`, and follows to where it is.
    pub(super) async fn get(&mut self, what: &str, accept: &[&str]) -> Result<Response, Error> {
        let accept: Vec<_> =
            accept.iter().map(|kind| ("accept".to_owned(), (*kind).to_owned())).collect();
        let request = Request { target: self.target(what), headers: accept, ..Request::default() };
        let mut answer = self.ask(Verb::Send, &request).await?;
        let mut from = self.url.join(&request.target).unwrap_or_else(|_| self.url.clone());
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

    /// Stores something in the repository, or at the URL that it named.
    pub(super) async fn put(
        &mut self,
        what: &str,
        kind: &str,
        body: Bytes,
    ) -> Result<Response, Error> {
        let is_whole = what.starts_with("https://") || what.starts_with("http://");
        let target = if is_whole { what.to_owned() } else { self.target(what) };
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        let request = Request { method: Method::Post, target, headers, body: Some(body) };
        self.ask(Verb::Put, &request).await
    }

    /// Where an answer of this registry says that it goes on.
    pub(super) fn location(&self, answer: &Response) -> Option<Url> {
        self.url.join(header(answer, "location")?).ok()
    }

    /// What says that credentials were sent, for whoever explains a 401.
    pub(super) fn has_credentials(&self) -> bool {
        !matches!(self.settings.auth.value, Auth::None)
    }

    fn target(&self, what: &str) -> String {
        format!("/v2/{}/{what}", self.name)
    }

    async fn ask(&mut self, verb: Verb, request: &Request) -> Result<Response, Error> {
        let answer = self.send(verb, request).await?;
        if answer.status != 401 || self.signed_in {
            return Ok(answer);
        }
        if !self.sign_in(&answer).await? {
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
        let configured = self.settings.auth.value.clone();
        let auth = match (challenge, configured) {
            (Some(Challenge::Bearer { .. }), auth @ Auth::Bearer { .. }) => auth,
            (Some(Challenge::Bearer { realm, service }), auth) => {
                Auth::Bearer { token: self.token(&realm, service.as_deref(), auth).await? }
            }
            (Some(Challenge::Basic), auth @ Auth::Basic { .. }) => auth,
            _ => return Ok(false),
        };
        self.client = client(self.network, &self.settings, &self.url, auth)?;
        self.signed_in = true;
        Ok(true)
    }

    /// A token for this repository, of where the registry says that it gives them.
    ///
    /// The credentials go there as well. A registry that meant harm could as well ask for them
    /// itself; that nobody reads them on the way is what is to be seen to.
    async fn token(&self, realm: &str, service: Option<&str>, auth: Auth) -> Result<Secret, Error> {
        let access = match self.access {
            Access::Pull => "pull",
            Access::Push => "pull,push",
        };
        let mut url = Url::parse(realm).map_err(|_| self.misled("its tokens are at no URL"))?;
        url.set_fragment(None);
        url.query_pairs_mut()
            .extend_pairs(service.map(|service| ("service", service)))
            .append_pair("scope", &format!("repository:{}:{access}", self.name));
        self.judge(&url)?;
        let client = client(self.network, &self.settings, &origin(&url), auth)?;
        let request = Request { target: url.to_string(), ..Request::default() };
        let answer = client.send(&request).await?;
        if !(200..300).contains(&answer.status) {
            return Err(self.refused(answer.status, "its token service"));
        }
        let token: Option<Token> = serde_json::from_slice(&answer.body).ok();
        let token = token.and_then(|it| it.token.or(it.access_token));
        let token = token.filter(|token| !token.is_empty());
        token.map(Secret::new).ok_or_else(|| self.misled("its token service answers no token"))
    }

    /// Asks for what a redirect leads to, without credentials but those in its own address.
    async fn elsewhere(&self, url: &Url) -> Result<Response, Error> {
        self.judge(url)?;
        let client = client(self.network, &self.settings, &origin(url), Auth::None)?;
        Ok(client.send(&Request { target: url.to_string(), ..Request::default() }).await?)
    }

    /// Whether a registry may send us to a URL: no weaker than its own, and nowhere inside.
    fn judge(&self, url: &Url) -> Result<(), Error> {
        let is_safe = url.scheme() == "https" || url.scheme() == self.url.scheme();
        match is_safe && egress::may_ask(url, &self.settings.reachable()) {
            true => Ok(()),
            false => Err(self.misled("it sends us to an address that may not be asked")),
        }
    }

    fn misled(&self, what: &'static str) -> Error {
        Error::Misled { registry: self.settings.host.clone(), what }
    }

    /// Why an answer is not what was asked for, by its status.
    pub(super) fn refused(&self, status: u16, what: &str) -> Error {
        let registry = self.settings.host.clone();
        let (what, has_credentials) = (what.to_owned(), self.has_credentials());
        Error::Refused { registry, what, status, has_credentials }
    }
}

/// A client of one origin, in the registry's name.
fn client(
    network: &Network,
    settings: &Registry,
    url: &Url,
    auth: Auth,
) -> Result<Client, egress::Error> {
    let mut options = Options::new(Owner::Registry(settings.host.clone()), url.clone());
    options.private_addresses = settings.reachable();
    options.ca.clone_from(&settings.ca);
    options.auth = auth;
    options.max_body = LONGEST;
    options.timeouts = Timeouts { total: TOTAL, ..Timeouts::default() };
    Client::new(network, options)
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

/// A header of an answer.
pub(super) fn header<'r>(answer: &'r Response, name: &str) -> Option<&'r str> {
    let found = answer.headers.iter().find(|(header, _)| header == name);
    found.map(|(_, value)| value.as_str())
}

/// A URL's scheme, host and port.
fn origin(url: &Url) -> Url {
    let mut origin = url.clone();
    origin.set_path("/");
    origin.set_query(None);
    origin
}
