//! A file of the folder as it was read: its bytes, and the signature beside it.

use std::{io, path::Path};

use tokio::task;

use crate::{
    connector::{self, Content, Stamp, read},
    shelf::Shelf,
    trust,
};

/// A file that may be a connector.
pub(crate) struct File {
    pub(crate) content: Content,
    pub(crate) signature: Option<Vec<u8>>,
    pub(crate) stamp: Option<Stamp>,
}

impl File {
    /// Reads a file of the folder, on a thread that may wait for the disk.
    pub(crate) async fn read(path: &Path) -> Result<Self, connector::Error> {
        apart(path, |path| {
            let (bytes, stamp) = read(path)?;
            let signature = signature(path)?;
            Ok(Self { content: Content::new(bytes), signature, stamp: Some(stamp) })
        })
        .await
    }

    /// Reads a file that somebody named, wherever it is.
    pub(crate) async fn read_named(path: &Path) -> Result<Self, connector::Error> {
        apart(path, |path| {
            let bytes = std::fs::read(path).map_err(|source| unreadable(path, source))?;
            let signature = signature(path)?;
            Ok(Self { content: Content::new(bytes.into()), signature, stamp: None })
        })
        .await
    }

    /// Keeps it for the next start, and for going back.
    pub(crate) async fn keep(self, shelf: &Shelf) -> io::Result<()> {
        let shelf = shelf.clone();
        let put = move || shelf.put(&self.content, self.signature.as_deref());
        task::spawn_blocking(put).await.map_err(io::Error::other)?
    }
}

fn signature(path: &Path) -> Result<Option<Vec<u8>>, connector::Error> {
    let wrong = |source| unreadable(&trust::file::beside(path), source);
    trust::file::read(path).map_err(wrong)
}

async fn apart(
    path: &Path,
    read: impl FnOnce(&Path) -> Result<File, connector::Error> + Send + 'static,
) -> Result<File, connector::Error> {
    let wanted = path.to_path_buf();
    let read = task::spawn_blocking(move || read(&wanted)).await;
    read.unwrap_or_else(|ended| Err(unreadable(path, io::Error::other(ended))))
}

fn unreadable(path: &Path, source: io::Error) -> connector::Error {
    connector::Error::Unreadable { path: path.display().to_string(), source }
}
