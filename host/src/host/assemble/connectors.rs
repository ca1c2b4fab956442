//! The connectors of a configuration: loaded, judged, and in service.
//!
//! What the folder holds is in service if it may be. Where it holds nothing, or what may not be,
//! that is in service which was before: the shelf has it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use futures_util::{StreamExt, stream};

use super::{Error, Shared};
use crate::{
    config::Config,
    connector::{self, Cache, Compiler, Connector, Engine, Library, Stamp},
    model::TaskId,
    reload::{self, Sight, file_name},
    service::{self, Record, Resumed, Service},
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
    chosen: HashMap<String, Chosen>,
    refused: Vec<(PathBuf, String)>,
    noted: bool,
}

/// What is to be in service under a name.
struct Chosen {
    connector: Connector,
    file: String,
    bytes: Option<bytes::Bytes>,
    resumed: Option<Resumed>,
    /// Why another file is not.
    refused: Option<String>,
}

/// A file that was loaded.
struct Candidate {
    path: PathBuf,
    connector: Connector,
    bytes: bytes::Bytes,
    /// Named by the program, which answers for it.
    is_named: bool,
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
    let cache = match *noted || data.is_dir() {
        true => Some(Cache::open(&cache).map_err(folder_error(&cache))?),
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
        chosen: HashMap::new(),
        refused: Vec::new(),
        noted: *noted,
    };
    let candidates = found.load(config, files).await?;
    found.choose(config, candidates).await?;
    Ok(found)
}

impl Found {
    async fn load(&mut self, config: &Config, files: &[PathBuf]) -> Result<Vec<Candidate>, Error> {
        let folder = &config.host.connectors;
        let in_folder = match folder.is_dir() || files.is_empty() {
            true => reload::files(folder)?,
            false => Vec::new(),
        };
        let paths = files.iter().map(|path| (path.clone(), true));
        let paths: Vec<_> = paths.chain(in_folder.into_iter().map(|path| (path, false))).collect();
        let engine = &self.engine;
        let loaded = stream::iter(paths).map(|(path, is_named)| async move {
            let loaded = load(engine, &path, is_named).await;
            (path, is_named, loaded)
        });
        let loaded: Vec<_> = loaded.buffered(LOADED_AT_ONCE).collect().await;
        let mut candidates = Vec::new();
        for (path, is_named, loaded) in loaded {
            match loaded {
                Ok((candidate, stamp)) => {
                    let holds = candidate.connector.manifest().name.clone();
                    self.saw(&path, is_named, stamp, Some(holds));
                    candidates.push(candidate);
                }
                Err((error, _)) if is_named => return Err(error.into()),
                Err((error, stamp)) => {
                    self.saw(&path, is_named, stamp, None);
                    self.refused.push((path, error.to_string()));
                }
            }
        }
        Ok(candidates)
    }

    fn saw(&mut self, path: &Path, is_named: bool, stamp: Option<Stamp>, holds: Option<String>) {
        if let Some(stamp) = stamp.filter(|_| !is_named) {
            self.sight.dealt(path, stamp, holds);
        }
    }

