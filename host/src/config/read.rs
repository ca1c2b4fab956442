//! From TOML to values: a reader that goes on after a fault, so that it finds them all.
//!
//! serde would stop at the first one. So tables are read key by key: a getter that fails notes
//! why, at the value's place, and the reading goes on with the default or with a placeholder
//! that nobody gets to see, as a text with any fault gives no configuration.

mod admin;
mod auth;
mod connection;
mod destination;
mod folders;
mod header;
mod host;
mod keep;
mod registry;
mod seal;
mod secret;
mod settings;
mod source;
mod table;
mod trust;
mod value;

use std::path::Path;

use toml::de::DeTable;
use url::Url;

use self::{source::Source, table::Table};
use super::{Config, Environment, Errors, place::Lines};

/// Reads and checks a whole text; `file` names it in errors, and its folder is that of every
/// relative path within.
pub(super) fn config(
    text: &str,
    file: &str,
    environment: &dyn Environment,
) -> Result<Config, Errors> {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let source = Source::new(text, file, folder, environment);
    let tree = DeTable::parse(text).map_err(|error| syntax(text, file, &error))?;
    let root = Table::new(&source, tree.get_ref(), tree.span(), "the configuration");
    let mut config = root_table(root);
    file.clone_into(&mut config.file);
    let (mut errors, warnings) = source.into_findings();
    config.warnings = warnings;
    super::check::check(&config, &mut errors);
    errors.finish(config)
}

fn root_table(mut root: Table<'_>) -> Config {
    let mut config = Config { host: host::defaults(&root), ..Config::default() };
    root.set("host", &mut config.host, host::read);
    root.set("connector", &mut config.connectors, |value| value.tables(registry::connector));
    root.set("registry", &mut config.registries, |value| value.tables(registry::read));
    root.set("connection", &mut config.connections, |value| value.tables(connection::read));
    root.set("destination", &mut config.destinations, |value| value.tables(destination::read));
    if !root.has("connection") {
        root.refuse_whole("no [[connection]]: there is nothing to poll");
    }
    if !root.has("destination") {
        root.warn_whole("no [[destination]]: nobody is told of any change");
    }
    root.finish();
    config
}

fn syntax(text: &str, file: &str, error: &toml::de::Error) -> Errors {
    let place = error.span().map(|span| Lines::new(text).place(span.start)).unwrap_or_default();
    let mut errors = Errors::new(file);
    errors.at(place, error.message());
    errors
}

/// Stands for a URL that could not be read, so that reading goes on.
fn unread_url() -> Option<Url> {
    Url::parse("http://unread.invalid/").ok()
}
