//! Connectors that come, change and go while the host runs.
//!
//! The folder's own events say when to look, and a look now and then finds what they missed. A
//! file is read when it is whole, compiled away from the polls, judged for every connection that
//! would use it, and put in service between two polls. Whatever is wrong with it leaves in
//! service what is, and is told once.

mod judge;
mod sight;

use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};
use tokio::{sync::mpsc, task, time};
use tokio_util::sync::CancellationToken;

use self::sight::{Look, SETTLE};
pub(crate) use self::{
    judge::{Refusal, judge, load},
    sight::{Sight, files},
};
use crate::{
    clock::Clock,
    config::Config,
    connector::{self, Connector, Content, Engine, Stamp, read},
    schedule,
    service::Service,
    shelf::Shelf,
    status::Status,
    trust,
};

/// How often the folder is looked at, whatever its events say.
const RESCAN: Duration = Duration::from_secs(5);

/// What a reloader works with.
pub(crate) struct Options {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// What was seen of it at the start.
    pub(crate) sight: Sight,
    /// What compiles.
    pub(crate) engine: Engine,
    /// What uses connectors.
    pub(crate) config: Arc<Config>,
    /// What is in service, by name.
    pub(crate) services: HashMap<String, Service>,
    /// Where files in service are kept.
    pub(crate) shelf: Shelf,
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
    /// Files that are whole, for all that events say.
    whole: HashSet<PathBuf>,
    events: mpsc::UnboundedReceiver<Arrival>,
    _watcher: Option<RecommendedWatcher>,
}

/// Something happened to a file.
struct Arrival {
    path: PathBuf,
    /// It was closed or moved into its place.
    whole: bool,
}

impl Options {
    /// The reloader. Where the folder cannot be watched, it is looked at now and then.
    pub(crate) fn build(self) -> Reloader {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = watch(&self.folder, sender);
        let told = |error: &notify::Error| {
            tracing::warn!(folder = %self.folder.display(), %error, every_s = RESCAN.as_secs(), "cannot be watched, and is looked at now and then");
        };
        let watcher = watcher.inspect_err(told).ok();
        Reloader { options: self, whole: HashSet::new(), events, _watcher: watcher }
    }
}

fn watch(
    folder: &Path,
    sender: mpsc::UnboundedSender<Arrival>,
) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        let whole = is_whole(event.kind);
        for path in event.paths {
            let _host_stopped = sender.send(Arrival { path, whole }).is_err();
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

fn is_whole(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both))
    )
}

impl Reloader {
    /// Reloads until the host stops.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.work()).await;
    }

    async fn work(&mut self) {
        let mut wait = SETTLE;
        loop {
            tokio::select! {
                Some(arrival) = self.events.recv() => self.note(arrival),
                () = time::sleep(wait) => {}
            }
            while let Ok(arrival) = self.events.try_recv() {
                self.note(arrival);
            }
            wait = if self.look().await { SETTLE } else { RESCAN };
        }
    }

    fn note(&mut self, Arrival { path, whole }: Arrival) {
        let path = path.file_name().map(|name| self.options.folder.join(name));
        if let Some(path) = path.filter(|_| whole) {
            // A signature that came makes its connector worth another look.
            let is_signature = path.extension().is_some_and(|extension| extension == "sig");
            self.whole.insert(if is_signature { path.with_extension("") } else { path });
        }
    }

    /// Looks at the folder and deals with what is new; whether to look again soon.
    async fn look(&mut self) -> bool {
        let whole = std::mem::take(&mut self.whole);
        let paths = match files(&self.options.folder) {
            Ok(paths) => paths,
            Err(error) => {
                self.tell(&self.options.folder.clone(), Some(&error.to_string()));
                return false;
            }
        };
        let now = self.options.clock.now();
        let Look { ready, unfit, gone, mut unsettled } =
            self.options.sight.look(paths, &whole, now);
        for (path, holds) in gone {
            self.gone(&path, holds.as_deref());
        }
        for (path, error) in unfit {
            self.refuse(&path, &error.to_string());
        }
        for path in ready {
            unsettled |= self.deal(&path).await;
        }
        unsettled
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
            self.options.sight.dealt(path, stamp, holds);
        }
        false
    }

    /// Puts a connector in service, if it may be and is not.
    async fn offer(&self, path: &Path, connector: Connector, file: File) -> Result<(), String> {
        let Options { sight, services, config, shelf, clock, .. } = &self.options;
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
        let (old, new) = (serving.connector.manifest().label(), connector.manifest().label());
        service.swap(connector, file_name(path), clock.now()).await;
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
            self.options.sight.holds(path).and_then(|name| self.options.services.get(name));
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

/// A file that may be a connector.
pub(crate) struct File {
    pub(crate) content: Content,
    pub(crate) signature: Option<Vec<u8>>,
    pub(crate) stamp: Option<Stamp>,
}

impl File {
    /// Reads a file of the folder, on a thread that may wait for the disk.
    pub(crate) async fn read(path: &Path) -> Result<Self, connector::Error> {
        apart(path, |path| {
            let (bytes, stamp) = read(path)?;
            let signature = signature(path)?;
            Ok(Self { content: Content::new(bytes), signature, stamp: Some(stamp) })
        })
        .await
    }

    /// Reads a file that somebody named, wherever it is.
    pub(crate) async fn read_named(path: &Path) -> Result<Self, connector::Error> {
        apart(path, |path| {
            let bytes = std::fs::read(path).map_err(|source| unreadable(path, source))?;
            let signature = signature(path)?;
            Ok(Self { content: Content::new(bytes.into()), signature, stamp: None })
        })
        .await
    }

    /// Keeps it for the next start, and for going back.
    pub(crate) async fn keep(self, shelf: &Shelf) -> io::Result<()> {
        let shelf = shelf.clone();
        let put = move || shelf.put(&self.content, self.signature.as_deref());
        task::spawn_blocking(put).await.map_err(io::Error::other)?
    }
}

fn signature(path: &Path) -> Result<Option<Vec<u8>>, connector::Error> {
    let wrong = |source| unreadable(&trust::file::beside(path), source);
    trust::file::read(path).map_err(wrong)
}

async fn apart(
    path: &Path,
    read: impl FnOnce(&Path) -> Result<File, connector::Error> + Send + 'static,
) -> Result<File, connector::Error> {
    let wanted = path.to_path_buf();
    let read = task::spawn_blocking(move || read(&wanted)).await;
    read.unwrap_or_else(|ended| Err(unreadable(path, io::Error::other(ended))))
}

fn unreadable(path: &Path, source: io::Error) -> connector::Error {
    connector::Error::Unreadable { path: path.display().to_string(), source }
}

/// A file as people call it.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
