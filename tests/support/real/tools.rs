//! The tools of the languages that connectors are written in, as a command finds them.
//!
//! What of them is on the machine is not looked at but for Node, npm, cargo and a compiler of C:
//! the others are those of `tests/real/connectors`. Nothing but npm asks a registry, and npm only
//! for what a lock file names and its cache doesn't have.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::install;
use crate::support::{CACHE_HOME, cache_home, target};

/// Installed tools. A cheap handle.
#[derive(Clone, Copy)]
pub(crate) struct Tools {
    home: &'static Path,
}

impl Tools {
    /// Installs them where they aren't yet.
    pub(crate) fn ready() -> Self {
        Self { home: install::connectors() }
    }

    /// What a command is to be told, so that it finds them: `go`, `zig`, and for Python the
    /// wheels that an environment is made of. What they compile for all is kept.
    pub(crate) fn variables(self) -> Vec<(&'static str, OsString)> {
        let path = [self.home.join("bin"), program_folder()].into_iter();
        let old = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(path.chain(env::split_paths(&old))).expect("a path");
        let on = |name| (name, "1".into());
        let at = |name, folder: &str| (name, self.home.join(folder).into());
        vec![
            ("PATH", path),
            on("PIP_NO_INDEX"),
            at("PIP_FIND_LINKS", "wheels"),
            on("PIP_DISABLE_PIP_VERSION_CHECK"),
            on("PYTHONDONTWRITEBYTECODE"),
            at("npm_config_cache", "npm"),
            ("npm_config_prefer_offline", "true".into()),
            ("GOPROXY", "off".into()),
            ("GOTOOLCHAIN", "local".into()),
            ("GOENV", "off".into()),
            at("GOPATH", "go"),
            at("GOCACHE", "go-build"),
            at("ZIG_GLOBAL_CACHE_DIR", "zig"),
            at("ZIG_LOCAL_CACHE_DIR", "zig"),
            ("CARGO_TARGET_DIR", target().into()),
            (CACHE_HOME, cache_home().into()),
        ]
    }

    /// An environment of Python with componentize-py in it.
    pub(crate) fn environment(self) -> PathBuf {
        self.home.join("venv")
    }
}

/// Where `rounds` is.
fn program_folder() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_rounds")).parent().expect("a folder").into()
}
