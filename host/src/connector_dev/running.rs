//! The running host that is to serve what was built.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time;

use super::Event;
use crate::{
    admin::Client,
    config::Config,
    connector::Connector,
    connector_build,
    status::{self, Report},
};

/// How often the host is asked what it makes of a file.
const ASK: Duration = Duration::from_millis(200);
/// How long it may take: it waits until a file is whole, and compiles it.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running host, by its configuration.
pub struct Running {
    folder: PathBuf,
    connectors: Vec<String>,
    client: Client,
}

impl Running {
    /// The host of a configuration, which answers at `client`.
    pub fn of(config: &Config, client: Client) -> Self {
        let used = config.connections.iter().map(|it| it.connector.value.to_string());
        Self { folder: config.host.connectors.clone(), connectors: used.collect(), client }
    }

    /// Puts a component into the host's folder, and tells what the host makes of it.
    pub(super) async fn serve(
        &self,
        connector: &Connector,
        component: &Path,
        tell: &mut impl FnMut(Event),
    ) {
        let before = self.client.status().await;
        let file = file(before.as_ref().ok(), &connector.manifest().name);
        let path = self.folder.join(&file);
        if let Err(error) = connector_build::place(component, &path) {
            return tell(Event::NotPlaced(error.to_string()));
        }
        tell(Event::Placed(path));
        tell(match before {
            Err(error) => Event::Unknown(error.to_string()),
            Ok(before) => self.wait(connector, before.refused.get(&file), &file).await,
        });
    }

    /// What the host makes of it, where `before` is what it refused under that name before.
    async fn wait(&self, connector: &Connector, before: Option<&String>, file: &str) -> Event {
        let name = &connector.manifest().name;
        if !self.connectors.contains(name) {
            return Event::Unused(name.clone());
        }
        let mut last = before.cloned();
        let answer = time::timeout(PATIENCE, async {
            loop {
                match self.client.status().await {
                    Ok(report) => {
                        if let Some(event) = judged(&report, connector, last.as_ref(), file) {
                            return event;
                        }
                        last = report.refused.get(file).cloned();
                    }
                    Err(error) => return Event::Unknown(error.to_string()),
                }
                time::sleep(ASK).await;
            }
        });
        answer.await.unwrap_or_else(|_| match last {
            Some(why) => Event::Refused(why),
            None => Event::Unknown(format!("it said nothing of {file} in {PATIENCE:?}")),
        })
    }
}

/// The file that has the connector, as it may have another name there.
fn file(report: Option<&Report>, name: &str) -> String {
    let served = report.and_then(|report| report.connectors.get(name));
    served.map_or_else(|| format!("{name}.wasm"), |served| served.file.clone())
}

/// What the host says, once it says something of this file that it didn't say before.
fn judged(
    report: &Report,
    connector: &Connector,
    before: Option<&String>,
    file: &str,
) -> Option<Event> {
    let label = connector.manifest().label();
    let served = report.connectors.get(&connector.manifest().name);
    if let Some(status::Connector { on_trial_against, .. }) =
        served.filter(|it| it.digest == connector.digest())
    {
        return Some(Event::Served { label, on_trial_against: on_trial_against.clone() });
    }
    let refused = report.refused.get(file)?;
    (Some(refused) != before).then(|| Event::Refused(refused.clone()))
}
