//! Asking a token endpoint for a token: client credentials (RFC 6749, 4.4), with a secret or with
//! a signed assertion (RFC 7523, as SMART Backend Services has it).

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde::Deserialize;
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use super::{
    super::{
        answer::{self, Bounds},
        error::Setup,
        fault::{Failure, Transport},
        room::Place,
        wire::Carrier,
    },
    Fault,
    assertion::Assertion,
    secret_value,
};
use crate::config::{
    Secret,
    auth::{BackendServices, ClientAuth, ClientCredentials},
};

/// A token endpoint's answer is short.
const MOST_BYTES: usize = 64 << 10;

/// The words for what went wrong that RFC 6749, 5.2 knows. No other text of an answer is told.
const CODES: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// What it takes to ask: the client whose token it is.
pub(in super::super) struct Asker<'a> {
    pub(in super::super) carrier: &'a Carrier,
    pub(in super::super) bounds: Bounds,
    pub(in super::super) total: Duration,
}

/// A token that was given.
pub(super) struct Granted {
    pub(super) header: HeaderValue,
    pub(super) lasts: Option<Duration>,
}

/// No token, and how long the endpoint asked to be left alone.
pub(super) struct Denied {
    pub(super) fault: Fault,
    pub(super) pause: Option<Duration>,
}

/// What a client proves itself with.
pub(super) struct Grant {
    token_url: Url,
    scope: Option<String>,
    parameters: BTreeMap<String, String>,
    proof: Proof,
}

enum Proof {
    Header(HeaderValue),
    Form { client_id: String, client_secret: Secret },
    Key(Box<Assertion>),
}

#[derive(Deserialize)]
struct Success {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Grant {
    /// With a secret, in a header or in the form.
    pub(super) fn of_secret(client: &ClientCredentials) -> Result<Self, Setup> {
        let proof = match client.client_auth {
            ClientAuth::Basic => Proof::Header(basic(&client.client_id, &client.client_secret)?),
            ClientAuth::Post => Proof::Form {
                client_id: client.client_id.clone(),
                client_secret: client.client_secret.clone(),
            },
        };
        Ok(Self {
            token_url: client.token_url.clone(),
            scope: client.scope.clone(),
            parameters: client.parameters.clone(),
            proof,
        })
    }

    /// With a key, whose assertion is made anew for each token.
    pub(super) fn of_key(client: &BackendServices) -> Result<Self, Setup> {
        let proof = Proof::Key(Box::new(Assertion::new(client)?));
        Ok(Self {
            token_url: client.token_url.clone(),
            scope: Some(client.scope.clone()),
            parameters: client.parameters.clone(),
            proof,
        })
    }

    /// Asks for a token, once.
    pub(super) async fn ask(&self, asker: &Asker<'_>) -> Result<Granted, Denied> {
        let request = self.request()?;
        let exchange = async {
            let answer = asker.carrier.execute(request, asker.bounds.connect).await?;
            answer::read(answer, Bounds { body: MOST_BYTES, ..asker.bounds }, &Place::default())
                .await
        };
        let late = || Failure::from(Transport::Timeout(asker.total));
        let answer = timeout(asker.total, exchange).await.unwrap_or_else(|_| Err(late()));
        let answer = answer.map_err(Fault::from)?;
        let granted = match answer.status {
            // Some say with a 200 that they refuse.
            status @ 200..=299 => Granted::read(&answer.body).map_err(|fault| {
                let code = code(&answer.body);
                code.map_or(fault, |code| Fault::Refused { status, code: Some(code) })
            }),
            // To ask too often, or too slowly, says nothing against the credentials.
            408 | 429 => Err(Fault::Unavailable(answer.status)),
            400..=499 => Err(Fault::Refused { status: answer.status, code: code(&answer.body) }),
            status @ 300..=399 => Err(Fault::Redirected(status)),
            status => Err(Fault::Unavailable(status)),
        };
        let pause = answer.retry_after.filter(|_| matches!(answer.status, 429 | 503));
        granted.map_err(|fault| Denied { fault, pause })
    }

    fn request(&self) -> Result<reqwest::Request, Fault> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(scope) = &self.scope {
            form.append_pair("scope", scope);
        }
        form.extend_pairs(&self.parameters);
        let mut request = reqwest::Request::new(Method::POST, self.token_url.clone());
        let headers: &mut HeaderMap = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        match &self.proof {
            Proof::Header(header) => drop(headers.insert(AUTHORIZATION, header.clone())),
            Proof::Form { client_id, client_secret } => {
                form.append_pair("client_id", client_id);
                form.append_pair("client_secret", client_secret.expose());
            }
            Proof::Key(assertion) => assertion.sign()?.add_to(&mut form),
        }
        *request.body_mut() = Some(form.finish().into());
        Ok(request)
    }
}

/// Both are form-encoded first (RFC 6749, 2.3.1).
fn basic(client_id: &str, client_secret: &Secret) -> Result<HeaderValue, Setup> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(client_secret.expose()));
    secret_value(&format!("Basic {}", BASE64_STANDARD.encode(pair)))
}

impl Granted {
    fn read(body: &[u8]) -> Result<Self, Fault> {
        let success: Success = serde_json::from_slice(body).map_err(|_| Fault::Unreadable)?;
        let is_other = success.token_type.is_some_and(|kind| !is_bearer(&kind));
        if is_other || success.access_token.trim().is_empty() {
            return Err(Fault::Unreadable);
        }
        let text = format!("Bearer {}", success.access_token);
        let header = secret_value(&text).map_err(|_| Fault::Unreadable)?;
        Ok(Self { header, lasts: success.expires_in.as_ref().and_then(seconds) })
    }
}

/// Whether a token is shown as `Bearer …`; some servers call that `BearerToken`.
fn is_bearer(kind: &str) -> bool {
    let kind = kind.trim();
    kind.is_empty() || ["bearer", "bearertoken"].iter().any(|it| kind.eq_ignore_ascii_case(it))
}

/// Seconds, which some servers write as a text.
fn seconds(value: &serde_json::Value) -> Option<Duration> {
    let parsed = value.as_str().and_then(|text| text.parse().ok());
    Duration::try_from_secs_f64(parsed.or_else(|| value.as_f64())?).ok()
}

fn code(body: &[u8]) -> Option<&'static str> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    CODES.into_iter().find(|code| *code == refusal.error)
}

impl From<Fault> for Denied {
    fn from(fault: Fault) -> Self {
        Self { fault, pause: None }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Transport(fault) => Self::Transport(fault),
            Failure::Answer(fault) => Self::Answer(fault),
        }
    }
}
