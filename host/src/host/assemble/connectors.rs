//! The connectors of a configuration: loaded, judged, and in service.
//!
//! What the folder holds is in service if it may be. Where it holds nothing, or what may not be,
//! that is in service which was before: the shelf has it.

mod choice;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::{StreamExt, stream};

use self::choice::{Candidate, Choice, Chosen, Origin, Served};
use super::{Error, Shared};
use crate::{
    config::Config,
    connector::{Cache, Compiler, Connector, Engine, Library, Stamp},
    model::TaskId,
    oci,
    reload::{self, File, Refusal, Sight, file_name},
    service::{self, Notes, Record, Service},
    shelf::Shelf,
};

/// Guests beside those of the polls that run: collectors have theirs, too.
const GUESTS_A_POLL: usize = 2;

/// Files that are loaded at once.
const LOADED_AT_ONCE: usize = 4;

/// How a host comes by its connectors.
pub(super) struct Source<'a> {
    pub(super) config: &'a Config,
    /// Named one by one, beside those of the folder.
    pub(super) files: &'a [PathBuf],
    pub(super) compiler: Compiler,
    /// Whether what is in service is noted for the next start.
    pub(super) noted: bool,
}

/// What was found, before anything is in service.
pub(super) struct Found {
    pub(super) engine: Engine,
    pub(super) library: Library,
    pub(super) sight: Sight,
    pub(super) shelf: Shelf,
    /// The lock file as it was before it was read.
    pub(super) lock: oci::LockFile,
    chosen: HashMap<String, Chosen>,
    refused: Vec<(PathBuf, String)>,
    noted: bool,
}

/// The connectors that a host would have, and why files of the folder cannot be used; nothing is
/// noted.
pub(crate) async fn library(config: &Config) -> Result<(Library, Vec<String>), Error> {
    let compiler = Compiler::default();
    let found = find(&Source { config, files: &[], compiler, noted: false }).await?;
    Ok((found.library, found.refused.into_iter().map(|(_, why)| why).collect()))
}

/// Loads all files, and chooses for every connector that a connection names.
pub(super) async fn find(source: &Source<'_>) -> Result<Found, Error> {
    let Source { config, files, compiler, noted } = source;
    let data = &config.host.data;
    let folder_error = |path: &Path| {
        let path = path.display().to_string();
        move |source| Error::Folder { path, source }
    };
    let (cache, shelf) = (data.join("cache"), data.join("connectors"));
    // Where a host has never run, a look leaves nothing behind.
    let cache = match *noted {
        true => Some(Cache::open(&cache).map_err(folder_error(&cache))?),
        false if data.is_dir() => Cache::open(&cache).ok(),
        false => None,
    };
    let shelf = match noted {
        true => Shelf::open(&shelf).map_err(folder_error(&shelf))?,
        false => Shelf::at(&shelf),
    };
    let guests = config.host.concurrent_polls * GUESTS_A_POLL;
    let engine = Engine::with_compiler(&config.host.limits, guests, cache, compiler.clone())?;
    let mut found = Found {
        engine,
        library: Library::default(),
        sight: Sight::default(),
        shelf,
        lock: oci::LockFile::of(config),
        chosen: HashMap::new(),
        refused: Vec::new(),
        noted: *noted,
    };
    let pulled = oci::provide(config).await?.into_iter().map(|path| (path, Origin::Registry));
    let named = files.iter().map(|path| (path.clone(), Origin::Program));
    let candidates = found.load(config, pulled.chain(named).collect()).await?;
    found.choose(config, candidates).await?;
    Ok(found)
}

