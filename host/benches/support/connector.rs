//! The real connector as a real `.wasm`, built as users build it.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

const BUILD: [&str; 5] =
    ["build", "--profile=connector", "--target=wasm32-wasip2", "--quiet", "--message-format=json"];

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Builds the FHIR connector, unless it is there already; answers where it is.
pub(crate) fn build() -> Result<PathBuf> {
    build_with(&["--package=fhir-r4", "--lib"])
}

/// Builds what these arguments of cargo name, unless it is there already; answers where it is.
pub(crate) fn build_with(what: &[&str]) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(BUILD)
        .args(what)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be run")?;
    ensure!(
        built.status.success(),
        "the connector could not be built; `rustup target add wasm32-wasip2` may be missing"
    );
    let messages = String::from_utf8_lossy(&built.stdout).into_owned();
    let mut files = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .flat_map(|message| message.filenames);
    files
        .rfind(|file| file.extension().is_some_and(|it| it == "wasm"))
        .context("cargo built no .wasm file")
}
