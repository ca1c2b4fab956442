//! The SDKs and what is made with them, copied to where a language's tools may leave what they
//! like.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// What of the sources is copied; they lead to each other by relative paths.
const PARTS: [&str; 3] = ["sdk", "wit", "examples/clinic"];

/// What tools leave in folders where somebody built by hand.
const LEFTOVERS: [&str; 7] =
    ["build", "dist", "node_modules", "target", "vendor", ".venv", "__pycache__"];

/// A copy below `target/`. Removed with the value.
pub(super) struct Tree(PathBuf);

impl Tree {
    /// A copy of its own.
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("tree-{}-{number}", process::id());
        let tree = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        for part in PARTS {
            copy(&sources().join(part), &tree.path(part));
        }
        tree
    }

    /// A path within, which is that of the sources.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // What stays behind lies below target/ and has a name that no other run takes.
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The sources that are copied.
pub(super) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, path, to) =
            (entry.file_type().unwrap(), entry.path(), to.join(entry.file_name()));
        if kind.is_symlink() {
            symlink(fs::read_link(&path).unwrap(), &to).unwrap();
        } else if kind.is_file() {
            fs::copy(&path, &to).unwrap();
        } else if !LEFTOVERS.contains(&entry.file_name().to_string_lossy().as_ref()) {
            copy(&path, &to);
        }
    }
}
