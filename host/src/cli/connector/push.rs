//! `rounds connector push`: a connector and its signature, to a registry.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::Args;

use crate::{
    cli::{
        exit::Error,
        output::{Output, note},
    },
    config::{Auth, Config, Environment, ProcessEnvironment, Registry, Secret},
    connector::Connector,
    oci::{self, Parcel, Reference},
    trust,
};

/// Where the password of `--user` is.
const PASSWORD: &str = "ROUNDS_REGISTRY_PASSWORD";

/// Pushes a connector to a registry, and FILE.sig beside it where there is one.
///
/// Credentials are those of the registry in a configuration (-c), or a user (--user) with the
/// password in ROUNDS_REGISTRY_PASSWORD.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The connector
    file: PathBuf,
    /// Where to, as oci://registry.example/team/name:1.2.0
    reference: Reference,
    /// The configuration whose `[[registry]]` is used
    #[arg(short = 'c', long, value_name = "FILE", conflicts_with = "user")]
    config: Option<PathBuf>,
    /// Who pushes
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { file, reference, .. } = &arguments;
    let registries = registries(&arguments)?;
    let shown = file.display();
    let bytes = fs::read(file).with_context(|| format!("{shown} cannot be read"))?;
    let signature = trust::file::read(file).with_context(|| format!("the signature of {shown}"))?;
    let engine = super::engine()?;
    let connector =
        Connector::from_bytes(&engine, &shown.to_string(), bytes.clone().into()).await?;
    if let Some(signature) = &signature {
        let fits = trust::signers(connector.digest(), signature);
        fits.map_err(|error| Error::Wrong(format!("{shown}: {error}")))?;
    }
    let signed = if signature.is_some() { "with its signature" } else { "unsigned" };
    let (file, signature) = (bytes.into(), signature.map(Into::into));
    let parcel = Parcel { connector: &connector, file, signature };
    let digest = oci::push(&registries, reference, &parcel).await?;
    note(&format!("{}, {signed}, is at {reference}", connector.manifest().label()));
    Ok(Output::open().line(&digest.to_string())?)
}

fn registries(arguments: &Arguments) -> Result<Vec<Registry>, Error> {
    if let Some(config) = &arguments.config {
        return Ok(Config::load(config)?.registries);
    }
    let Some(user) = &arguments.user else { return Ok(Vec::new()) };
    let password = ProcessEnvironment.variable(PASSWORD).filter(|it| !it.is_empty());
    let password = password
        .map(Secret::new)
        .ok_or_else(|| Error::Wrong(format!("--user needs the password in {PASSWORD}")))?;
    let mut registry = Registry::new(&arguments.reference.host);
    registry.auth = Auth::Basic { user: user.clone(), password }.into();
    Ok(vec![registry])
}
