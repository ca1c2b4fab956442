//! One request and its answer, redirects and a lost connection included.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{HeaderMap, LOCATION};
use tokio::time::timeout;
use url::Url;

use super::{
    super::{
        Error, Method, Response, answer,
        auth::Pass,
        fault::{Answer, Failure, Transport},
        pace::Paused,
        policy::Targets,
        room::Place,
    },
    Inner,
};

/// A request that the policy let pass.
pub(super) struct Outgoing {
    pub(super) method: reqwest::Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    /// Where redirects may lead.
    pub(super) targets: Arc<Targets>,
    /// Where its answer finds room.
    pub(super) place: Place,
    /// Whether it may be sent again after the server may have read it.
    pub(super) repeatable: bool,
}

/// Why a request has no answer.
pub(super) enum Ended {
    /// A failure, with the host that it happened at.
    At(String, Failure),
    /// The server asked for a pause meanwhile, in answer to another request.
    Paused(Paused),
}

impl Inner {
    /// Sends a request, follows where it may, and reads the answer: all within one time, which
    /// begins where no pause is left.
    pub(super) async fn exchange(
        &self,
        outgoing: &Outgoing,
        pass: &Pass<'_>,
    ) -> Result<Response, Error> {
        self.pace.not_paused().await.map_err(|paused| self.paused(paused))?;
        let total = self.timeouts.total;
        let answer = timeout(total, self.follow(outgoing, pass)).await;
        let late = |_| Err(Ended::at(&outgoing.url, Transport::Timeout(total).into()));
        answer.unwrap_or_else(late).map_err(|ended| self.ended(ended))
    }

    async fn follow(&self, outgoing: &Outgoing, pass: &Pass<'_>) -> Result<Response, Ended> {
        let at = |failure| Ended::at(&outgoing.url, failure);
        let mut answer = self.head(outgoing, &outgoing.url, pass).await.map_err(at)?;
        let mut followed = 0;
        while self.redirects > 0 && is_redirect(&answer) {
            if followed == self.redirects {
                return Err(at(Answer::Redirects(self.redirects).into()));
            }
            followed += 1;
            let next = self.next_hop(outgoing, &answer);
            let next = next.map_err(|what| at(Answer::Redirect(what).into()))?;
            // Waiting here would pass for a server that is slow to answer.
            if let Some(rest) = self.pace.paused_for() {
                return Err(Ended::Paused(Paused(rest)));
            }
            answer = self.head(outgoing, &next, pass).await.map_err(at)?;
        }
        // Whatever comes of the rest of it.
        self.pace.heed(answer.status().as_u16(), answer::pause_of(answer.headers()));
        answer::read(answer, self.bounds(), &outgoing.place).await.map_err(at)
    }

    /// Where a redirect leads, if the request may be sent there: the same origin or one that the
    /// user allowed, and nowhere that the connector couldn't have asked for itself. Else what kind of
    /// redirect it is.
    fn next_hop(
        &self,
        outgoing: &Outgoing,
        answer: &reqwest::Response,
    ) -> Result<Url, &'static str> {
        if outgoing.method != reqwest::Method::GET {
            return Err("what was not a GET");
        }
        let location = answer.headers().get(LOCATION).and_then(|it| it.to_str().ok());
        let next = location.and_then(|location| answer.url().join(location).ok());
        let mut next = next.ok_or("without saying where")?;
        next.set_fragment(None);
        if outgoing.url.scheme() == "https" && next.scheme() != "https" {
            return Err("from https to what everybody on the way can read");
        }
        if !outgoing.targets.allows(&next) {
            return Err("to another scheme, host or port");
        }
        let next = outgoing.targets.resolve(Method::Get, next.as_str());
        next.map_err(|_| "to a path that its connector doesn't ask for")
    }

    /// Sends a request and waits for the head of its answer. What a server that closed a kept
    /// connection just then never read is sent once more, on another.
    pub(super) async fn head(
        &self,
        outgoing: &Outgoing,
        url: &Url,
        pass: &Pass<'_>,
    ) -> Result<reqwest::Response, Failure> {
        match self.head_once(outgoing, url, pass).await {
            Err(failure) if outgoing.repeatable && failure.may_be_stale() && !self.is_paused() => {
                self.head_once(outgoing, url, pass).await
            }
            outcome => outcome,
        }
    }

    fn is_paused(&self) -> bool {
        self.pace.paused_for().is_some()
    }

    async fn head_once(
        &self,
        outgoing: &Outgoing,
        url: &Url,
        pass: &Pass<'_>,
    ) -> Result<reqwest::Response, Failure> {
        let mut request = reqwest::Request::new(outgoing.method.clone(), url.clone());
        request.headers_mut().clone_from(&outgoing.headers);
        pass.add_to(request.headers_mut());
        *request.body_mut() = outgoing.body.clone().map(Into::into);
        let answer = self.carrier.execute(request, self.timeouts.connect);
        match self.timeouts.head {
            Some(head) => timeout(head, answer).await.map_err(|_| Transport::Timeout(head))?,
            None => answer.await,
        }
    }
}

impl Ended {
    pub(super) fn at(url: &Url, failure: Failure) -> Self {
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Self::At(format!("{host}{port}"), failure)
    }
}

fn is_redirect(answer: &reqwest::Response) -> bool {
    matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}
