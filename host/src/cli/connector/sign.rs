//! `rounds connector sign`: a signature file beside a connector.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::{
    cli::{
        exit::Error,
        output::{Output, note},
    },
    config::{Environment, ProcessEnvironment},
    connector::Connector,
    trust::{self, Facts, PrivateKey},
};

/// Signs a connector: what it is, what it may ask, and every byte of it.
///
/// The signature goes into FILE.sig. One of the same connector by another key stays in it, so that
/// keys can be rotated.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The connector
    file: PathBuf,
    /// The private key: Ed25519 in PEM, as `rounds connector keygen` makes it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

pub(super) async fn run(Arguments { file, key }: Arguments) -> Result<(), Error> {
    let key = private_key(&key)?;
    let engine = super::engine()?;
    let connector = Connector::load(&engine, &file).await?;
    let cannot = || format!("{} cannot be signed", file.display());
    let before = trust::file::read(&file).with_context(cannot)?;
    let signed = trust::sign(Facts::from(&connector), &key, before.as_deref());
    let written = trust::file::write(&file, &signed.with_context(cannot)?).with_context(cannot)?;
    note(&format!("{}, signed with key {}", connector.manifest().label(), key.public().id()));
    Ok(Output::open().line(&written.display().to_string())?)
}

pub(super) fn private_key(path: &Path) -> Result<PrivateKey, Error> {
    let shown = path.display();
    let file = ProcessEnvironment.file(path).with_context(|| format!("{shown} cannot be read"))?;
    if file.world_readable {
        note(&format!("warning: every user of this machine may read {shown}; `chmod 600` it"));
    }
    PrivateKey::from_pem(&file.text).map_err(|error| Error::Wrong(format!("{shown}: {error}")))
}
