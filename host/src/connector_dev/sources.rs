//! The sources of a connector, watched.
//!
//! Every folder of sources is watched by itself, not the whole with all that tools keep there. An
//! event alone means little: what counts is whether the files differ from those last built of.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{sync::mpsc, time};

/// Sources are whole when nothing happened to them for so long.
const QUIET: Duration = Duration::from_millis(300);

/// Folders of tools, not of authors. Those that begin with a dot are, too.
const OF_TOOLS: [&str; 8] =
    ["build", "dist", "node_modules", "target", "third_party", "vendor", "venv", "__pycache__"];

/// Files that tools write beside the sources as they build.
const BY_TOOLS: [&str; 5] =
    ["Cargo.lock", "package-lock.json", "go.sum", "uv.lock", "compile_commands.json"];

/// Files by path, each with what changes when it does.
type Files = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// The sources of a connector.
pub(super) struct Sources {
    folder: PathBuf,
    built: Files,
    events: mpsc::UnboundedReceiver<()>,
    watcher: RecommendedWatcher,
}

impl Sources {
    /// Watches the sources of a folder, as they are from now on.
    pub(super) fn watch(folder: &Path) -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // Reading is no change, and the next look reads every folder.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                let _loop_ended = sender.send(()).is_err();
            }
        })?;
        let mut sources = Self { folder: folder.into(), built: Files::new(), events, watcher };
        sources.built = sources.look()?;
        Ok(sources)
    }

    /// Waits until the sources differ from those of the last time, and are quiet. Answers the
    /// first that does.
    pub(super) async fn changed(&mut self) -> notify::Result<PathBuf> {
        loop {
            let now = self.look()?;
            if let Some(path) = first_difference(&self.built, &now) {
                if self.is_quiet().await {
                    self.built = now;
                    return Ok(path);
                }
            } else if self.events.recv().await.is_none() {
                return Err(notify::Error::generic("nothing watches any more"));
            }
        }
    }

    /// Whether nothing happens for a while.
    async fn is_quiet(&mut self) -> bool {
        while self.events.try_recv().is_ok() {}
        time::timeout(QUIET, self.events.recv()).await.is_err()
    }

    /// All sources as they are, every folder of which is watched from now on.
    fn look(&mut self) -> notify::Result<Files> {
        let mut files = Files::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            let listed = self.watcher.watch(&folder, RecursiveMode::NonRecursive);
            let listed = listed.and_then(|()| fs::read_dir(&folder).map_err(notify::Error::io));
            match listed {
                Ok(entries) => sort(entries, &mut folders, &mut files),
                Err(error) if folder == self.folder => return Err(error),
                // It was there a moment ago, and its going is an event of the folder above.
                Err(_) => {}
            }
        }
        Ok(files)
    }
}

/// What of a folder belongs to the sources.
fn sort(entries: fs::ReadDir, folders: &mut Vec<PathBuf>, files: &mut Files) {
    for entry in entries.flatten() {
        match entry.metadata() {
            Ok(found) if found.is_dir() && !is_of_tools(&entry) => folders.push(entry.path()),
            Ok(found) if found.is_file() && !is_by_tools(&entry) => {
                files.insert(entry.path(), (found.len(), found.modified().ok()));
            }
            _ => {}
        }
    }
}

fn is_of_tools(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    name.starts_with('.') || OF_TOOLS.contains(&name.as_ref()) || name.ends_with(".egg-info")
}

/// What tools and editors leave beside the sources, as drafts and backups.
fn is_by_tools(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    let ends = [".wasm", ".draft", "~", ".swp", ".tmp"];
    BY_TOOLS.contains(&name.as_ref())
        || name.starts_with('.')
        || ends.iter().any(|end| name.ends_with(end))
}

fn first_difference(old: &Files, new: &Files) -> Option<PathBuf> {
    let changed = new.iter().find(|(path, state)| old.get(*path) != Some(state));
    let gone = || old.iter().find(|(path, _)| !new.contains_key(*path));
    changed.or_else(gone).map(|(path, _)| path.clone())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("rounds-dev-{name}-{}", std::process::id());
            let folder = Self(std::env::temp_dir().join(name));
            fs::create_dir_all(folder.0.join("src")).unwrap();
            fs::create_dir_all(folder.0.join("target/debug")).unwrap();
            folder.write("src/lib.rs", "a");
            folder
        }

        fn write(&self, path: &str, text: &str) {
            fs::write(self.0.join(path), text).unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[tokio::test]
    async fn what_tools_write_is_no_change() {
        let folder = Folder::new("tools");
        let mut sources = Sources::watch(&folder.0).unwrap();
        for leftover in ["Cargo.lock", "target/debug/lib", "my-ehr.wasm", ".lib.rs.swp", "lib.rs~"]
        {
            folder.write(leftover, "new");
        }
        folder.write("src/lib.rs", "another");
        assert_eq!(sources.changed().await.unwrap(), folder.0.join("src/lib.rs"));
    }

    #[tokio::test]
    async fn files_that_come_go_or_lie_in_new_folders_are_changes() {
        let folder = Folder::new("coming");
        let mut sources = Sources::watch(&folder.0).unwrap();
        fs::create_dir_all(folder.0.join("src/map")).unwrap();
        folder.write("src/map/patient.rs", "new");
        assert_eq!(sources.changed().await.unwrap(), folder.0.join("src/map/patient.rs"));
        folder.write("src/map/patient.rs", "newer");
        assert_eq!(sources.changed().await.unwrap(), folder.0.join("src/map/patient.rs"));
        fs::remove_file(folder.0.join("src/lib.rs")).unwrap();
        assert_eq!(sources.changed().await.unwrap(), folder.0.join("src/lib.rs"));
    }
}
