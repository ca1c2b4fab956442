//! `rounds connector keygen`: a key to sign connectors with.

use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

use anyhow::Context;
use clap::Args;

use crate::{
    cli::{
        exit::Error,
        output::{Output, note},
    },
    trust::PrivateKey,
};

/// Makes a key to sign connectors with, and prints its public half.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// Where to put the private key; a file that is there stays as it is
    #[arg(short, long, value_name = "FILE", default_value = "key.pem")]
    output: PathBuf,
}

pub(super) fn run(Arguments { output }: Arguments) -> Result<(), Error> {
    let (key, pem) = PrivateKey::generate().map_err(anyhow::Error::from)?;
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&output);
    let shown = output.display();
    made.and_then(|mut file| file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()))
        .with_context(|| format!("{shown} cannot be made"))?;
    let public = key.public();
    note(&format!(
        "{shown} is the private key {}: keep it secret. A host trusts it with, in [host.trust]:\n\
         keys = [{{ name = \"…\", key = \"{public}\" }}]",
        public.id()
    ));
    Ok(Output::open().line(&public.to_string())?)
}
