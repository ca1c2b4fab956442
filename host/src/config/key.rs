//! What kind of private key a PEM text holds, so that a wrong one is told before anything starts.
//!
//! It looks for the algorithm's object identifier only (RFC 5958); whoever signs reads the rest.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Secret, auth::Algorithm};

/// `rsaEncryption`, 1.2.840.113549.1.1.1, as DER has it.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `secp384r1`, 1.3.132.0.34, as DER has it.
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// Why a text is no key to sign an assertion with. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No `BEGIN … PRIVATE KEY`, or no base64 within.
    #[error("this is no private key in PEM (`-----BEGIN PRIVATE KEY-----`)")]
    NotPem,
    /// The key needs a passphrase, for which nobody is there to ask.
    #[error("this key is encrypted; decrypt it with `openssl pkey -in key.pem -out plain.pem`")]
    Encrypted,
    /// An elliptic curve's key in the older form.
    #[error(
        "this key is in an older form; convert it with `openssl pkey -in key.pem -out new.pem`"
    )]
    Sec1,
    /// Neither RSA nor P-384.
    #[error("a key is RSA (for RS384) or EC on P-384 (for ES384), and this one is neither")]
    Unsupported,
}

/// The algorithm that a private key signs with: RS384 for RSA, ES384 for EC on P-384.
///
/// # Errors
/// Where it is no such key; see [`enum@Error`].
pub fn algorithm(key: &Secret) -> Result<Algorithm, Error> {
    let (label, der) = first_private_key(key.expose()).ok_or(Error::NotPem)?;
    // The identifier stands before the key's own numbers, which could hold its bytes by chance.
    let head = der.get(..64).unwrap_or(&der);
    let has = |identifier: &[u8]| head.windows(identifier.len()).any(|part| part == identifier);
    match label.as_str() {
        "ENCRYPTED PRIVATE KEY" => Err(Error::Encrypted),
        "EC PRIVATE KEY" => Err(Error::Sec1),
        "RSA PRIVATE KEY" => Ok(Algorithm::Rs384),
        "PRIVATE KEY" if has(RSA) => Ok(Algorithm::Rs384),
        "PRIVATE KEY" if has(P384) => Ok(Algorithm::Es384),
        _ => Err(Error::Unsupported),
    }
}

/// The label and the DER of the first block whose label ends in `PRIVATE KEY`.
fn first_private_key(pem: &str) -> Option<(String, Vec<u8>)> {
    pem.split("-----BEGIN ").skip(1).find_map(|block| {
        let (label, rest) = block.split_once("-----")?;
        let body = rest.split("-----END ").next()?;
        let base64: String = body.chars().filter(|letter| !letter.is_whitespace()).collect();
        // Old encrypted keys have header lines within, and so no plain base64.
        let old_encryption = base64.starts_with("Proc-Type:4,ENCRYPTED");
        if old_encryption {
            return Some(("ENCRYPTED PRIVATE KEY".to_owned(), Vec::new()));
        }
        let der = BASE64_STANDARD.decode(base64).ok()?;
        label.ends_with("PRIVATE KEY").then(|| (label.to_owned(), der))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with this label around the algorithm part of a real key of its kind.
    fn pem(label: &str, base64: &str) -> String {
        format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
    }

    #[test]
    fn the_algorithm_is_that_of_the_first_private_key() {
        let rsa = pem("PRIVATE KEY", "MIIEvgIBADANBgkqhkiG9w0BAQEFAASC");
        let p384 = pem("PRIVATE KEY", "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAi");
        let p256 = pem("PRIVATE KEY", "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEH");
        let old_encryption = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA";
        for (text, expected) in [
            (rsa.clone(), Ok(Algorithm::Rs384)),
            (p384.clone(), Ok(Algorithm::Es384)),
            (p256, Err(Error::Unsupported)),
            (pem("EC PARAMETERS", "BgUrgQQAIg==") + &p384, Ok(Algorithm::Es384)),
            (pem("RSA PRIVATE KEY", "AAAA"), Ok(Algorithm::Rs384)),
            (pem("EC PRIVATE KEY", "AAAA"), Err(Error::Sec1)),
            (pem("ENCRYPTED PRIVATE KEY", "AAAA"), Err(Error::Encrypted)),
            (pem("RSA PRIVATE KEY", old_encryption), Err(Error::Encrypted)),
            (pem("PUBLIC KEY", "AAAA"), Err(Error::NotPem)),
            (pem("PRIVATE KEY", "?"), Err(Error::NotPem)),
            (rsa.replace('\n', "\r\n"), Ok(Algorithm::Rs384)),
            (String::new(), Err(Error::NotPem)),
        ] {
            assert_eq!(algorithm(&Secret::new(text.clone())), expected, "{text}");
        }
    }
}
