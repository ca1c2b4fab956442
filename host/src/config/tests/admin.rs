//! `admin` as text and as a table: who may ask, and what is refused.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, KeyPair};

use crate::config::{
    Admin, CertificateKey, Config,
    admin::Role,
    environment::{FixedEnvironment, SmallFile},
};

const LONG: &str = "0123456789abcdef01234567";

/// A certificate with its key, another key, and tokens.
fn environment() -> FixedEnvironment {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let params = CertificateParams::new(vec!["rounds.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let files = [
        ("cert.pem", certificate),
        ("key.pem", key.serialize_pem()),
        ("other.pem", other.serialize_pem()),
    ];
    let file = |(name, text): (&str, String)| {
        (PathBuf::from("etc").join(name), SmallFile { text, world_readable: false })
    };
    let variables = [
        ("DAY", LONG.to_owned()),
        ("NIGHT", format!("{LONG}8")),
        ("SHORT", "0123".to_owned()),
        ("KEY", key.serialize_pem()),
    ];
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    FixedEnvironment { variables: variables.map(owned).into(), files: files.map(file).into() }
}

/// The admin settings of a text, or what is said of it.
fn read(lines: &str) -> Result<Admin, String> {
    let text = format!(
        "[host]\n[host.admin]\n{lines}\n[[connection]]\nname = \"ward\"\nconnector = \"x\"\n\
         base_url = \"http://127.0.0.1/\"\nactions = {{ orders = {{ every = \"1m\" }} }}\n"
    );
    let read = Config::parse(&text, "etc/rounds.toml", &environment());
    super::schema::agrees(&text, read.as_ref().err());
    read.map(|config| config.host.admin)
        .map_err(|errors| errors.to_string().replace("etc/rounds.toml:", ""))
}

const CERTIFIED: &str = "certificate = \"cert.pem\"\nkey = { file = \"key.pem\" }\n";
const TOKENS: &str =
    "tokens = [{ name = \"day\", role = \"viewer\", token = { env = \"DAY\" } }]\n";

#[test]
fn beyond_loopback_there_are_a_certificate_and_tokens() {
    let admin = read(&format!("address = \"0.0.0.0:7070\"\n{CERTIFIED}{TOKENS}")).unwrap();
    assert!(admin.is_safe());
    let tls = admin.tls.as_ref().unwrap();
    assert_eq!(tls.file, Path::new("etc/cert.pem"));
    assert!(matches!(&tls.key, CertificateKey::File(file) if file == Path::new("etc/key.pem")));
    assert_eq!(
        admin.token(LONG).map(|token| (token.name.as_str(), token.role)),
        Some(("day", Role::Viewer))
    );
    assert!(admin.token("").is_none());
    let given = read("certificate = \"cert.pem\"\nkey = { env = \"KEY\" }").unwrap();
    assert!(matches!(given.tls.unwrap().key, CertificateKey::Given(_)));
    // On loopback neither is needed, and both count.
    assert_eq!(read("").unwrap().address.to_string(), "127.0.0.1:7070");
    assert_eq!(read(TOKENS).unwrap().tokens.len(), 1);
}

#[test]
fn what_lets_in_too_many_is_refused_at_its_place() {
    let token = |fields: &str| format!("tokens = [{{ {fields} }}]");
    let two = |fields: &str| TOKENS.replace("}]", &format!("}}, {{ {fields} }}]"));
    for (lines, expected) in [
        (
            "address = \"0.0.0.0:1\"".to_owned(),
            "2:1: beyond loopback it takes `certificate` and `tokens`",
        ),
        (format!("address = \"0.0.0.0:1\"\n{CERTIFIED}"), "2:1: beyond loopback it takes `tokens`"),
        (format!("address = \"[::]:1\"\n{TOKENS}"), "2:1: beyond loopback it takes `certificate`"),
        ("certificate = \"cert.pem\"".into(), "3:15: `certificate`: it needs its `key` beside it"),
        (
            "certificate = \"cert.pem\"\nkey = { file = \"other.pem\" }".into(),
            "3:15: `certificate`: the key does not belong to this certificate; of several in the file, its own comes first",
        ),
        (
            "certificate = \"cert.pem\"\nkey = { file = \"cert.pem\" }".into(),
            "3:15: `certificate`: the key is no private key in PEM that TLS can sign with",
        ),
        (
            "tokens = []".into(),
            "3:10: `tokens`: with no token nobody could ask; leave it out, or add one",
        ),
        (
            token("name = \"a\", role = \"viewer\", token = { env = \"SHORT\" }"),
            "3:50: `token`: a token has at least 24 bytes, this one has 4; make one with `openssl rand -hex 32`",
        ),
        (
            token("name = \"a\", role = \"viewer\", token = \"0123\""),
            "3:50: `token`: a secret never stands in this text; write { env = \"NAME\" } or { file = \"path\" }",
        ),
        (
            token("name = \"a b\", role = \"viewer\", token = { env = \"DAY\" }"),
            "3:20: `name`: a token's name has up to 64 of a–z, A–Z, 0–9, `-`, `_`, `.` and `@`",
        ),
        (
            token("name = \"a\", role = \"viewr\", token = { env = \"DAY\" }"),
            "3:32: `role`: unknown role `viewr`; did you mean `viewer`?",
        ),
        (
            two("name = \"day\", role = \"admin\", token = { env = \"NIGHT\" }"),
            "3:10: `tokens`: two tokens have the same name",
        ),
        (
            two("name = \"b\", role = \"admin\", token = { env = \"DAY\" }"),
            "3:10: `tokens`: two names have the same token: the audit log could not tell them apart",
        ),
    ] {
        assert_eq!(read(&lines).map(drop), Err(expected.to_owned()), "{lines}");
    }
}
