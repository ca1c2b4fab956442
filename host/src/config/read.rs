//! From TOML to values: a reader that goes on after a fault, so that it finds them all.
//!
//! serde would stop at the first one. So tables are read key by key, each by the list that its
//! [`form`] is: what fails notes why, at the value's place, and the reading goes on with the default
//! or with a placeholder that nobody gets to see, as a text with any fault gives no configuration.

mod action;
mod admin;
mod auth;
mod connection;
mod destination;
mod folders;
mod form;
mod header;
mod host;
mod identity;
mod keep;
mod kind;
mod limits;
mod plain;
mod proxy;
mod registry;
mod seal;
mod secret;
mod settings;
mod source;
mod table;
mod trust;
mod value;

use std::{path::Path, rc::Rc};

use toml::de::DeTable;
use url::Url;

use self::{
    form::{Finished, Form},
    source::Source,
    table::Table,
    value::Value,
};
use super::{Config, Draft, Environment, Errors, Place, Registry, place::Lines, shape::Sheet};

/// Reads and checks a whole text; `file` names it in errors, and its folder is that of every
/// relative path within.
pub(super) fn draft(text: &str, file: &str, environment: &dyn Environment) -> Draft {
    let root = root();
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let source = Source::new(text, file, folder, environment, &root.sheet);
    let tree = match DeTable::parse(text) {
        Ok(tree) => tree,
        Err(error) => return Draft::unread(syntax(text, file, &error)),
    };
    let mut table = Table::root(&source, tree.get_ref(), tree.span());
    let mut config = (root.read)(&mut table, None).unwrap_or_default();
    go_through_the_hosts_proxy(&mut config);
    file.clone_into(&mut config.file);
    let (connectors_are_known, admin_is_known) = source.known();
    let host_is_known = source.host_is_known();
    let (mut errors, warnings) = source.into_findings();
    config.warnings = warnings;
    super::check::check(&config, &mut errors);
    Draft { config, errors, connectors_are_known, admin_is_known, host_is_known }
}

/// Whoever has no proxy of their own goes through the host's.
fn go_through_the_hosts_proxy(config: &mut Config) {
    let Some(proxy) = &config.host.proxy else { return };
    for from in &config.connectors {
        let host = &from.value.host;
        if !config.registries.iter().any(|registry| registry.host == *host) {
            config.registries.push(Registry::new(host));
        }
    }
    let connections = config.connections.iter_mut().map(|it| &mut it.proxy);
    let destinations = config.destinations.iter_mut().map(|it| &mut it.proxy);
    let registries = config.registries.iter_mut().map(|it| &mut it.proxy);
    for own in connections.chain(destinations).chain(registries) {
        own.get_or_insert_with(|| proxy.clone());
    }
}

/// All keys that a text may have.
pub(super) fn book() -> Rc<Sheet> {
    root().sheet
}

fn root() -> Finished<Config> {
    let form = Form::new("the configuration", "", Config::default)
        .may("host", host::host(), "What is the host's own.", |it| &mut it.host)
        .given(
            "connection",
            connection::connection().tables(),
            "Whom the host polls; without any there is nothing to do.",
            |it, connections| it.connections = connections,
        )
        .may(
            "destination",
            destination::destination().tables(),
            "Whom the host tells; without any, nobody.",
            |it| &mut it.destinations,
        )
        .may(
            "connector",
            registry::connector().tables(),
            "Connectors that come from registries.",
            |it| &mut it.connectors,
        )
        .may("registry", registry::registry().tables(), "How to get at those registries.", |it| {
            &mut it.registries
        });
    let form = form.one_of(&["connection"], |root, _| {
        root.source.refuse(Place::default(), "no [[connection]]: there is nothing to poll");
    });
    form.finished(whole)
}

/// What is said of the text as a whole.
fn whole(root: &Table<'_>, mut config: Config) -> Option<Config> {
    if !root.has("host") {
        config.host = host::defaults(root.source);
    }
    if !root.has("destination") {
        let warning = "no [[destination]]: nobody is told of any change";
        root.source.warn(Place::default(), warning);
    }
    let is_no_table = |it: Value<'_>| it.key() == "host" && !it.tree().is_table();
    if root.entries().into_iter().any(is_no_table) {
        root.source.doubt_connectors();
        root.source.doubt_admin();
    }
    if !root.is_sound("host") {
        root.source.doubt_host();
    }
    if !["connector", "registry"].iter().all(|key| root.is_sound(key)) {
        root.source.doubt_connectors();
    }
    Some(config)
}

fn syntax(text: &str, file: &str, error: &toml::de::Error) -> Errors {
    let place = error.span().map(|span| Lines::new(text).place(span.start)).unwrap_or_default();
    let mut errors = Errors::new(file);
    let message = error.message();
    errors.at(place, format!("{message}{}", in_plain_words(message)));
    errors
}

/// What people do who get a fault of TOML's syntax.
fn in_plain_words(message: &str) -> &'static str {
    match message {
        it if it.contains("duplicate key") => {
            ": a key or a table stands here that was there before; of connections there may be \
             several, each under [[connection]]"
        }
        it if it.contains("escape") => {
            ": `\\` begins an escape within \"…\"; write '…' around a path, or `/` in it"
        }
        it if it.contains("key with no value") => ": a key is written as key = value",
        _ => "",
    }
}

/// Stands for a URL that could not be read, so that reading goes on.
#[expect(clippy::expect_used, reason = "a constant, which the tests read")]
fn unread_url() -> Url {
    Url::parse("http://unread.invalid/").expect("a URL")
}
