//! Texts and what is read of them, or what is said of them.

mod accepted;
mod admin;
mod defaults;
mod fuzz;
mod networks;
mod pages;
mod refused;
mod schema;

use std::path::PathBuf;

use super::{
    Config, Errors,
    environment::{FixedEnvironment, SmallFile},
};

/// The example of the Standard Webhooks specification.
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The head of a private key on P-384, as far as anyone looks at it here.
const P384: &str = "-----BEGIN PRIVATE KEY-----\nMIG2AgEAMBAGByqGSM49AgEGBSuBBAAi\n\
                    -----END PRIVATE KEY-----\n";

/// The head of an RSA key in the same form.
const RSA: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBgkqhkiG9w0BAQEFAASC\n\
                   -----END PRIVATE KEY-----\n";

/// A key to seal with.
const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";

/// A public key of Ed25519.
const ACME: &str = "-----BEGIN PUBLIC KEY-----\n\
                    MCowBQYDK2VwAyEAJGBeyKn3Vb9DK+zDicxecP994Zziyt6WZswjm23cF+s=\n\
                    -----END PUBLIC KEY-----\n";

/// Reads a text as if it stood in `etc/rounds.toml`. The schema has to say the same of it, as far as
/// one can.
fn read(text: &str) -> Result<Config, Errors> {
    let read = unjudged(text);
    schema::agrees(text, read.as_ref().err());
    read
}

/// The same, whatever the schema says.
fn unjudged(text: &str) -> Result<Config, Errors> {
    Config::parse(text, "etc/rounds.toml", &environment())
}

fn environment() -> FixedEnvironment {
    let variables = [
        ("WHSEC", WHSEC),
        ("OLD_WHSEC", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
        ("TOKEN", "s3cr3t-token"),
        ("UMLAUT", "pässwort"),
        ("EMPTY", ""),
        ("KEY", KEY),
    ];
    let files = [
        ("etc/p384.pem", P384, false),
        ("etc/rsa.pem", RSA, false),
        ("etc/open.txt", "s3cr3t-file\r\n", true),
        ("etc/blank.txt", "\n", false),
        ("etc/old.key", KEY, false),
        ("etc/open.key", KEY, true),
        ("etc/acme.pub", ACME, false),
        ("etc/ca.pem", "-----BEGIN CERTIFICATE-----\n", false),
    ];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let file = |(path, text, world_readable): (&str, &str, bool)| {
        (PathBuf::from(path), SmallFile { text: text.to_owned(), world_readable })
    };
    FixedEnvironment { variables: variables.map(owned).into(), files: files.map(file).into() }
}
