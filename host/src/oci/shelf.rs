//! Files that were pulled, kept in the host's data folder by what they are.
//!
//! What lies here is believed no more than what a registry answers: it is taken only while its
//! digest is the locked one. So a host starts without its registries.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Error, Reference, digest::Digest, lock::Locked};
use crate::{files, trust};

/// How much of a digest stands in a file's name: a person can tell files apart, and a clash costs
/// one more download.
const SHOWN: usize = 16;

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
}
