//! `proxy`: a URL alone, or a table with who we are there and whom it is not asked for.

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
        text().list(),
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
