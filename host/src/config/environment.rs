//! Where secrets come from: variables and files, behind a trait so that a test has its own.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

/// What a configuration reads beside its own text.
pub trait Environment {
    /// A variable's value; `None` where there is none, or where it is not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// A small file, read whole; blocks.
    ///
    /// # Errors
    /// Those of the file system, and one for a file that is not UTF-8.
    fn file(&self, path: &Path) -> io::Result<SmallFile>;
}

/// A file with a secret or a certificate.
#[derive(Clone)]
pub struct SmallFile {
    /// All of it.
    pub text: String,
    /// Whether every user of the machine may read it.
    pub world_readable: bool,
}

/// The variables and files of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &Path) -> io::Result<SmallFile> {
        let text = std::fs::read_to_string(path)?;
        Ok(SmallFile { text, world_readable: world_readable(path)? })
    }
}

#[cfg(unix)]
fn world_readable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn world_readable(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Variables and files that a test or an embedding program made up.
#[derive(Clone, Default)]
pub struct FixedEnvironment {
    /// By name.
    pub variables: HashMap<String, String>,
    /// By path.
    pub files: HashMap<PathBuf, SmallFile>,
}

impl Environment for FixedEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn file(&self, path: &Path) -> io::Result<SmallFile> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_file_that_everybody_may_read_says_so() {
        let path = std::env::temp_dir().join(format!("rounds-environment-{}", std::process::id()));
        fs::write(&path, "s3cr3t").unwrap();
        for (mode, world_readable) in [(0o600, false), (0o640, false), (0o644, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let file = ProcessEnvironment.file(&path).unwrap();
            assert_eq!((file.text.as_str(), file.world_readable), ("s3cr3t", world_readable));
        }
        fs::remove_file(&path).unwrap();
        assert!(ProcessEnvironment.file(&path).is_err());
    }
}
