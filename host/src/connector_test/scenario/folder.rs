//! Finding scenarios, and reading them with the place of whatever is wrong.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::Scenario;

/// Why scenarios cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a file in it cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// A file is no scenario.
    #[error("{path}:{line}:{column}: {what}")]
    Wrong {
        /// Which.
        path: String,
        /// From 1; 0 where it is about the file as a whole.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
}

/// The scenarios of a connector.
#[derive(Debug, Default)]
pub struct Found {
    /// Where they are; `None` where there is no such folder.
    pub folder: Option<PathBuf>,
    /// Where they were looked for.
    pub looked: Vec<PathBuf>,
    /// In the order of their names.
    pub scenarios: Vec<Scenario>,
}

/// The scenarios of the first of these folders that is there: every `*.json` file in it.
///
/// # Errors
/// The first file that is no scenario.
pub fn find(folders: &[PathBuf]) -> Result<Found, Error> {
    let folder = folders.iter().find(|folder| folder.is_dir()).cloned();
    let scenarios = match &folder {
        Some(folder) => files(folder)?.iter().map(|file| read(file)).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    Ok(Found { folder, looked: folders.to_vec(), scenarios })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable { path: folder.display().to_string(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<Scenario, Error> {
    let path = file.display().to_string();
    let text = fs::read_to_string(file)
        .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    match Scenario::parse(&text) {
        Ok(scenario) => Ok(Scenario { file: file.to_owned(), ..scenario }),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or(&what).to_owned();
            Err(Error::Wrong { path, line, column, what })
        }
    }
}
