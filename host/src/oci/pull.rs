//! Looking up what references mean now, and locking it: what is found is judged as the host would.

use bytes::Bytes;

use super::{
    Digest, Error, Reference,
    fetch::{self, Found},
    fetch_locked,
    lock::{Lock, Locked},
    registry::Repository,
    shelf::Shelf,
    way::Access,
};
use crate::{
    config::{Config, Placed},
    connector::{Connector, Engine},
    egress::Network,
    shelf as kept,
    trust::{self, Facts, Policy},
};

/// A connector of a registry, as `pull` found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The reference.
    pub from: String,
    /// Its name and version, as `fhir-r4@0.1.0`.
    pub connector: String,
    /// The file's digest.
    pub digest: Digest,
    /// What is to be told of its signature, where that is doubtful.
    pub warning: Option<trust::Error>,
    /// What was locked before, if it was another one.
    pub before: Option<String>,
    /// Whether the lock says something new.
    pub is_new: bool,
}

/// Looks up what the references of a configuration stand for, and locks it: those that are not
/// locked yet, or with `update` all of them. What is found is loaded and judged as the host would,
/// and a lock is written only where all of it may run.
///
/// # Errors
/// The first connector that cannot be had, or may not run.
pub async fn pull(config: &Config, engine: &Engine, update: bool) -> Result<Vec<Pulled>, Error> {
    let path = Lock::path(&config.file);
    let before = Lock::read(&path)?;
    let puller = Puller {
        config,
        engine,
        network: Network::new(),
        shelf: Shelf::new(&config.host.data),
        policy: Policy::new(&config.host.trust),
    };
    let (mut after, mut pulled) = (Vec::new(), Vec::new());
    for Placed { value: reference, .. } in &config.connectors {
        let known = before.get(reference);
        let (locked, warning) = match known {
            Some(locked) if !update => (puller.again(reference, locked).await?, None),
            known => puller.anew(reference, known).await?,
        };
        pulled.push(Pulled::new(&locked, known, warning));
        after.push(locked);
    }
    let after = Lock::new(after);
    if after != before {
        after.write(&path)?;
    }
    Ok(pulled)
}

/// What it takes to pull.
struct Puller<'c> {
    config: &'c Config,
    engine: &'c Engine,
    network: Network,
    shelf: Shelf,
    policy: Policy,
}

impl Puller<'_> {
    /// What is locked stays so; its file is had again where it is missing.
    async fn again(&self, reference: &Reference, locked: &Locked) -> Result<Locked, Error> {
        if self.shelf.find(reference, locked).is_none() {
            fetch_locked(self.config, &self.network, &self.shelf, reference, locked).await?;
        }
        Ok(locked.clone())
    }

    /// What the registry has now.
    async fn anew(
        &self,
        reference: &Reference,
        before: Option<&Locked>,
    ) -> Result<(Locked, Option<trust::Error>), Error> {
        let registries = &self.config.registries;
        let mut repository = Repository::new(&self.network, registries, reference, Access::Pull)?;
        let Found { manifest, file, signatures } =
            fetch::connector(&mut repository, reference).await?;
        let digest = Digest::of(&file);
        let signature = self.best(&digest, &signatures);
        let (facts, warning) = self.judge(reference, &file, signature).await?;
        let before = before.filter(|before| before.name == facts.name);
        if let Some(before) = before.filter(|_| !self.was_served(&facts)) {
            let followed = self.policy.may_follow(&facts.name, &before.version, &facts.version);
            followed.map_err(|source| Error::Older { reference: reference.to_string(), source })?;
        }
        self.shelf.keep(reference, &file, signature)?;
        let locked = Locked {
            from: reference.to_string(),
            name: facts.name,
            version: facts.version,
            manifest,
            digest,
            size: file.len() as u64,
            signature: signature.map(Digest::of),
        };
        Ok((locked, warning))
    }

    /// Whether this very file was in service here: it may come back.
    fn was_served(&self, facts: &Facts) -> bool {
        let kept = kept::Shelf::at(&self.config.host.data.join("connectors"));
        kept.record(&facts.name).is_some_and(|record| record.may_come_back(&facts.digest))
    }

    /// The first signature that is good for something, of those that anybody may have put there.
    fn best<'s>(&self, digest: &Digest, signatures: &'s [Bytes]) -> Option<&'s [u8]> {
        let is_good = |signature: &&Bytes| {
            let admitted = self.policy.admit(digest.hex(), Some(signature));
            admitted.is_ok_and(|admitted| admitted.is_signed())
        };
        let best = signatures.iter().find(is_good).or(signatures.first());
        best.map(|signature| &signature[..])
    }

    async fn judge(
        &self,
        reference: &Reference,
        file: &bytes::Bytes,
        signature: Option<&[u8]>,
    ) -> Result<(Facts, Option<trust::Error>), Error> {
        let name = reference.to_string();
        let untrusted = |source| Error::Untrusted { reference: name.clone(), source };
        let digest = Digest::of(file);
        let admitted = self.policy.admit(digest.hex(), signature).map_err(untrusted)?;
        let loaded = Connector::from_bytes(self.engine, &name, file.clone()).await;
        let facts = loaded
            .map(|connector| Facts::from(&connector))
            .map_err(|source| Error::Connector { reference: name.clone(), source })?;
        let verdict = self.policy.confirm(admitted, &facts).map_err(untrusted)?;
        Ok((facts, verdict.doubt()))
    }
}

impl Pulled {
    fn new(locked: &Locked, before: Option<&Locked>, warning: Option<trust::Error>) -> Self {
        let label = |locked: &Locked| format!("{}@{}", locked.name, locked.version);
        let changed = before.filter(|before| before.digest != locked.digest);
        Self {
            from: locked.from.clone(),
            connector: label(locked),
            digest: locked.digest.clone(),
            warning,
            before: changed.map(label),
            is_new: before != Some(locked),
        }
    }
}
