//! Files of the host's own: closed to other users, and there whole or not at all.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::step;

/// Makes a folder that only the host's user may look into, with those above it.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Writes a file that does not have these bytes yet: what is there waits for no disk.
pub(crate) fn write_changed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::read(path) {
        Ok(there) if there == bytes => Ok(()),
        _ => write_whole(path, &[bytes]),
    }
}

/// Writes a file, one part after the other; it is on disk, whole, when this answers `Ok`.
pub(crate) fn write_whole(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}-{number}.draft", std::process::id()));
    let draft = PathBuf::from(draft);
    let written = write_draft(&draft, parts)
        .inspect(|()| drafted(path))
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| sync_folder(path));
    if written.is_err() {
        // What is left of it is in nobody's way.
        drop(fs::remove_file(&draft));
    }
    written
}

/// A connector's file is there in full, and not in its place yet.
fn drafted(path: &Path) {
    if path.extension().is_some_and(|extension| extension == "wasm") {
        step::reached("drafted");
    }
}

/// A name is on disk when its folder is.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn write_draft(draft: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}
