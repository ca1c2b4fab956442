//! Where a connector is, and where its recorded exchanges are.

use std::path::{Path, PathBuf};

use crate::{cli::exit::Error, connector_build};

/// The folder of recorded exchanges, as projects name it.
const FOLDER: &str = "exchanges";

/// The component to test: the file itself, or what a project is built to.
pub(super) async fn file(path: &Path) -> Result<PathBuf, Error> {
    if !path.is_dir() {
        return Ok(path.into());
    }
    Ok(connector_build::build_in_place(path).await?)
}

/// Where scenarios may be: a file may lie beside its project, in it, or in a folder of what is built
/// there.
pub(super) fn folders(path: &Path, given: Option<&Path>) -> Vec<PathBuf> {
    if let Some(folder) = given {
        return vec![folder.into()];
    }
    if path.is_dir() {
        return vec![path.join(FOLDER)];
    }
    let beside = path.parent().unwrap_or(Path::new(""));
    let project = path.file_stem().map(|name| beside.join(name).join(FOLDER));
    project.into_iter().chain([beside.join(FOLDER), beside.join("..").join(FOLDER)]).collect()
}
