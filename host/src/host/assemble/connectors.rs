//! The connectors of a configuration, loaded.

use std::path::Path;

use super::Error;
use crate::{
    config::Config,
    connector::{Cache, Connector, Engine, Library},
};

/// Guests beside those of the polls that run: collectors have theirs, too.
const GUESTS_A_POLL: usize = 2;

/// Loads the connectors of the folder and those named one by one. A file of the folder that
/// cannot be used is an error only where a connection misses a connector.
pub(super) async fn library(
    config: &Config,
    files: &[std::path::PathBuf],
) -> Result<Library, Error> {
    let cache = cache(&config.host.data.join("cache"))?;
    let engine = Engine::new(
        &config.host.limits,
        config.host.concurrent_polls * GUESTS_A_POLL,
        Some(cache),
    )?;
    let folder = &config.host.connectors;
    let (mut library, errors) = match folder.is_dir() || files.is_empty() {
        true => Library::load(&engine, folder).await?,
        false => (Library::default(), Vec::new()),
    };
    for file in files {
        let connector = Connector::load(&engine, file).await?;
        if let Some(error) = library.add(file, connector) {
            return Err(error.into());
        }
    }
    let missed =
        config.connections.iter().any(|connection| library.get(&connection.connector).is_none());
    for error in errors {
        if missed {
            return Err(error.into());
        }
        tracing::warn!(%error, "a file of the connectors' folder cannot be used");
    }
    Ok(library)
}

fn cache(folder: &Path) -> Result<Cache, Error> {
    Cache::open(folder)
        .map_err(|source| Error::Folder { path: folder.display().to_string(), source })
}
