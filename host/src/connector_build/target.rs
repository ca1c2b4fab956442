//! The target of the compiler that connectors are built for.

use std::path::Path;

use tokio::process::Command;

use super::{
    Error, TARGET,
    cargo::{Missing, output},
};

const RUSTC: Missing = Missing { tool: "rustc", remedy: "install Rust from https://rustup.rs" };
const RUSTUP: Missing = Missing {
    tool: "rustup",
    remedy: "the compiler has no wasm32-wasip2: install Rust from https://rustup.rs, or this target as your system does",
};

/// Has the target installed, where the compiler of a folder does not have it.
pub(super) async fn ensure(folder: &Path) -> Result<(), Error> {
    if is_installed(folder).await? {
        return Ok(());
    }
    tracing::warn!("the compiler has no {TARGET} yet; adding it: rustup target add {TARGET}");
    let mut rustup = Command::new(RUSTUP.tool);
    output(rustup.args(["target", "add", TARGET]).current_dir(folder), RUSTUP, "rustup target add")
        .await
        .map(drop)
}

async fn is_installed(folder: &Path) -> Result<bool, Error> {
    let mut rustc = Command::new(RUSTC.tool);
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder);
    let libraries = output(&mut rustc, RUSTC, "rustc --print target-libdir").await?;
    Ok(Path::new(libraries.trim()).is_dir())
}

/// The version of a folder's compiler, as `1.95.0`.
pub(super) async fn compiler(folder: &Path) -> Result<String, Error> {
    let mut rustc = Command::new(RUSTC.tool);
    let told = output(rustc.arg("--version").current_dir(folder), RUSTC, "rustc --version").await?;
    Ok(told.split_whitespace().nth(1).unwrap_or_default().to_owned())
}
