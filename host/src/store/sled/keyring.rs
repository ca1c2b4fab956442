//! The keys of a store's connections, each in a file of its own, wrapped by the outer key.
//!
//! They are not in sled, which overwrites nothing: a key is destroyed by writing over its file. A
//! number whose file says that it was destroyed stays so for ever, and what was sealed with it is
//! as good as gone; one whose file is missing is a fault.

mod look;
mod outer;

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use serde::{Deserialize, Serialize};

pub(super) use self::look::look;
use self::outer::Outer;
use super::{
    folder::{damaged, io_error},
    format,
};
use crate::{
    config::Seal,
    files,
    store::{
        Error, Keys as Seen, Rotated,
        seal::{Key, Kind, Number, OuterKey, Unopened, number},
    },
};

/// What a key's file says.
#[derive(Serialize, Deserialize)]
enum Stored {
    /// A key: of which connection, and by which outer key it is wrapped.
    Wrapped { connection: String, outer: String, key: Vec<u8> },
    /// It was destroyed.
    Destroyed,
}

/// All keys of a store. The committer makes and destroys them, anyone opens with them.
pub(super) struct Keyring {
    data: PathBuf,
    folder: PathBuf,
    /// The host's own outer key, where the user has none.
    own: PathBuf,
    settings: Seal,
    keys: RwLock<Keys>,
}

struct Keys {
    outer: OuterKey,
    by_number: HashMap<Number, Arc<Key>>,
    /// The oldest makes the fingerprints, the newest seals.
    by_connection: BTreeMap<String, Vec<Arc<Key>>>,
    destroyed: Vec<Number>,
}

impl Keyring {
    /// The keys in a data folder. Changes nothing unless the outer key opens them all; then, what
    /// an older one wrapped is wrapped by the newest.
    pub(super) fn open(data: &Path, settings: Seal) -> Result<Self, Error> {
        let (folder, own) = places(data);
        files::make_folder(&folder).map_err(io_error("create", &folder))?;
        let stored = read(&folder)?;
        let is_new = stored.values().all(|stored| matches!(stored, Stored::Destroyed));
        let outer = Outer::read(&settings, &own, is_new).map_err(|why| refused(&folder, why))?;
        let mut keys = Keys::unwrap(&stored, &outer).map_err(|why| refused(&folder, why))?;
        keys.outer = outer.newest;
        let (data, keys) = (data.to_owned(), RwLock::new(keys));
        let ring = Self { data, folder, own, settings, keys };
        for (number, stored) in &stored {
            if let Stored::Wrapped { connection, outer, .. } = stored
                && *outer != ring.read().outer.id()
                && let Some(key) = ring.find(*number)?
            {
                ring.write(&ring.read().outer, connection, &key)?;
            }
        }
        Ok(ring)
    }

    /// What seals a connection's values, made where there is none yet.
    pub(super) fn newest(&self, connection: &str) -> Result<Arc<Key>, Error> {
        let known = self.read().by_connection.get(connection).and_then(|keys| keys.last().cloned());
        match known {
            Some(key) => Ok(key),
            None => self.make(connection),
        }
    }

    /// What makes the fingerprints of a connection; `None` where nothing of it was ever sealed.
    pub(super) fn oldest(&self, connection: &str) -> Option<Arc<Key>> {
        self.read().by_connection.get(connection).and_then(|keys| keys.first().cloned())
    }

    /// All keys of a connection.
    pub(super) fn of(&self, connection: &str) -> Vec<Number> {
        let keys = self.read();
        let keys = keys.by_connection.get(connection);
        keys.into_iter().flatten().map(|key| key.number()).collect()
    }

    /// The key of a number; `None` where it was destroyed.
    pub(super) fn find(&self, number: Number) -> Result<Option<Arc<Key>>, Error> {
        let keys = self.read();
        match keys.by_number.get(&number) {
            Some(key) => Ok(Some(Arc::clone(key))),
            None if keys.destroyed.contains(&number) => Ok(None),
            None => Err(refused(&self.folder, format!("its file {} is missing", number.0))),
        }
    }

    /// Opens a value, whoever's it is; `None` where its key was destroyed.
    pub(super) fn open_value(
        &self,
        kind: Kind,
        place: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let number = number(value).ok_or_else(|| self.unopened(Unopened))?;
        let Some(key) = self.find(number)? else { return Ok(None) };
        key.open(kind, place, value).map(Some).map_err(|unopened| self.unopened(unopened))
    }

    /// Opens a connection's value; one of another connection is an error.
    pub(super) fn open_of(
        &self,
        connection: &str,
        kind: Kind,
        place: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let opened = self.open_value(kind, place, value)?;
        let is_its = number(value).is_some_and(|number| self.of(connection).contains(&number));
        if opened.is_some() && !is_its {
            return Err(self.unopened(Unopened));
        }
        Ok(opened)
    }

    /// The keys as their files are now, and the outer keys as they are configured now.
    pub(super) fn look(&self, sealed: &BTreeMap<Number, u64>) -> Result<Seen, Error> {
        look(&self.data, &self.settings, sealed)
    }

    /// Destroys a connection's keys: what they sealed is unreadable when this answers.
    pub(super) fn destroy(&self, connection: &str) -> Result<(), Error> {
        for number in self.of(connection) {
            let path = self.path(number);
            wipe(&path).map_err(io_error("write", &path))?;
            let destroyed = encode(&path, &Stored::Destroyed)?;
            files::write_whole(&path, &[&destroyed]).map_err(io_error("write", &path))?;
            let mut keys = self.change();
            keys.by_number.remove(&number);
            keys.destroyed.push(number);
        }
        self.change().by_connection.remove(connection);
        Ok(())
    }

