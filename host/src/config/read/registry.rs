//! `[[connector]]`, and `[[registry]]` that some of them need.

use serde_json::json;

use super::{
    auth,
    form::Form,
    identity::{self, Shown},
    kind::Kind,
    plain::{boolean, networks},
    proxy::proxy,
    secret,
    table::Table,
};
use crate::{
    config::{Placed, Registry},
    oci::{self, Reference},
};

pub(super) fn connector() -> Kind<Placed<Reference>> {
    let form = Form::new(
"a connector","A connector that comes from a registry, beside those of the folder. `rounds connector pull` \
         looks up what it stands for and writes `rounds.lock`. There may be several.",Option::<Placed<Reference>>::default)
.need(
            "from",
            reference().placed(),
            "Where it is: registry, name, and a version or a digest.",
            |it| it,
        );
    form.finish(|_, from| from)
}

fn reference() -> Kind<Reference> {
    let schema = json!({ "type": "string", "pattern": "^oci://[^/]+/.+[:@].+$" });
    Kind::plain("reference", "\"oci://registry.example/team/name:1.2.0\"", schema, |it| it.parsed())
}

pub(super) fn registry() -> Kind<Registry> {
    let form = Form::new(
"a registry","How to get at a registry that connectors come from; only where it needs any of this. There \
         may be several.",|| Shown::beside(Registry::new("")))
.given(
                "host",
                host().placed(),
                "The registry's host, and its port where it has its own, as references write it; \
                 unique.",
                |it, host| (it.host, it.place) = (host.value, host.place),
            )
            .needed()
.set(
                "auth",
                auth::of_a_registry().placed(),
                "How requests prove who asks; without it they do not.",
                |it| &mut it.auth,
            )
.set(
                "private_addresses",
                networks(),
                "Private networks or addresses that it may be in. One that is its `host` itself need \
                 not be named again; all other private addresses are refused.",
                |it| &mut it.private_addresses,
            )
.may(
                "ca",
                secret::certificates(),
                "Further authorities whose certificates it may have, beside those of the machine.",
                |it| &mut it.ca,
            )
.may(
                "http",
                boolean(),
                "Whether it is asked by plain http, which only a registry in `private_addresses` or on \
                 this machine may be. Without it, one on this machine's loopback is, unless it has a `ca` or \
                 a `certificate`; others are not.",
                |it| &mut it.http,
            )
.may(
                "proxy",
                proxy(),
                "A forward proxy that requests go through, those for tokens as well; without it, that of \
                 `[host]`, or none.",
                |it| &mut it.proxy,
            );
    let form = identity::keys(form, identity::TO_SERVERS);
    form.finish(|table, registry| {
        let (mut registry, certificate) = registry.judged(table);
        registry.certificate = certificate;
        plain_http(table, &registry);
        Some(registry)
    })
}

fn host() -> Kind<String> {
    let schema = json!({ "type": "string", "pattern": "^[^/\\s]+$" });
    Kind::plain("host", "\"registry.example:5000\"", schema, |value| {
        let host = value.clone().text()?;
        match oci::is_host(host) {
            true => Some(host.to_owned()),
            false => value
                .bad("write a host, and its port if it has its own, as `registry.example:5000`"),
        }
    })
}

/// Without TLS anybody on the way reads the credentials, so the network has to be one's own.
fn plain_http(table: &Table<'_>, registry: &Registry) {
    if registry.http != Some(true) {
        return;
    }
    if !registry.reachable().is_empty() {
        let warning = "credentials are readable for everybody on the way; use https";
        return table.warn_value("http", warning);
    }
    table.bad_value::<()>(
        "http",
        "only a registry in a network of yours is asked by plain http; name its network in \
         `private_addresses`",
    );
}
