//! A folder that is watched: its own events say when to look, and a look now and then finds what
//! they missed.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};
use tokio::{sync::mpsc, time};

use super::sight::{Look, SETTLE, Sight, files};
use crate::connector::Error;

/// How often the folder is looked at, whatever its events say.
const RESCAN: Duration = Duration::from_secs(5);

/// A folder of files that would be connectors.
pub(crate) struct Folder {
    path: PathBuf,
    /// It was not there at first, so it may be absent.
    optional: bool,
    /// What was seen of it.
    pub(crate) sight: Sight,
    /// Files that are whole, for all that events say.
    whole: HashSet<PathBuf>,
    /// How long to wait for an event before the next look.
    wait: Duration,
    sender: mpsc::UnboundedSender<Arrival>,
    events: mpsc::UnboundedReceiver<Arrival>,
    watcher: Option<RecommendedWatcher>,
}

/// Something happened to a file.
struct Arrival {
    path: PathBuf,
    /// It was closed or moved into its place.
    whole: bool,
}

impl Folder {
    /// Watches a folder. Where that cannot be, it is looked at now and then.
    pub(crate) fn watch(path: PathBuf, sight: Sight) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = watch(&path, sender.clone());
        let optional = !path.is_dir();
        let told = |error: &notify::Error| {
            if !optional {
                tracing::warn!(folder = %path.display(), %error, every_s = RESCAN.as_secs(), "cannot be watched, and is looked at now and then");
            }
        };
        let watcher = watcher.inspect_err(told).ok();
        let (whole, wait) = (HashSet::new(), SETTLE);
        Self { path, optional, sight, whole, wait, sender, events, watcher }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until there may be something to look at.
    pub(crate) async fn stirred(&mut self) {
        tokio::select! {
            Some(arrival) = self.events.recv() => self.note(arrival),
            () = time::sleep(self.wait) => {}
        }
        while let Ok(arrival) = self.events.try_recv() {
            self.note(arrival);
        }
    }

    /// Looks for what is new.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub(crate) fn look(&mut self, now: Timestamp) -> Result<Look, Error> {
        let whole = std::mem::take(&mut self.whole);
        self.wait = RESCAN;
        if self.optional && !self.path.is_dir() {
            return Ok(Look::default());
        }
        let paths = files(&self.path)?;
        // It may not have been there before.
        if self.watcher.is_none() {
            self.watcher = watch(&self.path, self.sender.clone()).ok();
        }
        Ok(self.sight.look(paths, &whole, now))
    }

    /// Has it looked at again soon, as something there is not settled.
    pub(crate) fn look_again_soon(&mut self) {
        self.wait = SETTLE;
    }

    fn note(&mut self, Arrival { path, whole }: Arrival) {
        let path = path.file_name().map(|name| self.path.join(name));
        if let Some(path) = path.filter(|_| whole) {
            // A signature that came makes its connector worth another look.
            let is_signature = path.extension().is_some_and(|extension| extension == "sig");
            self.whole.insert(if is_signature { path.with_extension("") } else { path });
        }
    }
}

fn watch(
    folder: &Path,
    sender: mpsc::UnboundedSender<Arrival>,
) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        if is_reading(event.kind) {
            return;
        }
        let whole = is_whole(event.kind);
        for path in event.paths {
            let _host_stopped = sender.send(Arrival { path, whole }).is_err();
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Whether nothing changed: a look opens the folder, and would be the reason for the next one.
fn is_reading(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

fn is_whole(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both))
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn looking_is_no_reason_to_look() {
        let path = std::env::temp_dir().join(format!("rounds-looking-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let mut folder = Folder::watch(path.clone(), Sight::default());
        for _ in 0..3 {
            folder.look(Timestamp::UNIX_EPOCH).unwrap();
        }
        // Events come in order: whatever looking led to came before this.
        fs::write(path.join("a.wasm"), "").unwrap();
        let first = folder.events.recv().await.unwrap();
        fs::remove_dir_all(&path).unwrap();
        assert_eq!(first.path, path.join("a.wasm"));
    }
}
