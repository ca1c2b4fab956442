//! What is in service, on disk: a note a connector's name, and the files that the notes speak of.
//!
//! The folder of connectors is its user's: files there change and go. So what is in service is
//! kept here, and a restart finds it, also where the file was removed or replaced by one that
//! cannot be used.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::task;

use crate::{
    connector::Content,
    files,
    service::{Notes, Record},
    trust::file::beside,
};

/// The shelf of a host. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shelf {
    folder: Arc<Path>,
    /// Where notes are, if not in the folder.
    notes: Option<Arc<dyn Notes>>,
}

impl Shelf {
    /// The shelf in a folder, made where there is none.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        files::make_folder(folder)?;
        Ok(Self::at(folder))
    }

    /// The shelf in a folder that may not be there.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.into(), notes: None }
    }

    /// The same shelf, with its notes elsewhere.
    pub(crate) fn noting(self, notes: Option<Arc<dyn Notes>>) -> Self {
        Self { notes, ..self }
    }

    /// What is noted of a name. A note that cannot be read is none, and told.
    pub(crate) fn record(&self, name: &str) -> Option<Record> {
        let path = self.place(name);
        let text = match &self.notes {
            Some(notes) => notes.read(name)?,
            None => fs::read(&path).ok()?,
        };
        let read = serde_json::from_slice(&text);
        let wrong = |error: &serde_json::Error| {
            tracing::warn!(file = %path.display(), %error, "cannot be read; what was in service before is not known");
        };
        read.inspect_err(wrong).ok()
    }

    /// The names with a note.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let name = |path: PathBuf| {
            let is_note = path.extension().is_some_and(|extension| extension == "json");
            path.file_stem().filter(|_| is_note).map(|stem| stem.to_string_lossy().into_owned())
        };
        entries.filter_map(|entry| name(entry.path())).collect()
    }

    /// Where the file with a digest is, if it is here.
    pub(crate) fn file(&self, digest: &str) -> Option<PathBuf> {
        Some(self.path(digest)).filter(|path| path.is_file())
    }

    /// Puts a file here, with the signature that lay beside it.
    pub(crate) fn put(&self, content: &Content, signature: Option<&[u8]>) -> io::Result<()> {
        let path = self.path(content.digest());
        if let Some(signature) = signature {
            files::write_changed(&beside(&path), signature)?;
        }
        match self.file(content.digest()) {
            Some(_) => Ok(()),
            None => files::write_whole(&path, &[content.bytes()]),
        }
    }

    /// Notes what is in service under a name.
    pub(crate) async fn note(&self, name: &str, record: &Record) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(record)?;
        if let Some(notes) = &self.notes {
            return notes.write(name, text).await;
        }
        let path = self.place(name);
        let written = task::spawn_blocking(move || files::write_changed(&path, &text));
        written.await.map_err(io::Error::other)?
    }

    /// Lets go of files that no note speaks of. Nobody may be about to note one meanwhile.
    pub(crate) fn tidy(&self) -> io::Result<()> {
        let records = self.names().into_iter().filter_map(|name| self.record(&name));
        let named: HashSet<_> =
            records.flat_map(|it| [Some(it.serving), it.previous]).flatten().collect();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let is_file = path.extension().is_some_and(|extension| extension == "wasm");
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            if is_file && !named.contains(stem.as_ref()) {
                fs::remove_file(&path)?;
                // Most have none.
                drop(fs::remove_file(beside(&path)));
            }
        }
        Ok(())
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.wasm"))
    }
}