    /// Reads the outer key anew, wraps all keys by it, and gives every connection a new one.
    pub(super) fn rotate(&self) -> Result<Rotated, Error> {
        let outer = Outer::read(&self.settings, &self.own, false);
        let outer = outer.map_err(|why| refused(&self.folder, why))?.newest;
        let connections: Vec<(String, Vec<Arc<Key>>)> =
            self.read().by_connection.clone().into_iter().collect();
        let mut rotated = Rotated { outer: outer.id().to_owned(), ..Rotated::default() };
        for (connection, keys) in &connections {
            for key in keys {
                self.write(&outer, connection, key)?;
                rotated.wrapped += 1;
            }
        }
        self.change().outer = outer;
        for (connection, _) in &connections {
            self.make(connection)?;
            rotated.made += 1;
        }
        if self.settings.key.is_some() && self.own.exists() {
            wipe(&self.own).map_err(io_error("write", &self.own))?;
            fs::remove_file(&self.own).map_err(io_error("remove", &self.own))?;
        }
        Ok(rotated)
    }

    /// The error of a value that does not open.
    pub(super) fn unopened(&self, _: Unopened) -> Error {
        Error::Unopened { folder: self.folder.display().to_string() }
    }

    fn make(&self, connection: &str) -> Result<Arc<Key>, Error> {
        let mut keys = self.change();
        let known = keys.by_number.keys().chain(&keys.destroyed).map(|number| number.0).max();
        let number = Number(known.map_or(1, |last| last.saturating_add(1)));
        let key = Arc::new(Key::new(number).map_err(|unopened| self.unopened(unopened))?);
        self.write(&keys.outer, connection, &key)?;
        keys.add(connection, Arc::clone(&key));
        Ok(key)
    }

    /// Puts a key's file on disk.
    fn write(&self, outer: &OuterKey, connection: &str, key: &Key) -> Result<(), Error> {
        let wrapped = outer.wrap(key, connection).map_err(|unopened| self.unopened(unopened))?;
        let (connection, outer) = (connection.to_owned(), outer.id().to_owned());
        let path = self.path(key.number());
        let bytes = encode(&path, &Stored::Wrapped { connection, outer, key: wrapped })?;
        files::write_whole(&path, &[&bytes]).map_err(io_error("write", &path))
    }

    fn path(&self, number: Number) -> PathBuf {
        self.folder.join(number.0.to_string())
    }

    fn read(&self) -> RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Keys> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys {
    fn unwrap(stored: &BTreeMap<Number, Stored>, outer: &Outer) -> Result<Self, String> {
        let (newest, _) = OuterKey::generate().map_err(|error| error.to_string())?;
        let (by_number, by_connection) = (HashMap::new(), BTreeMap::new());
        let mut keys = Self { outer: newest, by_number, by_connection, destroyed: Vec::new() };
        for (number, stored) in stored {
            match stored {
                Stored::Destroyed => keys.destroyed.push(*number),
                Stored::Wrapped { connection, outer: id, key } => {
                    let key = outer.of(id)?.unwrap(key, *number, connection).map_err(|_| {
                        format!(
                            "the key {} is damaged, or was sealed for another connection",
                            number.0
                        )
                    })?;
                    keys.add(connection, Arc::new(key));
                }
            }
        }
        Ok(keys)
    }

    fn add(&mut self, connection: &str, key: Arc<Key>) {
        self.by_number.insert(key.number(), Arc::clone(&key));
        self.by_connection.entry(connection.to_owned()).or_default().push(key);
    }
}

/// Where the keys of a data folder are, and the host's own outer key.
fn places(data: &Path) -> (PathBuf, PathBuf) {
    (data.join("store").join("keys"), data.join("seal.key"))
}

fn read(folder: &Path) -> Result<BTreeMap<Number, Stored>, Error> {
    let files = files(folder)?.into_iter();
    files.map(|(number, path)| Ok((number, stored(&path)?))).collect()
}

fn files(folder: &Path) -> Result<Vec<(Number, PathBuf)>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error("read", folder))? {
        let path = entry.map_err(io_error("read", folder))?.path();
        // Others are drafts that a crash left.
        if let Some(number) = path.file_name().and_then(|name| name.to_str()?.parse().ok()) {
            files.push((Number(number), path));
        }
    }
    Ok(files)
}

fn stored(path: &Path) -> Result<Stored, Error> {
    let bytes = fs::read(path).map_err(io_error("read", path))?;
    format::decode(&bytes).map_err(|_| damaged(path, "it holds no key"))
}

fn encode(path: &Path, stored: &Stored) -> Result<Vec<u8>, Error> {
    format::encode(stored).map_err(|error| damaged(path, error))
}

/// Writes over a file in its place, as renaming another over it would leave its bytes on the disk.
fn wipe(path: &Path) -> io::Result<()> {
    let length = fs::metadata(path)?.len();
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    io::copy(&mut io::Read::take(io::repeat(0), length), &mut file)?;
    file.flush()?;
    file.sync_all()
}

fn refused(folder: &Path, why: String) -> Error {
    let folder = folder.parent().unwrap_or(folder).display().to_string();
    Error::Key { folder, why }
}
