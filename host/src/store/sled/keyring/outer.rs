//! The outer keys, as they are configured, or the host's own.

use std::{fs, path::Path};

use crate::{
    config::{Seal, Secret},
    files,
    store::seal::OuterKey,
};

/// The outer keys that may have wrapped.
pub(super) struct Outer {
    pub(super) newest: OuterKey,
    older: Vec<OuterKey>,
}

impl Outer {
    /// Reads them. Where the user has none, the host makes its own, but only for a new store.
    pub(super) fn read(settings: &Seal, own: &Path, is_new: bool) -> Result<Self, String> {
        let mut older =
            settings.old_keys.iter().map(|source| source.read()).collect::<Result<Vec<_>, _>>()?;
        let there = own.exists().then(|| read_own(own)).transpose()?;
        let newest = match (&settings.key, there) {
            (Some(source), there) => {
                older.extend(there);
                source.read()?
            }
            (None, Some(there)) => there,
            (None, None) if is_new => make_own(own)?,
            (None, None) => {
                return Err(format!("there is no key: no [host.seal], and no {}", own.display()));
            }
        };
        Ok(Self { newest, older })
    }

    /// All of them, the newest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &OuterKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// The one of this id.
    pub(super) fn of(&self, id: &str) -> Result<&OuterKey, String> {
        self.all().find(|key| key.id() == id).ok_or_else(|| {
            let given: Vec<&str> = self.all().map(OuterKey::id).collect();
            format!("it is sealed with the key {id}, and was given {}", given.join(", "))
        })
    }
}

fn read_own(path: &Path) -> Result<OuterKey, String> {
    let text =
        fs::read_to_string(path).map_err(|why| format!("cannot read {}: {why}", path.display()))?;
    OuterKey::parse(&Secret::new(text)).map_err(|error| format!("{}: {error}", path.display()))
}

fn make_own(path: &Path) -> Result<OuterKey, String> {
    let (key, text) = OuterKey::generate().map_err(|error| error.to_string())?;
    files::write_whole(path, &[text.expose().as_bytes()])
        .map_err(|why| format!("cannot write {}: {why}", path.display()))?;
    Ok(key)
}
