//! A destination at a URL: a signed POST, as the Standard Webhooks specification has it, with the
//! handshake and token header that endpoints made for Redox expect where the user asks for them.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use serde_json::json;

use super::{Destination, Message, Outcome};
use crate::{
    clock::Clock,
    config::{self, Handshake, Header, Secret},
    egress::{self, Client, Method, Network, Options, Owner, Request, Retry, Timeouts},
    signature::{self, ID_HEADER, Key, SIGNATURE_HEADER, TIMESTAMP_HEADER},
};

const TOKEN_HEADER: &str = "verification-token";
/// A handshake's answer is a challenge or little more.
const MAX_BODY: usize = 2 << 20;

/// Tells an endpoint by HTTP.
pub struct Webhook {
    client: Client,
    keys: Vec<Key>,
    clock: Arc<dyn Clock>,
    handshake: Option<(Handshake, Secret)>,
}

impl Webhook {
    /// The destination that the user configured. Connects to nobody yet.
    ///
    /// # Errors
    /// Where no HTTP client can be made of the configuration.
    pub fn new(
        network: &Network,
        config: &config::Destination,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, egress::Error> {
        let owner = Owner::Destination(config.name.clone());
        let mut options = Options::new(owner, config.url.clone());
        options.private_addresses = config.reachable();
        options.ca.clone_from(&config.ca);
        options.certificate.clone_from(&config.certificate);
        options.proxy.clone_from(&config.proxy);
        options.headers = headers(config);
        options.concurrency = config.concurrency;
        options.timeouts = Timeouts { total: config.timeout, ..Timeouts::default() };
        options.max_body = MAX_BODY;
        let keys = config.secrets.iter().map(Key::from).collect();
        let handshake = config.verify.zip(config.verification_token.clone());
        Ok(Self { client: Client::new(network, options)?, keys, clock, handshake })
    }

    async fn shake(&self, how: Handshake, token: &Secret) -> Result<(), Outcome> {
        let challenge = challenge()
            .ok_or_else(|| failed("no random challenge can be made".into(), None, true))?;
        let request = handshake(how, token, &challenge);
        let answer = self.client.send(&request).await.map_err(|error| unsent(&error))?;
        let repeated = String::from_utf8_lossy(&answer.body).contains(&challenge);
        match (answer.status, repeated) {
            (200..=299, true) => Ok(()),
            (200..=299, false) => {
                Err(failed("did not repeat the challenge of the handshake".into(), None, true))
            }
            (status, _) => Err(failed(
                format!("answered the handshake with status {status}"),
                answer.retry_after,
                true,
            )),
        }
    }
}

#[async_trait]
impl Destination for Webhook {
    async fn deliver(&self, message: Message) -> Outcome {
        let id = message.id.0.as_str();
        let seconds = u64::try_from(self.clock.now().as_second()).unwrap_or_default();
        let signature = signature::sign(id, seconds, &message.body, &self.keys);
        let timestamp = seconds.to_string();
        let headers = [
            ("content-type", "application/json"),
            (ID_HEADER, id),
            (TIMESTAMP_HEADER, &timestamp),
            (SIGNATURE_HEADER, &signature),
        ];
        match self.client.post(&headers, message.body).await {
            Ok(reply) => answered(reply.status, reply.retry_after),
            Err(error) => unsent(&error),
        }
    }

    async fn verify(&self) -> Outcome {
        let Some((how, token)) = &self.handshake else { return Outcome::Delivered };
        self.shake(*how, token).await.err().unwrap_or(Outcome::Delivered)
    }
}

/// What a status says of the notification. Of the destination as a whole it says nothing, unless
/// that asks for patience: one that answers a fault may do so to this one alone.
fn answered(status: u16, pause: Option<Duration>) -> Outcome {
    match status {
        200..=299 => Outcome::Delivered,
        410 => Outcome::Gone { why: format!("answered {status}: {}", meaning(status)) },
        413 => Outcome::Refused { why: format!("answered {status}: {}", meaning(status)) },
        _ => failed(format!("answered {status}: {}", meaning(status)), pause, pause.is_some()),
    }
}

/// What a status that is no success comes to, and what is to be done.
pub(crate) fn meaning(status: u16) -> &'static str {
    match status {
        300..=399 => "a redirect, which is not followed; set its new URL",
        410 => "it wants no more; what comes for it is kept, and sent once the host was restarted",
        413 => "the notification is too large for it",
        401 | 403 => "it does not let this host in; check `secret`, `headers` and `certificate`",
        404 | 405 => "nothing takes notifications at this `url`",
        407 => "what stands before it wants credentials; check `proxy`",
        408 | 429 => "it asks for patience",
        400..=499 => "it does not take this notification; its own log should say why",
        _ => "it has a trouble of its own",
    }
}

fn unsent(error: &egress::Error) -> Outcome {
    match error.retry() {
        Retry::Never => Outcome::Refused { why: error.to_string() },
        Retry::After(pause) => failed(error.to_string(), Some(pause), true),
        Retry::Backoff => failed(error.to_string(), None, error.is_of_it_all()),
    }
}

fn failed(why: String, pause: Option<Duration>, of_it_all: bool) -> Outcome {
    Outcome::Failed { why, pause, of_it_all }
}

fn headers(config: &config::Destination) -> Vec<Header> {
    let token = config.verification_token.clone().map(|token| Header::new(TOKEN_HEADER, token));
    config.headers.iter().cloned().chain(token).collect()
}

fn handshake(how: Handshake, token: &Secret, challenge: &str) -> Request {
    let json_headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let words = [("challenge", challenge), (TOKEN_HEADER, token.expose())];
    match how {
        Handshake::Post => Request {
            method: Method::Post,
            headers: json_headers,
            body: Some(Bytes::from(
                json!({ "verification-token": token.expose(), "challenge": challenge }).to_string(),
            )),
            ..Request::default()
        },
        Handshake::Get => {
            let query = url::form_urlencoded::Serializer::for_suffix(String::from("?"), 1)
                .extend_pairs(words)
                .finish();
            Request { method: Method::Get, target: query, ..Request::default() }
        }
    }
}

/// A word that nobody can guess.
fn challenge() -> Option<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(HEXLOWER.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_outcome() {
        assert_eq!(answered(204, None), Outcome::Delivered);
        assert!(matches!(answered(410, None), Outcome::Gone { .. }));
        assert!(matches!(answered(413, None), Outcome::Refused { .. }));
        for status in [301, 400, 401, 422, 429, 500, 503] {
            for pause in [None, Some(Duration::from_secs(7))] {
                let Outcome::Failed { pause: asked, of_it_all, .. } = answered(status, pause)
                else {
                    unreachable!("{status}");
                };
                assert_eq!((asked, of_it_all), (pause, pause.is_some()), "{status}");
            }
        }
    }
}