    async fn choose(&mut self, config: &Config, candidates: Vec<Candidate>) -> Result<(), Error> {
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
            if let Some(chosen) = self.choose_one(config, &name, candidates).await? {
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

    /// What is to be in service under a name: what the folder has, if it may be; else what was.
    async fn choose_one(
        &mut self,
        config: &Config,
        name: &str,
        candidates: Vec<Candidate>,
    ) -> Result<Option<Chosen>, Error> {
        let record = self.shelf.record(name);
        let offered = one_of(name, candidates, record.as_ref());
        let refused = match &offered {
            Ok(None) => None,
            Ok(Some(offered)) => refusal(config, offered, record.as_ref()),
            Err(why) => Some(why.clone()),
        };
        let served = self.served(record.as_ref()).await;
        match (offered, refused, served) {
            (Ok(Some(offered)), None, served) => {
                Ok(Some(self.accept(offered, record, served).await))
            }
            (_, Some(why), None) if !matches!(why.kind, Kind::Check) => {
                Err(Error::Refused(why.words))
            }
            // What does not fit the configuration is told with its places there.
            (Ok(Some(offered)), Some(_), None) => {
                Ok(Some(self.accept(offered, record, None).await))
            }
            (_, refused, Some((connector, previous, record))) => {
                let why = refused.map_or_else(|| "its file is gone".into(), |why| why.words);
                tracing::warn!(
                    connector = connector.manifest().label(),
                    why,
                    "in service is what was before"
                );
                Ok(Some(Chosen {
                    connector,
                    file: record.file.clone(),
                    bytes: None,
                    resumed: Some(Resumed { previous, record }),
                    refused: Some(why),
                }))
            }
            (_, _, None) => Ok(None),
        }
    }

    /// Takes what is offered: on trial against what was in service, where that is another.
    async fn accept(
        &self,
        offered: Candidate,
        record: Option<Record>,
        served: Option<(Connector, Option<Connector>, Record)>,
    ) -> Chosen {
        let Candidate { path, connector, bytes, .. } = offered;
        let resumed = match served {
            Some((was, previous, record)) if was.digest() == connector.digest() => {
                Some(Resumed { previous, record })
            }
            // What has proven itself stays what a failure goes back to.
            Some((was, previous, record)) => {
                Some(Resumed { previous: Some(previous.unwrap_or(was)), record })
            }
            None => record.map(|record| Resumed { previous: None, record }),
        };
        let file = file_name(&path);
        Chosen { connector, file, bytes: Some(bytes), resumed, refused: None }
    }

    /// What was in service before, and what that was on trial against.
    async fn served(
        &self,
        record: Option<&Record>,
    ) -> Option<(Connector, Option<Connector>, Record)> {
        let record = record?;
        let served = self.kept(&record.serving).await?;
        let previous = match &record.previous {
            Some(digest) => self.kept(digest).await,
            None => None,
        };
        Some((served, previous, record.clone()))
    }

    async fn kept(&self, digest: &str) -> Option<Connector> {
        let path = self.shelf.file(digest)?;
        let told = |error: &connector::Error| tracing::warn!(%error, "what was in service cannot be had any more");
        let kept = Connector::load(&self.engine, &path).await.inspect_err(told).ok()?;
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
            let Chosen { connector, file, bytes, resumed, refused } = chosen;
            if let Some(bytes) = bytes.filter(|_| self.noted) {
                let folder = || config.host.data.join("connectors").display().to_string();
                reload::put(&self.shelf, connector.digest(), bytes)
                    .await
                    .map_err(|source| Error::Folder { path: folder(), source })?;
            }
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

/// Why what is offered is not in service.
#[derive(Clone)]
struct Why {
    kind: Kind,
    words: String,
}

#[derive(Clone, Copy)]
enum Kind {
    /// It does not fit the configuration.
    Check,
    Other,
}

fn refusal(config: &Config, offered: &Candidate, record: Option<&Record>) -> Option<Why> {
    let record = record.filter(|_| !offered.is_named);
    let refusal = reload::judge(config, &offered.connector, record).err()?;
    let kind = match refusal {
        reload::Refusal::Unfit { .. } => Kind::Check,
        _ => Kind::Other,
    };
    Some(Why { kind, words: refusal.to_string() })
}

/// The one file of a name: where there are several, that which was in service.
fn one_of(
    name: &str,
    candidates: Vec<Candidate>,
    record: Option<&Record>,
) -> Result<Option<Candidate>, Why> {
    let paths: Vec<_> = candidates.iter().map(|it| it.path.display().to_string()).collect();
    let mut candidates = candidates;
    if let Some(named) = candidates.iter().position(|it| it.is_named) {
        return Ok(Some(candidates.swap_remove(named)));
    }
    if candidates.len() < 2 {
        return Ok(candidates.pop());
    }
    let served = candidates
        .iter()
        .position(|it| record.is_some_and(|record| record.serving == it.connector.digest()));
    let words = format!("{} have the connector `{name}`; remove all but one", paths.join(" and "));
    match served {
        Some(at) => {
            tracing::warn!(why = words, "in service is what was before");
            Ok(Some(candidates.swap_remove(at)))
        }
        None => Err(Why { kind: Kind::Other, words }),
    }
}

async fn load(
    engine: &Engine,
    path: &Path,
    is_named: bool,
) -> Result<(Candidate, Option<Stamp>), (connector::Error, Option<Stamp>)> {
    let (bytes, stamp) = match is_named {
        true => {
            let read = tokio::fs::read(path).await;
            let path = || path.display().to_string();
            let read = read.map_err(|source| connector::Error::Unreadable { path: path(), source });
            (read.map_err(|error| (error, None))?.into(), None)
        }
        false => {
            let (bytes, stamp) = reload::read_apart(path).await.map_err(|error| (error, None))?;
            (bytes, Some(stamp))
        }
    };
    let name = path.display().to_string();
    let loaded = Connector::from_bytes(engine, &name, bytes::Bytes::clone(&bytes)).await;
    let connector = loaded.map_err(|error| (error, stamp))?;
    Ok((Candidate { path: path.into(), connector, bytes, is_named }, stamp))
}

/// The tasks on their cadence of all connections that use a connector.
fn tasks(config: &Config, name: &str) -> Vec<TaskId> {
    let users = config.connections.iter().filter(|it| it.connector.value == name);
    let tasks = users
        .flat_map(|it| it.tasks.iter().filter(|task| task.enabled).map(|task| it.task_id(task)));
    tasks.collect()
}
