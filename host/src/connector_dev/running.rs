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
    trust::{self, Facts, PrivateKey},
};

/// How often the host is asked what it makes of a file.
const ASK: Duration = Duration::from_millis(200);
/// How often it has to say of a signed file that it refuses it: until it has both, the signature and
/// the file, they are of different builds.
const TWO_FILES: u32 = 8;
/// How long it may take: it waits until a file is whole, and compiles it.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running host, by its configuration.
pub struct Running {
    folder: PathBuf,
    connectors: Vec<String>,
    client: Client,
    key: Option<PrivateKey>,
}

impl Running {
    /// The host of a configuration, which answers at `client`. What it is to serve is signed with
    /// `key`, where there is one.
    pub fn of(config: &Config, client: Client, key: Option<PrivateKey>) -> Self {
        let used = config.connections.iter().map(|it| it.connector.value.to_string());
        Self { folder: config.host.connectors.clone(), connectors: used.collect(), client, key }
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
        // The signature first: a host that looks at once finds both.
        if let Err(why) = self.sign(connector, &path) {
            return tell(Event::NotPlaced(why));
        }
        if let Err(error) = connector_build::place(component, &path) {
            return tell(Event::NotPlaced(error.to_string()));
        }
        tell(Event::Placed(path));
        tell(match before {
            Err(error) => Event::Unknown(error.to_string()),
            Ok(before) => self.wait(connector, before.refused.get(&file), &file).await,
        });
    }

    /// Signs what is to lie at `path`, where there is a key.
    fn sign(&self, connector: &Connector, path: &Path) -> Result<(), String> {
        let Some(key) = &self.key else { return Ok(()) };
        let text = trust::sign(Facts::from(connector), key, None);
        let written = text.map(|text| trust::file::write(path, &text));
        match written {
            Err(error) => Err(error.to_string()),
            Ok(Err(error)) => Err(format!("its signature cannot be written: {error}")),
            Ok(Ok(_)) => Ok(()),
        }
    }

    /// What the host makes of it, where `before` is what it refused under that name before.
    async fn wait(&self, connector: &Connector, before: Option<&String>, file: &str) -> Event {
        let name = &connector.manifest().name;
        if !self.connectors.contains(name) {
            return Event::Unused(name.clone());
        }
        let mut last = before.cloned();
        let mut refusals = if self.key.is_some() { TWO_FILES } else { 1 };
        let answer = time::timeout(PATIENCE, async {
            loop {
                match self.client.status().await {
                    Ok(report) => match judged(&report, connector, last.as_ref(), file) {
                        Some(Event::Refused(_)) if refusals > 1 => refusals -= 1,
                        Some(event) => return event,
                        None => last = report.refused.get(file).cloned(),
                    },
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
