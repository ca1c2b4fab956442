//! `rounds connector verify`: whether a connector is what somebody trusted has signed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use clap::Args;
use serde::Serialize;

use crate::{
    cli::{
        arguments::ConfigFile,
        exit::Error,
        output::{Output, plain},
    },
    config::trust::TrustedKey,
    connector::{Connector, digest_of},
    trust::{self, Facts, Policy, PublicKey, Verdict},
};

/// Verifies a connector's signature, whatever host.trust.signatures says.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The connector; its signature is in FILE.sig
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
    /// The key to trust, as `ed25519:…` or a file in PEM; the configuration is not read then
    #[arg(long, value_name = "PUBLIC")]
    key: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// What was found to be true.
#[derive(Serialize)]
struct Verified<'f> {
    file: String,
    connector: String,
    sha256: &'f str,
    contract: &'f str,
    requests: &'f [String],
    signed_by: String,
    key: String,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let file = arguments.file.display().to_string();
    let keys = keys(&arguments)?;
    let bytes = fs::read(&arguments.file).with_context(|| format!("{file} cannot be read"))?;
    let signature = trust::file::read(&arguments.file);
    let signature = signature.with_context(|| format!("the signature of {file}"))?;
    let failed = |error: trust::Error| anyhow!("{file}: {}", plain(&error.to_string()));
    let policy = Policy::requiring(keys);
    let sha256 = digest_of(&bytes);
    let admitted = policy.admit(&sha256, signature.as_deref()).map_err(failed)?;
    let engine = super::engine()?;
    let connector = Connector::from_bytes(&engine, &file, bytes.into()).await?;
    let facts = Facts::from(&connector);
    match policy.confirm(admitted, &facts).map_err(failed)? {
        Verdict::Signed { by, key } => {
            let (connector, key) = (connector.manifest().label(), key.to_string());
            let Facts { digest, contract, requests, .. } = &facts;
            let (sha256, signed_by) = (digest.as_str(), by);
            show(
                &Verified { file, connector, sha256, contract, requests, signed_by, key },
                arguments.json,
            )
        }
        Verdict::NotAsked | Verdict::Doubtful(_) => Err(anyhow!("{file} was not verified").into()),
    }
}

fn keys(arguments: &Arguments) -> Result<Vec<TrustedKey>, Error> {
    let Some(written) = &arguments.key else {
        let keys = arguments.config.load()?.host.trust.keys;
        return match keys.is_empty() {
            true => Err(Error::Wrong("the configuration trusts no key: host.trust.keys".into())),
            false => Ok(keys),
        };
    };
    let wrong = |error: trust::key::Error| Error::Wrong(format!("--key: {error}"));
    let key = match written.starts_with("ed25519:") {
        true => written.parse().map_err(wrong)?,
        false => from_file(Path::new(written))?,
    };
    Ok(vec![TrustedKey { name: "--key".into(), key }])
}

fn from_file(path: &Path) -> Result<PublicKey, Error> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("{shown} cannot be read"))?;
    PublicKey::from_pem(&text).map_err(|error| Error::Wrong(format!("{shown}: {error}")))
}

fn show(verified: &Verified<'_>, json: bool) -> Result<(), Error> {
    let mut output = Output::open();
    if json {
        return Ok(output.json(verified)?);
    }
    let Verified { file, connector, sha256, contract, requests, signed_by, key } = verified;
    output.line(&plain(&format!("{file}: {connector}, signed by {signed_by} (key {key})")))?;
    for (name, value) in [
        ("sha256", (*sha256).to_owned()),
        ("contract", (*contract).to_owned()),
        ("requests", requests.join(", ")),
    ] {
        output.line(&plain(&format!("{name:<9} {value}")))?;
    }
    Ok(())
}
