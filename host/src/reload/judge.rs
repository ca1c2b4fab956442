//! Whether a connector may be in service: by the configuration that names it, by what was in
//! service before, and by who signed it.

use crate::{
    check,
    config::Config,
    connector::{self, Connector},
    service::Record,
};

/// Why a connector may not be in service.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It failed before.
    #[error("{0} was in service, failed and was rolled back; a file that differs is tried anew")]
    Failed(String),
    /// A newer one was in service.
    #[error(
        "{offered} is older than {served}, which was in service; nothing goes back to an older version unless `host.allow_older` names the connector"
    )]
    Older {
        /// What is offered.
        offered: String,
        /// The highest version that was in service.
        served: String,
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

/// Judges a connector for the connections that use it; `record` is what was in service.
pub(crate) fn judge(
    config: &Config,
    connector: &Connector,
    record: Option<&Record>,
) -> Result<(), Refusal> {
    let label = connector.manifest().label();
    if let Some(record) = record {
        if record.failed.iter().any(|failed| failed == connector.digest()) {
            return Err(Refusal::Failed(label));
        }
        let allowed = config.host.allow_older.contains(&connector.manifest().name);
        if !allowed && connector::is_older(&connector.manifest().version, &record.highest) {
            return Err(Refusal::Older { offered: label, served: record.highest.clone() });
        }
    }
    let errors = check::connector(config, connector.manifest());
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Unfit { label, what: errors.to_string().replace('\n', "; ") }),
    }
}
