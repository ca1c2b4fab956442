//! What only a loaded connector can judge of a configuration: its actions, its settings, its ways
//! to sign in. Pure; every fault is told at its place.

use std::collections::BTreeSet;

use jsonschema::{ValidationError, error::ValidationErrorKind};
use serde_json::Value;

use crate::{
    config::{Config, Connection, Errors, Task, Warning, nearest::nearest},
    connector::{Detection, Library, Manifest},
};

/// All that is wrong between a configuration and the connectors that it names.
pub(crate) fn check(config: &Config, library: &Library) -> Errors {
    let mut errors = Errors::new(config.file.clone());
    for connection in &config.connections {
        match library.get(&connection.connector) {
            Some(connector) => check_connection(connection, connector.manifest(), &mut errors),
            None => errors.at(connection.connector.place, missing(connection, library)),
        }
    }
    errors
}

/// The same of what could be read of a text that is wrong.
pub(crate) fn draft(config: &Config, library: &Library) -> Errors {
    let is_read = |it: &&Connection| !it.connector.is_empty();
    let connections = config.connections.iter().filter(is_read).cloned().collect();
    check(&Config { connections, ..config.clone() }, library)
}

/// All that is wrong between the connections that use a connector and what it says of itself.
pub(crate) fn connector(config: &Config, manifest: &Manifest) -> Errors {
    let mut errors = Errors::new(config.file.clone());
    let users = config.connections.iter().filter(|it| it.connector.value == manifest.name);
    for connection in users {
        check_connection(connection, manifest, &mut errors);
    }
    errors
}

fn missing(connection: &Connection, library: &Library) -> String {
    let names = library.names();
    let wanted = &connection.connector.value;
    let nearest = names
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(a, wanted).total_cmp(&strsim::jaro_winkler(b, wanted)));
    match nearest {
        Some(nearest) if strsim::jaro_winkler(nearest, wanted) > 0.8 => {
            format!("no connector `{wanted}` is loaded; did you mean `{nearest}`?")
        }
        Some(_) => format!("no connector `{wanted}` is loaded; loaded: {}", names.join(", ")),
        None => format!("no connector `{wanted}` is loaded; the folder of connectors has none"),
    }
}

fn check_connection(connection: &Connection, manifest: &Manifest, errors: &mut Errors) {
    check_settings(connection, manifest, errors);
    let kind = connection.auth.kind();
    if kind != "none" && !manifest.auth.iter().any(|offered| offered == kind) {
        let offered = manifest.auth.join(", ");
        errors.at(
            connection.auth.place,
            format!("`{}` does not sign in with `{kind}`; it knows: {offered}", manifest.name),
        );
    } else if kind == "session" {
        errors.at(connection.auth.place, "signing in with `session` is not supported yet");
    }
    for task in &connection.tasks {
        check_task(task, manifest, errors);
    }
}

fn check_settings(connection: &Connection, manifest: &Manifest, errors: &mut Errors) {
    let settings = &connection.settings;
    if settings.value.is_null() {
        return;
    }
    for Wrong { at, what } in wrong_settings(manifest, &settings.value) {
        let place = settings.place_of(&at);
        // What is missing as a whole is missing from the connection.
        errors.at(if place.is_nowhere() { connection.place } else { place }, what);
    }
}

/// What a manifest's schema says against settings.
pub(crate) struct Wrong {
    /// Of which of them, by JSON Pointer.
    at: String,
    /// In words that name it.
    pub(crate) what: String,
}

/// All that the manifest's schema says against settings.
pub(crate) fn wrong_settings(manifest: &Manifest, settings: &Value) -> Vec<Wrong> {
    let Ok(schema) = jsonschema::validator_for(&manifest.settings_schema) else {
        let what = format!(
            "the settings of `{}` cannot be checked: its schema is no JSON Schema",
            manifest.name
        );
        return vec![Wrong { at: String::new(), what }];
    };
    schema
        .iter_errors(settings)
        .flat_map(|error| wrong_setting(&error, manifest, settings))
        .collect()
}

