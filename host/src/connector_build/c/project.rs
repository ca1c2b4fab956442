//! What of a folder is compiled, and how.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use super::io;
use crate::connector_build::{Error, cargo::Missing};

const FLAGS: &str = "compile_flags.txt";
const USUAL_FLAGS: &str = "-Ivendor/rounds-sdk";
const SDK: Missing = Missing {
    tool: "rounds.c",
    remedy: "put the SDK at `vendor/rounds-sdk` in the connector's folder, or say in its compile_flags.txt where it is: `-Ipath`",
};
const NO_EXPORT: &str = "none of its sources holds ROUNDS_EXPORT, the line that makes a connector";
const TWO_EXPORTS: &str = "two of its sources hold ROUNDS_EXPORT; a folder is one connector";

/// Folders with nothing of the connector's own in them.
const FOREIGN: [&str; 5] = ["build", "vendor", "test", "tests", "node_modules"];

/// A connector in C or C++.
pub(super) struct Project {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// The connector's own, below the folder.
    pub(super) sources: Vec<PathBuf>,
    pub(super) flags: Vec<String>,
    /// The SDK's source, below the folder or absolute.
    pub(super) sdk: PathBuf,
}

impl Project {
    /// What is to be built in a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let folder = folder.canonicalize().map_err(|source| io(folder, source))?;
        let mut sources = Vec::new();
        collect(&folder, Path::new(""), &mut sources)?;
        sources.sort();
        let name = name(&folder, &sources)?;
        let text = fs::read_to_string(folder.join(FLAGS));
        let flags = flags(&text.unwrap_or_else(|_| USUAL_FLAGS.into()));
        let sdk = sdk(&folder, &flags)?;
        Ok(Self { name, folder, sources, flags, sdk })
    }

    pub(super) fn has_cpp(&self) -> bool {
        self.sources.iter().any(|source| is_cpp(source))
    }
}

/// Whether a source is C++.
pub(super) fn is_cpp(source: &Path) -> bool {
    matches!(extension(source), Some("cpp" | "cc" | "cxx"))
}

fn extension(source: &Path) -> Option<&str> {
    source.extension().and_then(OsStr::to_str)
}

/// The sources below a part of the folder; links are not followed.
fn collect(folder: &Path, part: &Path, sources: &mut Vec<PathBuf>) -> Result<(), Error> {
    let here = folder.join(part);
    for entry in fs::read_dir(&here).map_err(|source| io(&here, source))? {
        let entry = entry.map_err(|source| io(&here, source))?;
        let kind = entry.file_type().map_err(|source| io(&here, source))?;
        let name = entry.file_name();
        let path = part.join(&name);
        let name = name.to_string_lossy();
        if kind.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&name.as_ref()) {
            collect(folder, &path, sources)?;
        } else if kind.is_file() && is_source(&path) {
            sources.push(path);
        }
    }
    Ok(())
}

fn is_source(path: &Path) -> bool {
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let is_test = stem.starts_with("test_") || stem.ends_with("_test");
    !is_test && (is_cpp(path) || extension(path) == Some("c"))
}

/// The name of the one source with the line that makes a connector.
fn name(folder: &Path, sources: &[PathBuf]) -> Result<String, Error> {
    let mut found = Vec::new();
    for source in sources {
        let path = folder.join(source);
        let text = fs::read(&path).map_err(|source| io(&path, source))?;
        if String::from_utf8_lossy(&text).lines().any(|line| line.starts_with("ROUNDS_EXPORT(")) {
            found.push(source);
        }
    }
    let not = |what| Err(Error::NotAConnector { folder: folder.display().to_string(), what });
    match found.as_slice() {
        [] => not(NO_EXPORT),
        [one] => Ok(one.file_stem().unwrap_or_default().to_string_lossy().into_owned()),
        _ => not(TWO_EXPORTS),
    }
}

/// An argument a line, as clangd reads them.
fn flags(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Into::into).collect()
}

/// The SDK's source, in one of the folders that headers are looked for in.
fn sdk(folder: &Path, flags: &[String]) -> Result<PathBuf, Error> {
    let joined = flags.iter().filter_map(|flag| flag.strip_prefix("-I"));
    let apart = flags.iter().zip(flags.iter().skip(1)).filter(|(flag, _)| *flag == "-I");
    let folders = joined.chain(apart.map(|(_, path)| path.as_str()));
    let mut files = folders.filter(|path| !path.is_empty()).map(|it| Path::new(it).join(SDK.tool));
    let Missing { tool, remedy } = SDK;
    files.find(|file| folder.join(file).is_file()).ok_or(Error::Missing { tool, remedy })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn tests_and_headers_are_no_sources() {
        for (path, expected) in [
            ("hello.c", true),
            ("src/map.cpp", true),
            ("hello.h", false),
            ("hello_test.c", false),
            ("test_hello.cpp", false),
            ("latest.c", true),
        ] {
            assert_eq!(is_source(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn flags_are_lines() {
        assert_eq!(flags("-Ia\n\n  -std=c++20 \r\n"), ["-Ia", "-std=c++20"]);
    }

    #[test]
    fn the_sdk_is_where_headers_are_looked_for() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/c/hello");
        for (lines, expected) in
            [("-I..", Some("../rounds.c")), ("-I\n..", Some("../rounds.c")), ("-I.\n-Wall", None)]
        {
            let found = sdk(&folder, &flags(lines)).ok();
            assert_eq!(found.as_deref(), expected.map(Path::new), "{lines}");
        }
    }

    #[test]
    fn a_connector_is_named_after_its_export() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clinic/c");
        let project = Project::read(&folder).unwrap();
        assert_eq!(project.name, "clinic");
        assert_eq!(project.sources, ["clinic.c", "feed.c", "map.c"].map(PathBuf::from));
    }
}
