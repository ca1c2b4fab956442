//! A real sign-in server (`oidc-provider`) for client credentials.

use serde_json::{Value, json};

use super::{KeyPair, install::node, process::Process};

/// The client with which the tests themselves ask about tokens.
const ASKER: (&str, &str) = ("the-tests", "the-tests-own-secret");

/// A running sign-in server that really checks its clients. Scopes: `system/*.read`,
/// `system/*.rs`, `system/*.*`; others it drops without a word.
pub(crate) struct Oidc {
    process: Process,
    http: reqwest::Client,
}

impl Oidc {
    /// Starts it with these clients (see [`Oidc::signing`] and [`Oidc::secret`]), its tokens
    /// lasting so many seconds.
    pub(crate) async fn start(mut clients: Vec<Value>, seconds: u32) -> Self {
        clients.push(Self::secret(ASKER.0, ASKER.1));
        let mut command = node("oidc.mjs");
        command.env("ROUNDS_OIDC_CLIENTS", json!(clients).to_string());
        command.env("ROUNDS_OIDC_SECONDS", seconds.to_string());
        let process = Process::start("oidc-provider", command).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { process, http }
    }

    /// A client that signs in with `private_key_jwt`.
    pub(crate) fn signing(client_id: &str, keys: &KeyPair) -> Value {
        json!({
            "client_id": client_id,
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": keys.algorithm,
            "jwks": keys.jwks,
        })
    }

    /// A client that signs in with `client_secret_basic`.
    pub(crate) fn secret(client_id: &str, secret: &str) -> Value {
        json!({
            "client_id": client_id,
            "client_secret": secret,
            "token_endpoint_auth_method": "client_secret_basic",
        })
    }

    /// Where tokens are asked for.
    pub(crate) fn token_url(&self) -> String {
        format!("{}/token", self.process.origin())
    }

    /// Which client this token was issued to, if it was and still is valid.
    pub(crate) async fn client_of(&self, token: &str) -> Option<String> {
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .finish();
        let asked = self.http.post(format!("{}/token/introspection", self.process.origin()));
        let asked = asked.basic_auth(ASKER.0, Some(ASKER.1)).body(form);
        let asked = asked.header("content-type", "application/x-www-form-urlencoded");
        let answer = asked.send().await.expect("an introspection").text().await.expect("its text");
        let said: Value = serde_json::from_str(&answer).expect("JSON");
        said["active"].as_bool()?.then(|| said["client_id"].as_str().map(str::to_owned))?
    }

    /// Every try to get a token so far: `{"client", "ok", "error"?}`.
    pub(crate) fn tries(&self) -> Vec<Value> {
        self.process.lines()
    }
}
