//! Where a real system keeps what it is told.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// A folder of its own below `target/`, removed when dropped.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    /// An empty one for a system of this name.
    pub(super) fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{name}-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a folder below target/");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind lies below target/ and has a name that no other run takes.
        fs::remove_dir_all(&self.0).ok();
    }
}
