//! Files that were pulled, kept in the host's data folder by what they are.
//!
//! What lies here is believed no more than what a registry answers: it is taken only while its
//! digest is the locked one. So a host starts without its registries.

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{Error, Reference, digest::Digest, lock::Locked};
use crate::{files, trust};

/// How much of a digest stands in a file's name: a person can tell files apart, and a clash costs
/// one more download.
const SHOWN: usize = 16;

/// What was not asked for in so long is let go of, but for the last of a name: somebody may go
/// back to these, and a start with them needs no registry.
const KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const KEPT_OF_A_NAME: usize = 3;

/// The folder of pulled files.
pub(super) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// That of a data folder; nothing is made yet.
    pub(super) fn new(data: &Path) -> Self {
        Self { folder: data.join("cache").join("pulled") }
    }

    /// Where a connector of this digest is, or would be.
    fn path(&self, reference: &Reference, digest: &Digest) -> PathBuf {
        let shown = digest.hex().get(..SHOWN).unwrap_or_default();
        self.folder.join(format!("{}-{shown}.wasm", reference.short_name()))
    }

    /// A connector as it was locked, its signature included, if it is here. Blocks.
    pub(super) fn find(&self, reference: &Reference, locked: &Locked) -> Option<PathBuf> {
        let path = self.path(reference, &locked.digest);
        let is = |path: &Path, digest: &Digest| {
            fs::read(path).is_ok_and(|bytes| Digest::of(&bytes) == *digest)
        };
        let beside = trust::file::beside(&path);
        let signature = match &locked.signature {
            Some(digest) => is(&beside, digest),
            None => !beside.exists(),
        };
        (signature && is(&path, &locked.digest)).then_some(path)
    }

    /// Keeps a connector with its signature. Blocks.
    pub(super) fn keep(
        &self,
        reference: &Reference,
        file: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<PathBuf, Error> {
        let path = self.path(reference, &Digest::of(file));
        let beside = trust::file::beside(&path);
        let kept = || {
            files::make_folder(&self.folder)?;
            match signature {
                Some(signature) => files::write_whole(&beside, &[signature])?,
                None if beside.exists() => fs::remove_file(&beside)?,
                None => {}
            }
            files::write_whole(&path, &[file])
        };
        kept().map_err(|error| Error::file(&path, error))?;
        Ok(path)
    }

    /// Notes that these are asked for now, and lets go of what nobody has asked for in long. What
    /// runs was read whole and is kept elsewhere; what is asked for again is pulled again. Blocks.
    pub(super) fn tidy(&self, asked: &[PathBuf], now: SystemTime) -> io::Result<()> {
        for path in asked {
            File::options().write(true).open(path)?.set_modified(now)?;
        }
        for mut of_a_name in self.by_name()?.into_values() {
            of_a_name.sort();
            let spare = of_a_name.len().saturating_sub(KEPT_OF_A_NAME);
            let is_old = |at: &SystemTime| now.duration_since(*at).is_ok_and(|age| age > KEPT_FOR);
            for (_, path) in of_a_name.iter().take(spare).filter(|(at, _)| is_old(at)) {
                fs::remove_file(path)?;
                // Most have none.
                drop(fs::remove_file(trust::file::beside(path)));
                tracing::info!(file = %path.display(), "nobody has asked for it in long; removed");
            }
        }
        Ok(())
    }

    /// The files of each name, with when they were asked for last.
    fn by_name(&self) -> io::Result<HashMap<String, Vec<(SystemTime, PathBuf)>>> {
        let mut found: HashMap<String, Vec<_>> = HashMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let file = entry.file_name().to_string_lossy().into_owned();
            if let Some((name, _)) = file.strip_suffix(".wasm").and_then(|it| it.rsplit_once('-')) {
                let asked_at = entry.metadata()?.modified()?;
                found.entry(name.to_owned()).or_default().push((asked_at, entry.path()));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asked_for_in_long_is_let_go_but_for_the_last_of_a_name() {
        let data = std::env::temp_dir().join(format!("rounds-pulled-{}", std::process::id()));
        let shelf = Shelf::new(&data);
        fs::create_dir_all(&shelf.folder).unwrap();
        let now = SystemTime::UNIX_EPOCH + 40 * KEPT_FOR;
        let put = |name: &str, age: u32| {
            let path = shelf.folder.join(format!("{name}.wasm"));
            fs::write(&path, name).unwrap();
            fs::write(trust::file::beside(&path), name).unwrap();
            let day = Duration::from_secs(24 * 60 * 60);
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(now - age * day).unwrap();
            path
        };
        let ward: Vec<_> = [("ward-a", 91), ("ward-b", 89), ("ward-c", 300), ("ward-d", 200)]
            .map(|(name, age)| put(name, age))
            .into();
        let other = put("ward-of-others-a", 400);
        // One that is old and asked for all the same, with as many after it as are kept anyway.
        shelf.tidy(&ward[2..3], now).unwrap();
        let left = || ward.iter().map(|path| path.exists()).collect::<Vec<_>>();
        assert_eq!(left(), [true, true, true, false]);
        assert!(!trust::file::beside(&ward[3]).exists() && other.exists());
        put("ward-e", 1);
        shelf.tidy(&[], now).unwrap();
        assert_eq!(left(), [false, true, true, false]);
        fs::remove_dir_all(&data).unwrap();
    }
}
