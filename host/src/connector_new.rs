//! New connectors: a small project that works, with a test, in the author's language.
//!
//! It is the language's hello connector under another name. The SDK stands beside it in
//! `vendor/rounds-sdk`, as it is on no registry yet: the program carries both, and so is all that
//! an author needs to fetch of Rounds.

mod embedded;
mod language;
mod name;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use language::Language;
use name::Name;

/// Why no project was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What is wanted is no name of a connector.
    #[error(
        "`{0}` is no name of a connector: write small letters, digits and `-`, a letter first, 64 at most"
    )]
    Name(String),
    /// Something is there that must not be written over.
    #[error("{0} is there and not empty; choose another name, or remove it")]
    Occupied(String),
    /// This program was built without the language's SDK.
    #[error("this program does not carry the SDK for {0}")]
    Without(Language),
    /// A file cannot be written.
    #[error("{path} cannot be written: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why not.
        source: io::Error,
    },
}

/// Writes a project called `name` into `folder`, which is made, or must be empty. Answers its
/// files, by their paths within.
///
/// # Errors
/// Why there is none. What was written before a disk failed stays.
pub fn write(name: &str, language: Language, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let name = Name::parse(name).ok_or_else(|| Error::Name(name.into()))?;
    let files = language.project(&name);
    if files.is_empty() {
        return Err(Error::Without(language));
    }
    if is_occupied(folder) {
        return Err(Error::Occupied(folder.display().to_string()));
    }
    for (path, contents) in &files {
        let path = folder.join(path);
        write_file(&path, contents)
            .map_err(|source| Error::Io { path: path.display().to_string(), source })?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn is_occupied(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn write_file(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, contents)
}

#[cfg(test)]
mod tests;