impl Found {
    /// What the program brought, and nothing else.
    pub(super) fn brought(
        config: &Config,
        loaded: &[Connector],
        notes: Option<Arc<dyn Notes>>,
    ) -> Option<Self> {
        let engine = loaded.first()?.engine().clone();
        let mut found = Self {
            engine,
            library: Library::default(),
            sight: Sight::default(),
            noted: notes.is_some(),
            shelf: Shelf::at(&config.host.data).noting(notes),
            lock: oci::LockFile::of(config),
            chosen: HashMap::new(),
            refused: Vec::new(),
        };
        for connector in loaded {
            found.bring(connector, loaded);
        }
        Some(found)
    }

    /// Chooses what the program brought first of a name.
    fn bring(&mut self, connector: &Connector, loaded: &[Connector]) {
        let name = &connector.manifest().name;
        if self.chosen.contains_key(name) {
            return;
        }
        let was = |digest: &String| loaded.iter().find(|it| it.digest() == digest).cloned();
        let record = self.shelf.record(name).filter(|_| self.noted);
        let served = record.as_ref().and_then(|record| {
            let previous = record.previous.as_ref().and_then(was);
            Some(Served { connector: was(&record.serving)?, previous, record: record.clone() })
        });
        self.library.add(connector);
        self.chosen.insert(name.clone(), Chosen::of(connector, served, record));
    }

    async fn load(
        &mut self,
        config: &Config,
        files: Vec<(PathBuf, Origin)>,
    ) -> Result<Vec<Candidate>, Error> {
        let folder = &config.host.connectors;
        let in_folder = match folder.is_dir() || files.is_empty() {
            true => reload::files(folder)?,
            false => Vec::new(),
        };
        let in_folder = in_folder.into_iter().map(|path| (path, Origin::Folder));
        let paths: Vec<_> = files.into_iter().chain(in_folder).collect();
        let engine = &self.engine;
        let loaded = stream::iter(paths).map(|(path, origin)| async move {
            let loaded = candidate(engine, config, &path, origin).await;
            (path, origin, loaded)
        });
        let loaded: Vec<_> = loaded.buffered(LOADED_AT_ONCE).collect().await;
        let mut candidates = Vec::new();
        for (path, origin, (stamp, loaded)) in loaded {
            let holds = loaded.as_ref().ok().map(|it| it.connector.manifest().name.clone());
            match (stamp, holds) {
                (Some(stamp), holds) => self.sight.dealt(&path, stamp, holds),
                (None, Some(name)) => self.sight.elsewhere(&path, name),
                (None, None) => {}
            }
            match loaded {
                Ok(candidate) => candidates.push(candidate),
                Err(Refusal::Connector(error)) if origin == Origin::Program => {
                    return Err(error.into());
                }
                Err(why) if origin == Origin::Program => {
                    return Err(Error::Refused(why.to_string()));
                }
                Err(why) => self.refused.push((path, why.to_string())),
            }
        }
        Ok(candidates)
    }

    async fn choose(&mut self, config: &Config, candidates: Vec<Candidate>) -> Result<(), Error> {
        let loaded = candidates.iter().map(|it| it.connector.clone());
        let loaded: Vec<_> = loaded.collect();
        let mut by_name: HashMap<String, Vec<Candidate>> = HashMap::new();
        for candidate in candidates {
            let name = candidate.connector.manifest().name.clone();
            by_name.entry(name).or_default().push(candidate);
        }
        let mut used: Vec<_> =
            config.connections.iter().map(|it| it.connector.value.clone()).collect();
        used.sort();
        used.dedup();
        for name in used {
            let candidates = by_name.remove(&name).unwrap_or_default();
            let record = self.shelf.record(&name);
            let served = self.served(config, record.as_ref(), &loaded).await;
            let choice = Choice { config, name: &name, record, served };
            let chosen = choice.of(candidates, &mut self.refused).map_err(Error::Refused)?;
            if let Some(chosen) = chosen {
                self.library.add(&chosen.connector);
                self.chosen.insert(name, chosen);
            }
        }
        // What nobody uses is known by its name, for who looks for another.
        for candidate in by_name.into_values().flatten() {
            self.library.add(&candidate.connector);
        }
        Ok(())
    }

