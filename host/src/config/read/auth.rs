//! `auth = { type = "…", … }`.

use url::Url;

use super::{
    form::{Form, Tagged, by_tag},
    header,
    kind::Kind,
    plain::{choice, quoted, text, url},
    secret::secret,
};
use crate::config::{
    Auth, Secret,
    auth::{Algorithm, BackendServices, ClientAuth, ClientCredentials, DEFAULT_SCOPE},
    key,
};

/// How a connection signs in.
pub(super) fn of_a_connection() -> Kind<Auth> {
    let session = session();
    let ways = [none(), basic(), bearer(), own_header(), client_credentials()];
    let forms: Vec<_> = ways.into_iter().chain([backend_services(), session]).collect();
    let what = (
        "`auth`",
        "How requests prove who asks. `type` says which way, and so which further keys there are; \
         the connector has to offer that way (`rounds connector inspect` shows them).",
    );
    let tag = ("type", "The way to sign in.");
    by_tag(what, tag, forms, |value, written, known| {
        let hint = super::table::hint(written, known);
        value.bad::<()>(format!("unknown way to sign in `{written}`; {hint}"));
    })
}

/// How one signs in at a registry.
pub(super) fn of_a_registry() -> Kind<Auth> {
    let what = ("`auth` of a registry", "How requests for connectors prove who asks.");
    let tag = ("type", "The way to sign in.");
    by_tag(what, tag, vec![none(), basic(), bearer()], |value, written, _| {
        value.bad::<()>(format!(
            "a registry signs in with `none`, `basic` or `bearer`, not `{written}`"
        ));
    })
}

/// What a form has read: what it needs is there once it has told nothing.
type Draft<A, B> = (Option<A>, Option<B>);

fn none() -> Tagged<Auth> {
    let form = Form::new("`auth`", "Nothing is added to requests.", || ());
    form.tagged("none", |_, ()| Some(Auth::None))
}

fn basic() -> Tagged<Auth> {
    let user = text().then(|value, user| match user.contains(':') {
        true => value.bad("a user's name has no colon"),
        false => Some(user),
    });
    let form = Form::new(
        "`auth`",
        "`Authorization: Basic …` (RFC 7617).",
        Draft::<String, Secret>::default,
    )
    .need("user", user, "The user's name, without a colon.", |it| &mut it.0)
    .need("password", secret(), "The user's password.", |it| &mut it.1);
    form.tagged("basic", |_, (user, password)| {
        Some(Auth::Basic { user: user?, password: password? })
    })
}

fn bearer() -> Tagged<Auth> {
    let form = Form::new(
        "`auth`",
        "`Authorization: Bearer …` with a token that never changes.",
        Option::<Secret>::default,
    )
    .need("token", header::secret_value(), "The token: one line of ASCII.", |it| it);
    form.tagged("bearer", |_, token| Some(Auth::Bearer { token: token? }))
}

fn own_header() -> Tagged<Auth> {
    let form = Form::new(
        "`auth`",
        "A header of the EHR's own, as an API key.",
        Draft::<String, Secret>::default,
    )
    .need("name", header::own_name(), "The header's name, which is none of the host's own.", |it| {
        &mut it.0
    })
    .need("value", header::secret_value(), "The header's value: one line of ASCII.", |it| {
        &mut it.1
    });
    form.tagged("header", |_, (name, value)| Some(Auth::Header { name: name?, value: value? }))
}

/// Where a client's tokens come from, and who it is there.
struct Client<P> {
    token_url: Option<Url>,
    client_id: Option<String>,
    /// What proves it.
    proof: Option<P>,
    client_auth: ClientAuth,
    scope: Option<String>,
    parameters: Vec<(String, String)>,
    algorithm: Option<Algorithm>,
    key_id: Option<String>,
    jku: Option<Url>,
}

impl<P> Default for Client<P> {
    fn default() -> Self {
        Self {
            token_url: None,
            client_id: None,
            proof: None,
            client_auth: ClientAuth::default(),
            scope: None,
            parameters: Vec::new(),
            algorithm: None,
            key_id: None,
            jku: None,
        }
    }
}

const TOKEN_URL: &str =
    "Where tokens come from. An address that stands in it itself may be private.";
const CLIENT_ID: &str = "Who asks, as the server registered it.";
const PARAMETERS: &str =
    "What else the token endpoint wants to be told, as `{ audience = \"https://ehr.example\" }`.";

const CLIENT_AUTHS: [(&str, ClientAuth); 2] =
    [("basic", ClientAuth::Basic), ("post", ClientAuth::Post)];

/// What the host itself says in a request for a token.
const OWN_PARAMETERS: [&str; 6] = [
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "grant_type",
    "scope",
];

