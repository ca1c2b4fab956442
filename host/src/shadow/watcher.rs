//! Candidates that come, change and go in a folder of their own while the host runs.
//!
//! A file there is read, trusted and judged as one that would be in service, and then stands
//! beside what is: whatever is wrong with it is told, and harms nobody.

use std::{collections::HashMap, path::Path, sync::Arc};

use tokio_util::sync::CancellationToken;

use super::{handle::Place, tally::Candidate};
use crate::{
    clock::Clock,
    config::Config,
    connector::{self, Connector, Engine},
    reload::{self, File, Folder, Look, file_name},
    service::Service,
    status::Status,
};

/// Puts candidates beside what is in service.
pub(crate) struct Watcher {
    pub(super) folder: Folder,
    /// An engine of their own, so that they take nobody's room.
    pub(super) engine: Engine,
    pub(super) config: Arc<Config>,
    /// Where candidates stand, with what is in service there.
    pub(super) places: HashMap<String, (Place, Service)>,
    pub(super) status: Status,
    pub(super) clock: Arc<dyn Clock>,
}

impl Watcher {
    /// Watches until the host stops.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.work()).await;
    }

    async fn work(&mut self) {
        loop {
            self.folder.stirred().await;
            self.look().await;
        }
    }

    async fn look(&mut self) {
        let look = match self.folder.look(self.clock.steady()) {
            Ok(look) => look,
            Err(error) => return self.tell(self.folder.path(), Some(&error.to_string())),
        };
        self.tell(self.folder.path(), None);
        let Look { ready, unfit, gone, mut unsettled } = look;
        for (path, holds) in gone {
            self.tell(&path, None);
            self.clear(holds.as_deref());
        }
        for (path, error) in unfit {
            self.refuse(&path, &error.to_string());
        }
        for path in ready {
            unsettled |= self.deal(&path).await;
        }
        if unsettled {
            self.folder.look_again_soon();
        }
    }

    /// Reads a file and puts it beside what is in service; whether it is to be read again soon.
    async fn deal(&mut self, path: &Path) -> bool {
        let file = match File::read(path).await {
            Ok(file) => file,
            Err(connector::Error::Changing { .. }) => return true,
            Err(error) => {
                self.refuse(path, &error.to_string());
                return false;
            }
        };
        let loaded = reload::load(&self.engine, &self.config, path, &file).await;
        let holds = loaded.as_ref().ok().map(|it| it.manifest().name.clone());
        // What stood there from this file is not what the file holds any more.
        self.clear(self.folder.sight.holds(path));
        let offered = loaded.map_err(|why| why.to_string());
        match offered.and_then(|connector| self.offer(path, connector)) {
            Ok(()) => self.tell(path, None),
            Err(why) => self.refuse(path, &why),
        }
        if let Some(stamp) = file.stamp {
            self.folder.sight.dealt(path, stamp, holds);
        }
        false
    }

    /// Puts a connector beside what is in service, if it could follow it.
    fn offer(&self, path: &Path, connector: Connector) -> Result<(), String> {
        let name = connector.manifest().name.clone();
        if let Some(other) = self.folder.sight.other(path, &name) {
            let other = other.display();
            return Err(format!("{other} has the connector `{name}` already; remove one of them"));
        }
        let Some((place, service)) = self.places.get(&name) else {
            return Err(format!(
                "no connection uses `{name}`: there is nothing to compare it with"
            ));
        };
        let record = service.record();
        reload::judge(&self.config, &connector, Some(&record)).map_err(|why| why.to_string())?;
        let serving = service.serving().connector.manifest().label();
        let candidate = connector.manifest().label();
        tracing::info!(candidate, serving, file = %path.display(), "beside what is in service from now on; delivers nothing");
        place.put(Some(Candidate::new(connector, self.name(path))));
        Ok(())
    }

    fn clear(&self, name: Option<&str>) {
        if let Some((place, _)) = name.and_then(|name| self.places.get(name)) {
            place.put(None);
        }
    }

    fn refuse(&self, path: &Path, why: &str) {
        tracing::warn!(file = %path.display(), why, "a file cannot stand beside what is in service");
        self.tell(path, Some(why));
    }

    fn tell(&self, path: &Path, why: Option<&str>) {
        let file = self.name(path);
        self.status.with(|report| match why {
            Some(why) => drop(report.refused.insert(file, why.into())),
            None => drop(report.refused.remove(&file)),
        });
    }

    /// A file as people call it: with its folder, as the one in service may be called the same.
    fn name(&self, path: &Path) -> String {
        let folder = file_name(self.folder.path());
        match path == self.folder.path() {
            true => folder,
            false => format!("{folder}/{}", file_name(path)),
        }
    }
}
