//! A client's judgement without a client: what a connection would refuse to send.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use url::{Origin, Url};

use super::{
    Pattern, Request, headers,
    policy::{Refusal, Targets},
};

/// What may be asked under a base URL, by the same rules as a [`Client`](super::Client)'s.
pub struct Rules {
    targets: Targets,
    max_body: usize,
}

impl Rules {
    /// The rules of a connection without headers of its own, under a base URL and of these origins
    /// beside it; `None` where the base URL is no plain web address.
    pub fn new(
        (base_url, allow_origins): (&Url, &[Origin]),
        requests: &Arc<[Pattern]>,
        max_body: usize,
    ) -> Option<Self> {
        let targets = Targets::new(base_url, allow_origins, Some(Arc::clone(requests)))?;
        Some(Self { targets, max_body })
    }

    /// The URL that a request stands for, if it may be sent.
    ///
    /// # Errors
    /// Why it may not.
    pub fn judge(&self, request: &Request) -> Result<Url, Refusal> {
        let url = self.targets.resolve(request.method, &request.target)?;
        let given = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        headers::add(&mut HeaderMap::new(), &headers::Own::default(), given)?;
        let size = request.body.as_ref().map_or(0, bytes::Bytes::len);
        match size > self.max_body {
            true => Err(Refusal::Body { size, limit: self.max_body }),
            false => Ok(url),
        }
    }
}
