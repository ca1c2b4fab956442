//! The author's loop: as sources change, the connector is built, tested, and put in service by a
//! host that runs.
//!
//! Whatever goes wrong at a step is told, and the next change is waited for; what the host serves
//! stays as it is.

mod event;
mod running;
mod sources;

use std::path::{Path, PathBuf};

pub use event::Event;
pub use running::Running;
use sources::Sources;

use crate::{
    connector::{Connector, Engine},
    connector_build,
};

/// Whose loop it is.
pub struct Options {
    /// The connector's folder.
    pub folder: PathBuf,
    /// The host that is to serve it, if there is one.
    pub host: Option<Running>,
    /// What it is loaded with, after a build.
    pub engine: Engine,
}

/// Why there is no loop.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sources cannot be watched.
    #[error("{folder} cannot be watched: {source}")]
    Watch {
        /// The folder.
        folder: String,
        /// Why not.
        source: notify::Error,
    },
}

/// Builds, tests and swaps now and at every change of the sources, until it is dropped. `test`
/// says whether a component is good enough for the host.
///
/// # Errors
/// Where the loop cannot begin; what goes wrong later is told.
pub async fn run(
    options: Options,
    test: impl AsyncFn(&Path) -> bool,
    mut tell: impl FnMut(Event),
) -> Result<(), Error> {
    let Options { folder, host, engine } = options;
    let watch = |source| Error::Watch { folder: folder.display().to_string(), source };
    let mut sources = Sources::watch(&folder).map_err(watch)?;
    loop {
        let made = build(&engine, &folder, &mut tell).await;
        let made = match made {
            Some((_, component)) if !test(&component).await => {
                tell(Event::TestsFailed);
                None
            }
            made => made,
        };
        match (&host, made) {
            (Some(host), Some((connector, component))) => {
                host.serve(&connector, &component, &mut tell).await;
            }
            (None, Some(_)) => tell(Event::NoHost),
            (_, None) => {}
        }
        tell(Event::Watching);
        let changed = sources.changed().await.map_err(watch)?;
        tell(Event::Changed(changed));
    }
}

async fn build(
    engine: &Engine,
    folder: &Path,
    tell: &mut impl FnMut(Event),
) -> Option<(Connector, PathBuf)> {
    tell(Event::Building);
    let component = match connector_build::build_in_place(folder).await {
        Ok(component) => component,
        Err(error) => {
            tell(Event::NotBuilt(error.to_string()));
            return None;
        }
    };
    match Connector::load(engine, &component).await {
        Ok(connector) => {
            tell(Event::Built { label: connector.manifest().label(), size: connector.size() });
            Some((connector, component))
        }
        Err(error) => {
            tell(Event::NotBuilt(error.to_string()));
            None
        }
    }
}
