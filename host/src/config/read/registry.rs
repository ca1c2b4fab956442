//! `[[connector]]`, and `[[registry]]` that some of them need.

use super::{auth, secret, table::Table, value::Value};
use crate::{
    config::{Auth, Placed, Registry},
    oci::{self, Reference},
};

pub(super) fn connector(value: Value<'_>) -> Option<Placed<Reference>> {
    let mut table = value.table("a connector")?;
    let from = table.need("from", |value| value.placed(Value::parsed));
    table.finish();
    from
}

pub(super) fn read(value: Value<'_>) -> Option<Registry> {
    let mut table = value.table("a registry")?;
    let host = table.need("host", |value| value.placed(host)).unwrap_or_default();
    let mut registry = Registry::new(host.value);
    registry.place = host.place;
    table.set("auth", &mut registry.auth, |value| value.placed(sign_in));
    let networks = &mut registry.private_addresses;
    table.set("private_addresses", networks, |value| value.list(Value::network));
    table.set_some("ca", &mut registry.ca, secret::certificates);
    plain_http(&mut table, &mut registry);
    table.finish();
    Some(registry)
}

fn host(value: Value<'_>) -> Option<String> {
    let host = value.clone().text()?;
    if !oci::is_host(host) {
        return value
            .bad("write a host, and its port if it has its own, as `registry.example:5000`");
    }
    Some(host.to_owned())
}

fn sign_in(value: Value<'_>) -> Option<Auth> {
    match auth::read(value.clone())? {
        auth @ (Auth::None | Auth::Basic { .. } | Auth::Bearer { .. }) => Some(auth),
        other => value.bad(format!(
            "a registry signs in with `none`, `basic` or `bearer`, not `{}`",
            other.kind()
        )),
    }
}

/// Without TLS anybody on the way reads the credentials, so the network has to be one's own.
fn plain_http(table: &mut Table<'_>, registry: &mut Registry) {
    let named = !registry.reachable().is_empty();
    table.set_some("http", &mut registry.http, |value| {
        let http = value.clone().boolean()?;
        if http && !named {
            return value.bad(
                "only a registry in a network of yours is asked by plain http; name \
                              its network in `private_addresses`",
            );
        }
        if http {
            value.warn("credentials are readable for everybody on the way; use https");
        }
        Some(http)
    });
}
