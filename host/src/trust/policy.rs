//! Which connectors may run: pure judgements of what the operator wrote and what was found.

use std::sync::Arc;

use super::{Error, Facts, envelope::Envelope, key::KeyId, statement::Statement, version};
use crate::config::{
    Trust,
    trust::{Signatures, TrustedKey},
};

/// What the policy makes of a connector that may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody asks for signatures.
    NotAsked,
    /// A trusted key signed it.
    Signed {
        /// The key's name in the configuration.
        by: String,
        /// Its id.
        key: KeyId,
    },
    /// It may run, and this is to be told as a warning.
    Doubtful(Error),
}

/// Which connectors may run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Policy {
    signatures: Signatures,
    keys: Arc<[TrustedKey]>,
    allow_older: Arc<[String]>,
}

/// What is known of a file before it is loaded.
#[derive(Clone, Debug)]
pub struct Admitted(Standing);

#[derive(Clone, Debug)]
enum Standing {
    NotAsked,
    Signed(Box<Statement>, String, KeyId),
    Doubtful(Error),
}

impl Verdict {
    /// What is to be told as a warning.
    pub fn doubt(self) -> Option<Error> {
        match self {
            Self::Doubtful(error) => Some(error),
            Self::NotAsked | Self::Signed { .. } => None,
        }
    }
}

impl Admitted {
    /// Whether a trusted key signed the file.
    pub fn is_signed(&self) -> bool {
        matches!(self.0, Standing::Signed(..))
    }
}

impl Policy {
    /// As the configuration has it.
    pub fn new(trust: &Trust) -> Self {
        let allow_older = trust.allow_older.iter().cloned().collect();
        Self { signatures: trust.signatures, keys: trust.keys.as_slice().into(), allow_older }
    }

    /// Signatures by one of these keys, and nothing else.
    pub fn requiring(keys: Vec<TrustedKey>) -> Self {
        Self { signatures: Signatures::Require, keys: keys.into(), allow_older: Arc::default() }
    }

    /// Judges a file by its digest (SHA-256 in hexadecimal) and its signature file, before anything
    /// of it is compiled.
    ///
    /// # Errors
    /// Why it may not be loaded, where signatures are required.
    pub fn admit(&self, digest: &str, signature: Option<&[u8]>) -> Result<Admitted, Error> {
        if self.signatures == Signatures::Off {
            return Ok(Admitted(Standing::NotAsked));
        }
        match self.signer(digest, signature) {
            Ok((statement, key)) => {
                let (name, id) = (key.name.clone(), key.key.id());
                Ok(Admitted(Standing::Signed(Box::new(statement), name, id)))
            }
            Err(error) => self.doubt(error).map(Standing::Doubtful).map(Admitted),
        }
    }

    /// Judges a connector that has been loaded already: [`admit`](Self::admit) and
    /// [`confirm`](Self::confirm) in one.
    ///
    /// # Errors
    /// Why it may not run, where signatures are required.
    pub fn judge(&self, facts: &Facts, signature: Option<&[u8]>) -> Result<Verdict, Error> {
        self.confirm(self.admit(&facts.digest, signature)?, facts)
    }

    /// Judges whether a loaded connector is what was signed.
    ///
    /// # Errors
    /// Why it may not run, where signatures are required.
    pub fn confirm(&self, admitted: Admitted, facts: &Facts) -> Result<Verdict, Error> {
        match admitted.0 {
            Standing::NotAsked => Ok(Verdict::NotAsked),
            Standing::Doubtful(error) => Ok(Verdict::Doubtful(error)),
            Standing::Signed(statement, by, key) => match statement.difference(facts) {
                None => Ok(Verdict::Signed { by, key }),
                Some((what, signed, found)) => {
                    self.doubt(Error::Differs { what, signed, found }).map(Verdict::Doubtful)
                }
            },
        }
    }

    /// Judges whether a connector may follow the highest version that was served before.
    ///
    /// # Errors
    /// As [`version::newer_or_equal`], unless the operator allows it for this connector.
    pub fn may_follow(
        &self,
        connector: &str,
        served: &str,
        offered: &str,
    ) -> Result<(), version::Error> {
        match self.allow_older.iter().any(|name| name == connector) {
            true => Ok(()),
            false => version::newer_or_equal(served, offered),
        }
    }

    fn doubt(&self, error: Error) -> Result<Error, Error> {
        if self.signatures == Signatures::Require { Err(error) } else { Ok(error) }
    }

    /// The statement about this very file, and who of those that are trusted signed it.
    fn signer(
        &self,
        digest: &str,
        signature: Option<&[u8]>,
    ) -> Result<(Statement, &TrustedKey), Error> {
        let envelope = Envelope::parse(signature.ok_or(Error::Unsigned)?)?;
        let signed = &envelope.statement.facts.digest;
        if signed != digest {
            let (signed, found) = (signed.clone(), digest.to_owned());
            return Err(Error::Digest { signed, found });
        }
        let text = envelope.statement.text();
        let mut forged = None;
        for (id, signature) in &envelope.signatures {
            for trusted in self.keys.iter().filter(|trusted| trusted.key.id() == *id) {
                if trusted.key.verifies(text.as_bytes(), signature) {
                    return Ok((envelope.statement, trusted));
                }
                forged = Some(Error::Forged { key: trusted.name.clone() });
            }
        }
        let ids = || envelope.signatures.iter().map(|(id, _)| id.to_string()).collect();
        Err(forged.unwrap_or_else(|| Error::UnknownKey(ids())))
    }
}
