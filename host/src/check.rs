//! What only a loaded connector can judge of a configuration: its actions, its settings, its ways
//! to sign in. Pure; every fault is told at its place.

use crate::{
    config::{Config, Connection, Errors, Task},
    connector::{Detection, Library, Manifest},
};

/// All that is wrong between a configuration and the connectors that it names.
pub fn check(config: &Config, library: &Library) -> Errors {
    let mut errors = Errors::new(config.file.clone());
    for connection in &config.connections {
        match library.get(&connection.connector) {
            Some(connector) => check_connection(connection, connector.manifest(), &mut errors),
            None => errors.at(connection.connector.place, missing(connection, library)),
        }
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
    let place = connection.settings.place;
    match jsonschema::validator_for(&manifest.settings_schema) {
        Ok(schema) => {
            for error in schema.iter_errors(&connection.settings.value) {
                errors.at(
                    place,
                    format!(
                        "settings{}: {}",
                        dotted(&error.instance_path().to_string()),
                        error.masked()
                    ),
                );
            }
        }
        Err(_) => errors.at(
            place,
            format!(
                "the settings of `{}` cannot be checked: its schema is no JSON Schema",
                manifest.name
            ),
        ),
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
    if action.detection == Detection::Snapshot {
        errors.at(
            task.place,
            format!(
                "`{name}` finds changes by comparing snapshots, which this host does not do yet"
            ),
        );
    }
}
