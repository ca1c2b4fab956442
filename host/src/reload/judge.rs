//! Whether a file may be in service: by who signed it, by what was in service before, and by the
//! configuration that names it.

use std::path::Path;

use super::File;
use crate::{
    check,
    config::Config,
    connector::{self, Connector, Engine},
    service::Record,
    trust::{self, Facts, Policy},
};

/// Why a connector may not be in service.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It cannot be loaded.
    #[error(transparent)]
    Connector(#[from] connector::Error),
    /// Nobody who is trusted signed it.
    #[error("{path}: {source}")]
    Untrusted {
        /// Which file.
        path: String,
        /// Why not.
        source: trust::Error,
    },
    /// It failed before.
    #[error("{0} was in service, failed and was rolled back; a file that differs is tried anew")]
    Failed(String),
    /// A newer one was in service.
    #[error("{label}: {source}")]
    Older {
        /// What is offered.
        label: String,
        /// The two versions.
        source: trust::version::Error,
    },
    /// The configuration asks for what it does not have.
    #[error("{label} does not fit the configuration: {what}")]
    Unfit {
        /// What is offered.
        label: String,
        /// All that does not fit.
        what: String,
    },
}

/// Loads what may be trusted. A doubt that is no obstacle is logged.
pub(crate) async fn load(
    engine: &Engine,
    config: &Config,
    path: &Path,
    file: &File,
) -> Result<Connector, Refusal> {
    let name = path.display().to_string();
    let policy = Policy::new(&config.host.trust);
    let untrusted = |source| Refusal::Untrusted { path: name.clone(), source };
    // First, so that nothing of a stranger's file is compiled.
    let admitted = policy.admit(file.content.digest(), file.signature.as_deref());
    let admitted = admitted.map_err(untrusted)?;
    let connector = Connector::from_content(engine, &name, &file.content).await?;
    let verdict = policy.confirm(admitted, &Facts::from(&connector)).map_err(untrusted)?;
    if let Some(doubt) = verdict.doubt() {
        tracing::warn!(file = name, %doubt, "a connector is not signed as it should be");
    }
    Ok(connector)
}

/// Judges a connector for the connections that use it; `record` is what was in service, which may
/// always come back.
pub(crate) fn judge(
    config: &Config,
    connector: &Connector,
    record: Option<&Record>,
) -> Result<(), Refusal> {
    let (manifest, label) = (connector.manifest(), connector.manifest().label());
    let comes_back = record.is_some_and(|record| record.may_come_back(connector.digest()));
    if let Some(record) = record.filter(|_| !comes_back) {
        if record.failed.iter().any(|failed| failed == connector.digest()) {
            return Err(Refusal::Failed(label));
        }
        let policy = Policy::new(&config.host.trust);
        let followed = policy.may_follow(&manifest.name, record.newest(), &manifest.version);
        if let Err(source) = followed {
            return Err(Refusal::Older { label, source });
        }
    }
    let errors = check::connector(config, manifest);
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Unfit { label, what: errors.to_string().replace('\n', "; ") }),
    }
}
