//! What was seen of a folder, and which of its files are ready to be read.
//!
//! A file that was closed or moved into its place is ready at once. Of one that is only found to
//! be there, as on a file system that tells nothing, nobody knows whether it is still being
//! copied: it is ready when it has stayed the same for a while.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    clock,
    connector::{Error, Stamp},
};

/// How long a file must stay the same.
pub(super) const SETTLE: Duration = Duration::from_millis(700);

/// What is known of a folder.
#[derive(Default)]
pub(crate) struct Sight {
    files: BTreeMap<PathBuf, Seen>,
    /// What files hold that are not of the folder, and come before those that are.
    elsewhere: BTreeMap<PathBuf, String>,
}

/// What is known of a file.
#[derive(Default)]
struct Seen {
    /// What it was when it was last dealt with; `None` for what was never.
    dealt: Option<Stamp>,
    /// What it is since when, while that is not dealt with.
    settling: Option<(Stamp, Timestamp)>,
    /// Why it is no file that could be read, as it was told.
    unfit: Option<String>,
    /// The connector that it last held.
    holds: Option<String>,
}

/// What came of a look.
#[derive(Default)]
pub(crate) struct Look {
    /// Files to be read.
    pub(crate) ready: Vec<PathBuf>,
    /// What cannot be read, and why; told once.
    pub(crate) unfit: Vec<(PathBuf, Error)>,
    /// Files that are gone, and what they held.
    pub(crate) gone: Vec<(PathBuf, Option<String>)>,
    /// Whether some file must be looked at again soon.
    pub(crate) unsettled: bool,
}

impl Sight {
    /// Notes that a file was dealt with as it was then.
    pub(crate) fn dealt(&mut self, path: &Path, stamp: Stamp, holds: Option<String>) {
        let seen = self.files.entry(path.into()).or_default();
        (seen.dealt, seen.settling) = (Some(stamp), None);
        seen.holds = holds.or(seen.holds.take());
    }

    /// Notes what a file holds that is not of the folder, in the place of what held it before.
    pub(crate) fn elsewhere(&mut self, path: &Path, holds: String) {
        self.elsewhere.retain(|_, held| *held != holds);
        self.elsewhere.insert(path.into(), holds);
    }

    /// The connector that a file last held.
    pub(crate) fn holds(&self, path: &Path) -> Option<&str> {
        let elsewhere = self.elsewhere.get(path);
        elsewhere.or_else(|| self.files.get(path)?.holds.as_ref()).map(String::as_str)
    }

    /// Another file that holds a connector.
    pub(crate) fn other(&self, path: &Path, name: &str) -> Option<&Path> {
        let elsewhere = self.elsewhere.iter().map(|(other, held)| (other, Some(held)));
        let files = self.files.iter().map(|(other, seen)| (other, seen.holds.as_ref()));
        let files = files.filter(|_| !self.elsewhere.contains_key(path));
        let mut others = elsewhere.chain(files).filter(|(other, _)| *other != path);
        let other = others.find(|(_, held)| held.is_some_and(|held| held == name));
        other.map(|(other, _)| other.as_path())
    }

    /// Looks at a folder; what is `whole` need not settle.
    pub(super) fn look(
        &mut self,
        paths: Vec<PathBuf>,
        whole: &HashSet<PathBuf>,
        now: Timestamp,
    ) -> Look {
        let mut look = Look::default();
        let there: HashSet<_> = paths.iter().cloned().collect();
        let gone: Vec<_> =
            self.files.keys().filter(|path| !there.contains(*path)).cloned().collect();
        for path in gone {
            let seen = self.files.remove(&path).unwrap_or_default();
            look.gone.push((path, seen.holds));
        }
        for path in paths {
            let stamp = Stamp::of(&path);
            let is_whole = whole.contains(&path);
            self.files.entry(path.clone()).or_default().look(path, stamp, is_whole, now, &mut look);
        }
        look
    }
}

impl Seen {
    fn look(
        &mut self,
        path: PathBuf,
        stamp: Result<Stamp, Error>,
        is_whole: bool,
        now: Timestamp,
        look: &mut Look,
    ) {
        let stamp = match stamp {
            Ok(stamp) => stamp,
            Err(error) => {
                let told = error.to_string();
                if self.unfit.as_ref() != Some(&told) {
                    look.unfit.push((path, error));
                }
                self.unfit = Some(told);
                return;
            }
        };
        self.unfit = None;
        // Two writes within a tick of the clock leave one stamp, but each tells of its end.
        if self.dealt == Some(stamp) && !is_whole {
            self.settling = None;
            return;
        }
        let since = match self.settling {
            Some((same, since)) if same == stamp => since,
            _ => now,
        };
        self.settling = Some((stamp, since));
        match is_whole || clock::after(since, SETTLE) <= now {
            true => look.ready.push(path),
            false => look.unsettled = true,
        }
    }
}

/// The files of a folder that would be connectors, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let path = format!("the folder {} (host.connectors)", folder.display());
    let unreadable = |source| Error::Unreadable { path: path.clone(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
    }

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("rounds-sight-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn write(&self, text: &str) -> PathBuf {
            let path = self.0.join("a.wasm");
            fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    #[test]
    fn a_file_is_read_when_it_has_stopped_growing() {
        let (folder, mut sight) = (Folder::new("grows"), Sight::default());
        let none = HashSet::new();
        let mut look = |millis| sight.look(files(&folder.0).unwrap(), &none, at(millis));
        folder.write("half");
        let first = look(0);
        assert!(first.ready.is_empty() && first.unsettled);
        let path = folder.write("half and more");
        assert!(look(700).ready.is_empty(), "it grew");
        assert!(look(1399).ready.is_empty());
        assert_eq!(look(1400).ready, [path]);
    }

    #[test]
    fn what_is_whole_is_read_at_once_and_once() {
        let (folder, mut sight) = (Folder::new("whole"), Sight::default());
        let path = folder.write("all");
        let whole = HashSet::from([path.clone()]);
        let look = |sight: &mut Sight| sight.look(files(&folder.0).unwrap(), &whole, at(0));
        assert_eq!(look(&mut sight).ready, vec![path.clone()]);
        sight.dealt(&path, Stamp::of(&path).unwrap(), Some("fhir".into()));
        assert!(sight.look(files(&folder.0).unwrap(), &HashSet::new(), at(0)).ready.is_empty());
        assert_eq!(sight.other(Path::new("b.wasm"), "fhir"), Some(path.as_path()));
        fs::remove_file(&path).unwrap();
        assert_eq!(look(&mut sight).gone, [(path, Some("fhir".into()))]);
    }
}