/// What is wrong, by the names of settings but never by their values, which may be anything.
fn wrong_setting(error: &ValidationError<'_>, manifest: &Manifest, settings: &Value) -> Vec<Wrong> {
    let at = error.instance_path().to_string();
    let names = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.clone(),
        // A schema without any property says no more than that: nothing is known.
        ValidationErrorKind::FalseSchema => {
            let table = settings.pointer(&at).and_then(Value::as_object);
            table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let unknown = |name: &String| {
        let hint = if at.is_empty() { meant(name, manifest) } else { String::new() };
        let what = format!("settings{}: unknown: `{name}`{hint}", dotted(&at));
        Wrong { at: format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), what }
    };
    if !names.is_empty() {
        return names.iter().map(unknown).collect();
    }
    let what = match error.kind() {
        ValidationErrorKind::FalseSchema => "nothing is known here".to_owned(),
        ValidationErrorKind::Required { property: Value::String(name) } => {
            format!("`{name}` is missing")
        }
        // All of them, however many.
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let options: Vec<_> = options.iter().map(Value::to_string).collect();
            format!("this must be one of {}", options.join(", "))
        }
        _ => error.masked().to_string(),
    };
    vec![Wrong { what: format!("settings{}: {what}", dotted(&at)), at }]
}

/// Which of a connector's settings was meant, if any is spelled nearly so.
fn meant(written: &str, manifest: &Manifest) -> String {
    let known = manifest.settings_schema.get("properties").and_then(Value::as_object);
    let names = known.into_iter().flat_map(|known| known.keys().map(String::as_str));
    match nearest(written, names) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

/// Which patterns of destinations match no event that is told to them: by name of a destination,
/// and in words. What a connector will tell only once it is replaced is none yet.
pub(crate) fn unheard(config: &Config, library: &Library) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for destination in &config.destinations {
        let told = |connection: &&Connection| {
            let names = destination.connections.as_deref();
            names.is_none_or(|names| names.iter().any(|it| it.value == connection.name))
        };
        let connections = config.connections.iter().filter(told);
        let manifests = connections.filter_map(|it| library.get(&it.connector.value));
        let actions = manifests.flat_map(|it| &it.manifest().actions);
        let events: BTreeSet<&str> =
            actions.flat_map(|it| it.events.iter().map(String::as_str)).collect();
        let unmet = destination.events.iter();
        for pattern in unmet.filter(|pattern| !events.iter().any(|it| pattern.matches(it))) {
            let written = pattern.to_string();
            let hint = match nearest(&written, events.iter().copied()) {
                Some(name) => format!("; did you mean `{name}`?"),
                None => String::new(),
            };
            let message = format!(
                "`{}` wants `{written}`, which none of its connections tells{hint}",
                destination.name
            );
            let file = config.file.clone();
            warnings.push(Warning { file, place: destination.place, message });
        }
    }
    warnings
}

/// `/identifier_types/x` as `.identifier_types.x`.
fn dotted(pointer: &str) -> String {
    pointer.replace('/', ".")
}

fn check_task(task: &Task, manifest: &Manifest, errors: &mut Errors) {
    let name = task.action.as_str();
    let Some(action) = manifest.action(name) else {
        let known: Vec<_> = manifest.actions.iter().map(|action| action.name.as_str()).collect();
        return errors.at(
            task.place,
            format!("`{}` has no action `{name}`; it has: {}", manifest.name, known.join(", ")),
        );
    };
    let period = task.cadence.fastest_period();
    if period.as_secs_f64() < f64::from(action.fastest) {
        errors.at(
            task.place,
            format!("`{name}` may be polled every {} s at most often", action.fastest),
        );
    }
    let is_snapshot = action.detection == Detection::Snapshot;
    if task.sweep.is_some() && (is_snapshot || !action.lists) {
        let what = format!("`{name}` has no listing beside its changes, so nothing to sweep");
        errors.at(task.place, what);
    }
    if task.baseline && !action.lists && !is_snapshot {
        let what = format!("`{name}` has no listing, so no baseline can be read of it");
        errors.at(task.place, what);
    }
}
