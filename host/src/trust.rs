//! Whose connectors run here: detached signatures, and no going back to older versions.
//!
//! Beside `NAME.wasm` lies `NAME.wasm.sig`: a statement of what the file is and may ask, and who
//! signed it. [`Policy`] judges it against the keys that the operator trusts, in two steps, so
//! that nothing of a stranger's file is compiled: [`Policy::admit`] needs the file's digest alone,
//! [`Policy::confirm`] what the loaded connector then says of itself.

mod envelope;
mod error;
pub mod file;
pub mod key;
mod policy;
mod statement;
pub mod version;

use self::{envelope::Envelope, key::KeyId, statement::Statement};
pub use self::{
    envelope::LONGEST,
    error::Error,
    key::{PrivateKey, PublicKey},
    policy::{Admitted, Policy, Verdict},
    statement::Facts,
};
use crate::connector::Connector;

impl From<&Connector> for Facts {
    fn from(connector: &Connector) -> Self {
        let manifest = connector.manifest();
        Self {
            digest: connector.digest().to_owned(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            contract: connector.contract(),
            requests: manifest.requests.clone(),
        }
    }
}

/// Signs a connector: the text of its signature file. Signatures of the same statement in
/// `before`, the file that was there, are kept, so that keys can be rotated.
///
/// # Errors
/// [`Error::Unstatable`] where what the connector says of itself cannot be signed.
pub fn sign(facts: Facts, key: &PrivateKey, before: Option<&[u8]>) -> Result<String, Error> {
    let statement = Statement::new(facts).ok_or(Error::Unstatable)?;
    let kept = before.and_then(|bytes| Envelope::parse(bytes).ok());
    let kept = kept.filter(|envelope| envelope.statement == statement);
    let mut envelope = kept.unwrap_or_else(|| Envelope::new(statement));
    envelope.sign(key);
    Ok(envelope.text())
}

/// Who says to have signed a file, unverified.
///
/// # Errors
/// [`Error::Malformed`], or [`Error::Digest`] where they signed another file.
pub fn signers(digest: &str, signature: &[u8]) -> Result<Vec<KeyId>, Error> {
    let envelope = Envelope::parse(signature)?;
    let signed = envelope.statement.facts.digest;
    if signed != digest {
        return Err(Error::Digest { signed, found: digest.to_owned() });
    }
    Ok(envelope.signatures.into_iter().map(|(id, _)| id).collect())
}

#[cfg(test)]
mod tests;
