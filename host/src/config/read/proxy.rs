//! `proxy`: a URL alone, or a table with who we are there and whom it is not asked for.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::json;
use url::Url;

use super::{
    form::Form,
    kind::Kind,
    plain::{text, url},
    secret::secret,
};
use crate::config::{Proxy, ProxyCredentials, Secret};

/// What is written of it.
#[derive(Default)]
struct Draft {
    url: Option<Url>,
    user: Option<String>,
    password: Option<Secret>,
    no_proxy: Vec<String>,
}

pub(super) fn proxy() -> Kind<Proxy> {
    place().then(|_, url| Some(Proxy::new(url))).or_table(table())
}

fn table() -> Kind<Proxy> {
    let user = text().then(|value, user| match user.contains(':') {
        true => value.bad("a user's name has no colon"),
        false => Some(user),
    });
    let form = Form::new(
        "`proxy`",
        "A forward proxy that requests go through, those by https with `CONNECT`. Whom it leads to is \
         looked up there, so that `private_addresses` does not count. Variables as `HTTPS_PROXY` \
         are not heeded.",
        Draft::default,
    )
    .need("url", place(), "Where it is: `http` or `https`, a host and a port.", |it| &mut it.url)
    .may("user", user, "Who we are there (HTTP Basic), without a colon.", |it| &mut it.user)
    .may("password", secret(), "The user's password.", |it| &mut it.password)
    .set(
        "no_proxy",
        unproxied().list(),
        "Whom it is not asked for: hosts with all below them (`hospital.example`), addresses, and \
         networks as `10.0.0.0/8`; `*` is everybody.",
        |it| &mut it.no_proxy,
    );
    let form = form.beside("user", "password", |table, _| {
        table.bad_value::<()>("user", "it needs its `password` beside it");
    });
    let form = form.beside("password", "user", |table, _| {
        table.bad_value::<()>("password", "it needs its `user` beside it");
    });
    form.finish(|_, Draft { url, user, password, no_proxy }| {
        let known = user.zip(password);
        let credentials = known.map(|(user, password)| ProxyCredentials { user, password });
        Some(Proxy { url: url?, credentials, no_proxy })
    })
}

/// Somebody who is asked without it.
fn unproxied() -> Kind<String> {
    text().then(|value, named| match wrong(named.trim()) {
        Some(what) => value.bad(what),
        None => Some(named.trim().to_owned()),
    })
}

/// Why what is written names nobody.
fn wrong(named: &str) -> Option<String> {
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    let is_network = || named.parse::<IpNet>().is_ok();
    if named == "*" || is_address(named) || is_network() {
        return None;
    }
    if named.contains("://") {
        return Some("a host stands here alone, without `http://`".into());
    }
    if let Some(below) = named.strip_prefix("*.") {
        return Some(format!("`{below}` stands for all hosts below it as well: leave `*.` out"));
    }
    if named.contains('/') {
        return Some("a network is written as `10.0.0.0/8`".into());
    }
    if named.contains(':') {
        return Some("a host stands here without its port: it counts for all of them".into());
    }
    let host = named.strip_prefix('.').unwrap_or(named);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_host = !host.is_empty() && host.chars().all(is_part);
    (!is_host).then(|| "a host is written as `hospital.example`".into())
}

fn place() -> Kind<Url> {
    let pattern = r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+/?\s*$";
    let schema = json!({ "type": "string", "format": "uri", "pattern": pattern });
    let read = url().read;
    Kind::plain("URL", "\"http://proxy.example:3128\"", schema, move |value| {
        let url = read(value.clone())?;
        match url.path() == "/" && url.query().is_none() {
            true => Some(url),
            false => value.bad("a proxy has no path, as `http://proxy.example:3128`"),
        }
    })
}