fn parameters() -> Kind<Vec<(String, String)>> {
    let named = text().named("audience").then(|value, named| {
        let own = named.iter().find(|(name, _)| OWN_PARAMETERS.contains(&name.as_str()));
        match own {
            Some((name, _)) => value.bad(format!("`{name}` is the host's own to send")),
            None => Some(named),
        }
    });
    named.shown(|named| named.is_empty().then(|| "{}".to_owned()))
}

fn client_credentials() -> Tagged<Auth> {
    let form = Form::new(
        "`auth`",
        "OAuth 2 client credentials (RFC 6749, 4.4). A token is asked for when one is needed, and \
         anew before it ends.",
        Client::<Secret>::default,
    )
    .need("token_url", url(), TOKEN_URL, |it| &mut it.token_url)
    .need("client_id", text(), CLIENT_ID, |it| &mut it.client_id)
    .need("client_secret", secret(), "What proves it.", |it| &mut it.proof)
    .may(
        "scope",
        text(),
        "What is asked for, separated by spaces; without it, what the server gives by itself.",
        |it| &mut it.scope,
    )
    .set(
        "client_auth",
        choice("unknown way", CLIENT_AUTHS).shown(|it| {
            let known = CLIENT_AUTHS.into_iter().find(|(_, known)| known == it);
            known.map(|(name, _)| quoted(name))
        }),
        "In what id and secret are sent: `basic`, a header, which every server must take, or `post`, \
         the form, which some take alone.",
        |it| &mut it.client_auth,
    )
    .set("parameters", parameters(), PARAMETERS, |it| &mut it.parameters);
    form.tagged("oauth2-client-credentials", |_, client| {
        Some(Auth::ClientCredentials(ClientCredentials {
            token_url: client.token_url?,
            client_id: client.client_id?,
            client_secret: client.proof?,
            client_auth: client.client_auth,
            scope: client.scope,
            parameters: client.parameters.into_iter().collect(),
        }))
    })
}

/// A private key, and how it signs.
type Key = (Secret, Algorithm);

fn backend_services() -> Tagged<Auth> {
    let form = Form::new(
        "`auth`",
        "SMART Backend Services: client credentials with an assertion that a private key signs.",
        || Client::<Key> { scope: Some(DEFAULT_SCOPE.to_owned()), ..Client::default() },
    )
    .need("token_url", url(), TOKEN_URL, |it| &mut it.token_url)
    .need("client_id", text(), CLIENT_ID, |it| &mut it.client_id)
    .need(
        "key",
        private_key(),
        "The private key, in PEM without a passphrase: RSA, or EC on P-384.",
        |it| &mut it.proof,
    )
    .may(
        "algorithm",
        choice("unknown algorithm", ALGORITHMS.map(|it| (it.as_str(), it))),
        "How the key signs, which the key itself says already: RS384 for RSA, ES384 for EC. \
                 An error where they differ.",
        |it| &mut it.algorithm,
    )
    .may(
        "key_id",
        text(),
        "The key's `kid` at the server; without it assertions name none.",
        |it| &mut it.key_id,
    )
    .may(
        "jku",
        url(),
        "Where the server finds the public keys; without it assertions do not say.",
        |it| &mut it.jku,
    )
    .set("scope", scope(), "What is asked for, separated by spaces.", |it| &mut it.scope)
    .set("parameters", parameters(), PARAMETERS, |it| &mut it.parameters);
    form.tagged("smart-backend-services", |table, client| {
        let (key, algorithm) = client.proof?;
        if let Some(named) = client.algorithm.filter(|named| *named != algorithm) {
            let (named, fits) = (named.as_str(), algorithm.as_str());
            return table.bad_value("algorithm", format!("the key signs with {fits}, not {named}"));
        }
        Some(Auth::BackendServices(BackendServices {
            token_url: client.token_url?,
            client_id: client.client_id?,
            key,
            algorithm,
            key_id: client.key_id,
            jku: client.jku,
            scope: client.scope?,
            parameters: client.parameters.into_iter().collect(),
        }))
    })
}

const ALGORITHMS: [Algorithm; 2] = [Algorithm::Rs384, Algorithm::Es384];

fn scope() -> Kind<Option<String>> {
    let text = text();
    let show = |scope: &Option<String>| scope.as_deref().map(quoted);
    text.then(|_, scope| Some(Some(scope))).shown(show)
}

fn private_key() -> Kind<Key> {
    secret().then(|value, secret| match key::algorithm(&secret) {
        Ok(algorithm) => Some((secret, algorithm)),
        Err(error) => value.bad(error),
    })
}

fn session() -> Tagged<Auth> {
    let form = Form::new(
        "`auth`",
        "The EHR's own sign-in call, which the connector shapes. Not supported yet.",
        Option::<Vec<(String, Secret)>>::default,
    )
    .need(
        "secrets",
        secret().named("NAME"),
        "What the connector's `{{secret.NAME}}` stand for, by name.",
        |it| it,
    );
    form.tagged("session", |_, secrets| {
        Some(Auth::Session { secrets: secrets?.into_iter().collect() })
    })
}
