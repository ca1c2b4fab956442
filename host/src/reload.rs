//! Connectors that come, change and go while the host runs.
//!
//! A file of the folder is read when it is whole, compiled away from the polls, judged for every
//! connection that would use it, and put in service between two polls. Whatever is wrong with it
//! leaves in service what is, and is told once. So is what the lock file of registries names.

mod file;
mod folder;
mod judge;
mod locked;
mod sight;

use std::{collections::HashMap, io, path::Path, sync::Arc};

use jiff::Timestamp;
use tokio::task;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    file::File,
    folder::Folder,
    judge::{Refusal, judge, load},
    sight::{Look, Sight, files},
};
use crate::{
    clock::Clock,
    config::Config,
    connector::{self, Connector, Engine},
    oci, schedule,
    service::Service,
    shelf::Shelf,
    status::Status,
    step,
    store::Store,
};

/// What a reloader works with.
pub(crate) struct Options {
    /// The folder, with what was seen of it at the start.
    pub(crate) folder: Folder,
    /// The lock file, as it was then.
    pub(crate) lock: oci::LockFile,
    /// What compiles.
    pub(crate) engine: Engine,
    /// What uses connectors.
    pub(crate) config: Arc<Config>,
    /// What is in service, by name.
    pub(crate) services: HashMap<String, Service>,
    /// Where files in service are kept.
    pub(crate) shelf: Shelf,
    /// Where tasks stand, which what is put back takes back.
    pub(crate) store: Arc<dyn Store>,
    /// Wakes tasks that had stopped.
    pub(crate) scheduler: schedule::Handle,
    /// Where refusals are told.
    pub(crate) status: Status,
    /// The host's clock.
    pub(crate) clock: Arc<dyn Clock>,
}

/// Puts in service what comes into the folder.
pub(crate) struct Reloader {
    options: Options,
    /// When to ask registries again that did not give what is locked.
    ask_again: Option<Timestamp>,
}

impl Options {
    /// The reloader.
    pub(crate) fn build(self) -> Reloader {
        Reloader { options: self, ask_again: None }
    }
}

impl Reloader {
    /// Reloads until the host stops.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.work()).await;
    }

    async fn work(&mut self) {
        loop {
            self.options.folder.stirred().await;
            self.look().await;
            self.look_at_lock().await;
        }
    }

    /// Looks at the folder and deals with what is new.
    async fn look(&mut self) {
        let now = self.options.clock.steady();
        let look = match self.options.folder.look(now) {
            Ok(look) => look,
            Err(error) => {
                let path = self.options.folder.path().to_path_buf();
                return self.tell(&path, Some(&error.to_string()));
            }
        };
        let Look { ready, unfit, gone, mut unsettled } = look;
        for (path, holds) in gone {
            self.gone(&path, holds.as_deref());
        }
        for (path, error) in unfit {
            self.refuse(&path, &error.to_string());
        }
        for path in ready {
            unsettled |= self.deal(&path).await;
        }
        if unsettled {
            self.options.folder.look_again_soon();
        }
    }

    fn gone(&self, path: &Path, holds: Option<&str>) {
        self.tell(path, None);
        if let Some(service) = holds.and_then(|name| self.options.services.get(name)) {
            service.refuse(None);
            tracing::warn!(connector = service.name(), file = %path.display(), "its file is gone; it stays in service as long as a connection uses it");
        }
    }

    /// Reads a file and puts it in service if it may be; whether it is to be read again soon.
    async fn deal(&mut self, path: &Path) -> bool {
        let file = match File::read(path).await {
            Ok(file) => file,
            Err(connector::Error::Changing { .. }) => return true,
            Err(error) => {
                self.refuse(path, &error.to_string());
                return false;
            }
        };
        let Options { engine, config, .. } = &self.options;
        let loaded = load(engine, config, path, &file).await;
        let (stamp, holds) =
            (file.stamp, loaded.as_ref().ok().map(|it| it.manifest().name.clone()));
        let offered = match loaded {
            Ok(connector) => self.offer(path, connector, file).await,
            Err(why) => Err(why.to_string()),
        };
        match offered {
            Ok(()) => self.tell(path, None),
            Err(why) => self.refuse(path, &why),
        }
        if let Some(stamp) = stamp {
            self.options.folder.sight.dealt(path, stamp, holds);
        }
        false
    }

    /// Puts a connector in service, if it may be and is not.
    async fn offer(&self, path: &Path, connector: Connector, file: File) -> Result<(), String> {
        let Options { folder, services, config, shelf, store, clock, .. } = &self.options;
        let sight = &folder.sight;
        let name = connector.manifest().name.clone();
        if let Some(held) = sight.holds(path).filter(|held| *held != name) {
            tracing::warn!(file = %path.display(), held, holds = name, "a file holds another connector than before; what is in service under the old name stays");
        }
        if let Some(other) = sight.other(path, &name) {
            let other = other.display();
            return Err(format!("{other} has the connector `{name}` already; remove one of them"));
        }
        let Some(service) = services.get(&name) else {
            tracing::info!(
                connector = connector.manifest().label(),
                "loaded; no connection uses it"
            );
            return Ok(());
        };
        let serving = service.serving();
        if serving.connector.digest() == connector.digest() {
            service.refuse(None);
            return Ok(());
        }
        judge(config, &connector, Some(&service.record())).map_err(|why| why.to_string())?;
        let kept = file.keep(shelf).await;
        kept.map_err(|error| format!("it cannot be kept in the data folder: {error}"))?;
        step::reached("swapping");
        let (old, new) = (serving.connector.manifest().label(), connector.manifest().label());
        let swapped = service.swap(connector, file_name(path), clock.now(), &**store).await;
        swapped.map_err(|error| error.to_string())?;
        step::reached("swapped");
        tracing::info!(old, new, "swapped; polls from now on run on the new one");
        self.wake(service);
        self.tidy().await;
        Ok(())
    }

    /// Has tasks polled that the one before had stopped.
    fn wake(&self, service: &Service) {
        for connection in &self.options.config.connections {
            if connection.connector.value != service.name() {
                continue;
            }
            for task in connection.tasks.iter().filter(|task| task.enabled) {
                let id = connection.task_id(task);
                let mut stopped = false;
                self.options.status.task(&id, |task| stopped = task.stopped);
                if stopped {
                    self.options.scheduler.wake(id);
                }
            }
        }
    }

    async fn tidy(&self) {
        let shelf = self.options.shelf.clone();
        let tidied = task::spawn_blocking(move || shelf.tidy()).await.map_err(io::Error::other);
        if let Err(error) = tidied.and_then(|tidied| tidied) {
            tracing::warn!(%error, "old connectors cannot be removed from the data folder");
        }
    }

    fn refuse(&self, path: &Path, why: &str) {
        let in_service =
            self.options.folder.sight.holds(path).and_then(|name| self.options.services.get(name));
        let serving = in_service.map(|service| service.serving().connector.manifest().label());
        let serving = serving.unwrap_or_else(|| "nothing".into());
        tracing::error!(file = %path.display(), why, in_service = serving, "a connector's file is not put in service; what is stays");
        if let Some(service) = in_service {
            service.refuse(Some(why.into()));
        }
        self.tell(path, Some(why));
    }

    fn tell(&self, path: &Path, why: Option<&str>) {
        let file = file_name(path);
        self.options.status.with(|report| match why {
            Some(why) => drop(report.refused.insert(file, why.into())),
            None => drop(report.refused.remove(&file)),
        });
    }
}

/// A file as people call it.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
