//! `auth = { type = "…", … }`.

use std::collections::BTreeMap;

use super::{
    header, secret,
    table::{Table, hint},
    unread_url,
    value::Value,
};
use crate::config::{
    Auth, Secret,
    auth::{Algorithm, BackendServices, ClientCredentials, DEFAULT_SCOPE},
    key,
};

/// As [`Auth::kind`] has them.
const KINDS: [&str; 7] = [
    "none",
    "basic",
    "bearer",
    "header",
    "oauth2-client-credentials",
    "smart-backend-services",
    "session",
];

pub(super) fn read(value: Value<'_>) -> Option<Auth> {
    let mut table = value.table("`auth`")?;
    let kind = table.need("type", kind)?;
    let auth = match kind {
        "basic" => basic(&mut table),
        "bearer" => bearer(&mut table),
        "header" => own_header(&mut table),
        "oauth2-client-credentials" => client_credentials(&mut table),
        "smart-backend-services" => backend_services(&mut table),
        "session" => session(&mut table),
        _ => Some(Auth::None),
    };
    table.finish();
    auth
}

fn kind(value: Value<'_>) -> Option<&'static str> {
    let written = value.clone().text()?;
    match KINDS.into_iter().find(|kind| *kind == written) {
        Some(kind) => Some(kind),
        None => value.bad(format!("unknown way to sign in `{written}`; {}", hint(written, &KINDS))),
    }
}

fn basic(table: &mut Table<'_>) -> Option<Auth> {
    let user = table.need("user", |value| match value.clone().text()? {
        user if user.contains(':') => value.bad("a user's name has no colon"),
        user => Some(user.to_owned()),
    });
    let password = table.need("password", secret::read);
    Some(Auth::Basic { user: user?, password: password? })
}

fn bearer(table: &mut Table<'_>) -> Option<Auth> {
    Some(Auth::Bearer { token: table.need("token", header::secret)? })
}

fn own_header(table: &mut Table<'_>) -> Option<Auth> {
    let name = table.need("name", |value| header::name(&value, value.clone().text()?));
    let value = table.need("value", header::secret);
    Some(Auth::Header { name: name?, value: value? })
}

fn client_credentials(table: &mut Table<'_>) -> Option<Auth> {
    let token_url = table.need("token_url", Value::url);
    let client_id = table.need("client_id", Value::owned);
    let client_secret = table.need("client_secret", secret::read);
    let scope = table.get("scope", Value::owned);
    Some(Auth::ClientCredentials(ClientCredentials {
        token_url: token_url?,
        client_id: client_id?,
        client_secret: client_secret?,
        scope,
    }))
}

fn backend_services(table: &mut Table<'_>) -> Option<Auth> {
    let token_url = table.need("token_url", Value::url).or_else(unread_url)?;
    let client_id = table.need("client_id", Value::owned).unwrap_or_default();
    let key = table.need("key", private_key);
    let named = table.get("algorithm", |value| Some((algorithm(value.clone())?, value)));
    let key_id = table.get("key_id", Value::owned);
    let jku = table.get("jku", Value::url);
    let scope = table.get("scope", Value::owned).unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
    let (key, algorithm) = key?;
    if let Some((named, value)) = named
        && named != algorithm
    {
        let (named, fits) = (named.as_str(), algorithm.as_str());
        return value.bad(format!("the key signs with {fits}, not {named}"));
    }
    let client = BackendServices { token_url, client_id, key, algorithm, key_id, jku, scope };
    Some(Auth::BackendServices(client))
}

fn private_key(value: Value<'_>) -> Option<(Secret, Algorithm)> {
    let secret = secret::read(value.clone())?;
    match key::algorithm(&secret) {
        Ok(algorithm) => Some((secret, algorithm)),
        Err(error) => value.bad(error),
    }
}

fn algorithm(value: Value<'_>) -> Option<Algorithm> {
    match value.clone().text()? {
        "RS384" => Some(Algorithm::Rs384),
        "ES384" => Some(Algorithm::Es384),
        other => value.bad(format!("unknown algorithm `{other}`; known are `RS384`, `ES384`")),
    }
}

fn session(table: &mut Table<'_>) -> Option<Auth> {
    let secrets = table.need("secrets", |value| {
        let named = value.table("the secrets of a session")?.entries().into_iter();
        let named = named.filter_map(|it| Some((it.key().to_owned(), secret::read(it)?)));
        Some(named.collect::<BTreeMap<_, _>>())
    });
    Some(Auth::Session { secrets: secrets? })
}