    /// What was in service before, and what that was on trial against.
    /// Mostly the folder still has it, loaded.
    async fn served(
        &self,
        config: &Config,
        record: Option<&Record>,
        loaded: &[Connector],
    ) -> Option<Served> {
        let record = record?;
        let connector = self.kept(config, &record.serving, loaded).await?;
        let previous = match &record.previous {
            Some(digest) => self.kept(config, digest, loaded).await,
            None => None,
        };
        Some(Served { connector, previous, record: record.clone() })
    }

    async fn kept(&self, config: &Config, digest: &str, loaded: &[Connector]) -> Option<Connector> {
        if let Some(loaded) = loaded.iter().find(|it| it.digest() == digest) {
            return Some(loaded.clone());
        }
        let path = self.shelf.file(digest)?;
        let (_, kept) = candidate(&self.engine, config, &path, Origin::Program).await;
        let told = |why: &Refusal| tracing::warn!(%why, "what was in service cannot be any more");
        let kept = kept.inspect_err(told).ok()?.connector;
        // Whoever can write the shelf could put another file there.
        Some(kept).filter(|kept| kept.digest() == digest)
    }

    /// Puts what was chosen in service.
    pub(super) async fn serve(
        &mut self,
        config: &Config,
        shared: &Shared,
    ) -> Result<HashMap<String, Service>, Error> {
        let mut services = HashMap::new();
        for (name, chosen) in std::mem::take(&mut self.chosen) {
            let Chosen { connector, file, to_keep, resumed, refused } = chosen;
            if let Some(read) = to_keep.filter(|_| self.noted) {
                let path = config.host.data.join("connectors").display().to_string();
                let kept = read.keep(&self.shelf).await;
                kept.map_err(|source| Error::Folder { path, source })?;
            }
            let resumed = match resumed {
                Some(resumed) if self.noted => {
                    Some(resumed.for_service(&connector, &*shared.store).await?)
                }
                // Its store is not the one that the note speaks of.
                unnoted => unnoted,
            };
            let options = service::Options {
                tasks: tasks(config, &name),
                shelf: self.noted.then(|| self.shelf.clone()),
                status: shared.status.clone(),
                now: shared.clock.now(),
                connector,
                file,
                resumed,
            };
            let service = options.build();
            service.refuse(refused);
            service.keep().await;
            services.insert(name, service);
        }
        for (path, why) in &self.refused {
            tracing::warn!(file = %path.display(), why, "a file of the connectors' folder cannot be used");
            shared.status.with(|report| {
                report.refused.insert(file_name(path), why.clone());
            });
        }
        Ok(services)
    }

    /// Why files of the folder cannot be used.
    pub(super) fn refused(&self) -> impl Iterator<Item = &str> {
        self.refused.iter().map(|(_, why)| why.as_str())
    }
}

/// A file, read and loaded.
async fn candidate(
    engine: &Engine,
    config: &Config,
    path: &Path,
    origin: Origin,
) -> (Option<Stamp>, Result<Candidate, Refusal>) {
    let read = match origin {
        Origin::Folder => File::read(path).await,
        Origin::Registry | Origin::Program => File::read_named(path).await,
    };
    let file = match read {
        Ok(file) => file,
        Err(error) => return (None, Err(error.into())),
    };
    let loaded = reload::load(engine, config, path, &file).await;
    let stamp = file.stamp;
    (stamp, loaded.map(|connector| Candidate { path: path.into(), connector, file, origin }))
}

/// The tasks on their cadence of all connections that use a connector.
fn tasks(config: &Config, name: &str) -> Vec<TaskId> {
    let users = config.connections.iter().filter(|it| it.connector.value == name);
    let tasks = users
        .flat_map(|it| it.tasks.iter().filter(|task| task.enabled).map(|task| it.task_id(task)));
    tasks.collect()
}
