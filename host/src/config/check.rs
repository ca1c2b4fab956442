//! What one value alone cannot tell: names that clash, names that nobody has.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{Config, Connection, Destination, Errors, Place, nearest::nearest};

/// How long a name may be: it stands in log lines, metrics and tables.
const NAME_LENGTH: usize = 64;

/// Adds all faults between the parts of a configuration.
pub(super) fn check(config: &Config, errors: &mut Errors) {
    let connections = || config.connections.iter().map(|it| (it.name.as_str(), it.place));
    let destinations = config.destinations.iter().map(|it| (it.name.as_str(), it.place));
    names("connection", connections(), errors);
    names("destination", destinations, errors);
    let pulled = config.connectors.iter().map(|it| (it.value.to_string(), it.place));
    once("connector", pulled, errors);
    let registries = config.registries.iter().map(|it| (it.host.clone(), it.place));
    once("registry", registries, errors);
    for connection in &config.connections {
        actions(connection, errors);
    }
    for destination in &config.destinations {
        wanted(destination, connections().map(|(name, _)| name), errors);
    }
}

/// Names are well formed and unique. An empty one is none at all, which the reader has told.
fn names<'c>(
    what: &str,
    named: impl Iterator<Item = (&'c str, Place)> + Clone,
    errors: &mut Errors,
) {
    for (name, place) in named.clone().filter(|(name, _)| !name.is_empty() && !is_name(name)) {
        errors.at(place, malformed(name));
    }
    once(what, named.map(|(name, place)| (name.to_owned(), place)), errors);
}

/// Each is there once. An empty one is none at all, which the reader has told.
fn once(what: &str, named: impl Iterator<Item = (String, Place)>, errors: &mut Errors) {
    let mut first = BTreeMap::new();
    for (name, place) in named.filter(|(name, _)| !name.is_empty()) {
        match first.entry(name) {
            Entry::Vacant(free) => drop(free.insert(place)),
            Entry::Occupied(taken) => {
                let (name, earlier) = (taken.key(), first_at(*taken.get()));
                errors.at(place, format!("a second {what} `{name}`{earlier}"));
            }
        }
    }
}

fn first_at(place: Place) -> String {
    if place.is_nowhere() {
        String::new()
    } else {
        format!("; the first is in line {}", place.line)
    }
}

fn malformed(name: &str) -> String {
    format!(
        "`{name}` is no name: one has up to {NAME_LENGTH} of a–z, 0–9, `-`, `_` and `.`, \
         and begins with a letter or a digit"
    )
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= NAME_LENGTH
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().all(|byte| is_plain(byte) || b"-_.".contains(&byte))
}

/// An action is polled by one task; only a program can write two.
fn actions(connection: &Connection, errors: &mut Errors) {
    let mut seen = Vec::new();
    for task in &connection.tasks {
        if seen.contains(&&task.action) {
            errors.at(task.place, format!("a second task of `{}`", task.action));
        }
        seen.push(&task.action);
    }
}

/// A destination wants connections that there are.
fn wanted<'c>(
    destination: &Destination,
    connections: impl Iterator<Item = &'c str> + Clone,
    errors: &mut Errors,
) {
    for wanted in destination.connections.iter().flatten() {
        let name = wanted.as_str();
        if connections.clone().any(|known| known == name) {
            continue;
        }
        let hint = nearest(name, connections.clone());
        let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        errors.at(wanted.place, format!("unknown connection `{name}`{hint}"));
    }
}
