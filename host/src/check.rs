//! What only a loaded connector can judge of a configuration: its actions, its settings, its ways
//! to sign in. Pure; every fault is told at its place.

use jsonschema::{ValidationError, error::ValidationErrorKind};
use serde_json::Value;

use crate::{
    config::{Config, Connection, Errors, Task},
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
    // What is missing as a whole is missing from the connection.
    let place = if settings.place.is_nowhere() { connection.place } else { settings.place };
    for what in wrong_settings(manifest, &settings.value) {
        errors.at(place, what);
    }
}

/// All that the manifest's schema says against settings.
pub(crate) fn wrong_settings(manifest: &Manifest, settings: &Value) -> Vec<String> {
    let Ok(schema) = jsonschema::validator_for(&manifest.settings_schema) else {
        return vec![format!(
            "the settings of `{}` cannot be checked: its schema is no JSON Schema",
            manifest.name
        )];
    };
    let errors = schema.iter_errors(settings).map(|error| {
        let at = error.instance_path().to_string();
        format!("settings{}: {}", dotted(&at), wrong_setting(&error, &at, settings))
    });
    errors.collect()
}

/// What is wrong, by the names of settings but never by their values, which may be anything.
fn wrong_setting(error: &ValidationError<'_>, at: &str, settings: &Value) -> String {
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unknown(unexpected),
        // A schema without any property says no more than that: nothing is known.
        ValidationErrorKind::FalseSchema => {
            let table = settings.pointer(at).and_then(Value::as_object);
            unknown(
                &table.map(|table| table.keys().cloned().collect::<Vec<_>>()).unwrap_or_default(),
            )
        }
        ValidationErrorKind::Required { property: Value::String(name) } => {
            format!("`{name}` is missing")
        }
        _ => error.masked().to_string(),
    }
}

fn unknown(names: &[String]) -> String {
    match names {
        [] => "nothing is known here".into(),
        names => format!("unknown: `{}`", names.join("`, `")),
    }
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
