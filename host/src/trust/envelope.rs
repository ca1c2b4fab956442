//! A signature file: the statement, an empty line, and a line for each who signed it.
//!
//! ```text
//! rounds-connector-signature-v1
//! sha256: 9f86…
//! name: fhir-r4
//! version: 0.1.0
//! contract: rounds:connector@0.1.0
//! request: GET /Patient/*
//!
//! ed25519: 31c5d5a0f8c4b2e7 MEUCIQ…
//! ```

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    Error,
    key::{KeyId, PrivateKey},
    statement::Statement,
};

/// How long a signature file may be.
pub const LONGEST: usize = 16 << 10;
/// What a line with a signature begins with.
const SIGNATURE: &str = "ed25519: ";
/// How many may sign one statement: while keys are rotated two do.
const MOST: usize = 8;

/// A statement with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) statement: Statement,
    pub(super) signatures: Vec<(KeyId, Vec<u8>)>,
}

impl Envelope {
    pub(super) fn new(statement: Statement) -> Self {
        Self { statement, signatures: Vec::new() }
    }

    /// Reads a file of exactly this form; believes nothing of it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > LONGEST {
            return Err(Error::Malformed("is longer than 16 KiB"));
        }
        let text = str::from_utf8(bytes).map_err(|_| Error::Malformed("is no text"))?;
        let (statement, signatures) = text
            .split_once("\n\n")
            .ok_or(Error::Malformed("has no signature after an empty line"))?;
        let statement = Statement::parse(&format!("{statement}\n"))
            .ok_or(Error::Malformed("holds no statement of rounds-connector-signature-v1"))?;
        let signatures: Option<Vec<_>> = signatures.lines().map(signature).collect();
        match signatures {
            Some(signatures) if (1..=MOST).contains(&signatures.len()) => {
                Ok(Self { statement, signatures })
            }
            Some(_) => Err(Error::Malformed("has no signature, or more than 8")),
            None => Err(Error::Malformed("has a line that is no signature of ed25519")),
        }
    }

    /// Signs the statement, in the place of what the same key signed before.
    pub(super) fn sign(&mut self, key: &PrivateKey) {
        let id = key.public().id();
        self.signatures.retain(|(signer, _)| *signer != id);
        self.signatures.push((id, key.sign(self.statement.text().as_bytes())));
    }

    pub(super) fn text(&self) -> String {
        let line = |(id, signature): &(KeyId, Vec<u8>)| {
            format!("{SIGNATURE}{id} {}\n", BASE64_STANDARD.encode(signature))
        };
        let signatures: String = self.signatures.iter().map(line).collect();
        format!("{}\n{signatures}", self.statement.text())
    }
}

fn signature(line: &str) -> Option<(KeyId, Vec<u8>)> {
    let (id, signature) = line.strip_prefix(SIGNATURE)?.split_once(' ')?;
    Some((id.parse().ok()?, BASE64_STANDARD.decode(signature).ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{super::Facts, *};

    fn signed() -> (PrivateKey, Envelope) {
        let text = || "x".to_owned();
        let (digest, name, version, contract) = (text(), text(), text(), text());
        let facts = Facts { digest, name, version, contract, requests: Vec::new() };
        let mut envelope = Envelope::new(Statement::new(facts).unwrap());
        let (key, _) = PrivateKey::generate().unwrap();
        envelope.sign(&key);
        (key, envelope)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (key, mut envelope) = signed();
        let (other, _) = PrivateKey::generate().unwrap();
        envelope.sign(&other);
        assert_eq!(Envelope::parse(envelope.text().as_bytes()), Ok(envelope.clone()));
        let before = envelope.text();
        envelope.sign(&key);
        assert_eq!(envelope.signatures.len(), 2, "a key signs once");
        assert_eq!(envelope.text().len(), before.len());
    }

    #[test]
    fn another_form_is_told() {
        let (_, envelope) = signed();
        let good = envelope.text();
        let long = format!("{good}{}", " ".repeat(LONGEST));
        let many = format!("{good}{}", good.lines().last().unwrap().to_owned() + "\n").repeat(1)
            + &format!("{}\n", good.lines().last().unwrap()).repeat(8);
        for (text, why) in [
            ("", "has no signature after an empty line"),
            (&long, "is longer than 16 KiB"),
            (&many, "has no signature, or more than 8"),
            (&good.replace("ed25519: ", "rsa: "), "has a line that is no signature of ed25519"),
            (
                &good.replace("ed25519: ", "ed25519: ZZ"),
                "has a line that is no signature of ed25519",
            ),
            (
                &good.replace("version", "Version"),
                "holds no statement of rounds-connector-signature-v1",
            ),
            (&good.replace('\n', "\r\n"), "has no signature after an empty line"),
            (good.split_inclusive("\n\n").next().unwrap(), "has no signature, or more than 8"),
        ] {
            assert_eq!(Envelope::parse(text.as_bytes()), Err(Error::Malformed(why)), "{text}");
        }
        assert_eq!(Envelope::parse(&[0xff]), Err(Error::Malformed("is no text")));
    }
}
