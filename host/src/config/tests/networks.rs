//! Certificates and proxies of whoever is asked, and what token endpoints are told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::config::{
    Auth, CertificateKey, Config, Proxy,
    auth::{ClientAuth, ClientCredentials},
    environment::{FixedEnvironment, SmallFile},
};

/// A certificate with its key, one that is over, another key, and passwords.
fn environment() -> FixedEnvironment {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::new(vec!["rounds.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    params.not_after = date_time_ymd(2021, 1, 1);
    let files = [
        ("cert.pem", certificate),
        ("old.pem", params.self_signed(&key).unwrap().pem()),
        ("key.pem", key.serialize_pem()),
        ("other.pem", other.serialize_pem()),
    ];
    let file = |(name, text): (&str, String)| {
        (PathBuf::from("etc").join(name), SmallFile { text, world_readable: false })
    };
    let word = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
    let variables = [("WORD".to_owned(), word)];
    FixedEnvironment { variables: variables.into(), files: files.map(file).into() }
}

/// What is read of a host's, a connection's, a destination's and a registry's lines.
fn read([host, ward, app, registry]: [&str; 4]) -> Result<Config, String> {
    let text = format!(
        "[[connection]]\nname = \"ward\"\nconnector = \"x\"\nbase_url = \"https://ehr.example\"\n\
         actions = {{ orders = {{ every = \"1m\" }} }}\n{ward}\n[[destination]]\nname = \"app\"\n\
         url = \"https://app.example\"\nsecret = {{ env = \"WORD\" }}\n{app}\n\
         [[registry]]\nhost = \"r.example\"\n{registry}\n[[connector]]\n\
         from = \"oci://other.example/a/b:1.0.0\"\n[host]\n{host}\n"
    );
    let read = Config::parse(&text, "etc/rounds.toml", &environment());
    read.map_err(|errors| errors.to_string().replace("etc/rounds.toml:", ""))
}

const SHOWN: &str = "certificate = \"cert.pem\"\nkey = { file = \"key.pem\" }";
const PROXY: &str = "proxy = { url = \"http://p.example:3128\", user = \"r\", \
                     password = { env = \"WORD\" }, no_proxy = [\"hospital.example\", \"10.0.0.0/8\"] }";

#[test]
fn whoever_is_asked_may_have_a_certificate_and_a_proxy() {
    let config = read(["", SHOWN, &format!("{SHOWN}\n{PROXY}"), SHOWN]).unwrap();
    let (ward, app) = (&config.connections[0], &config.destinations[0]);
    for certificate in [&ward.certificate, &app.certificate, &config.registries[0].certificate] {
        let certificate = certificate.as_ref().unwrap();
        assert_eq!(certificate.file, Path::new("etc/cert.pem"));
        let key = Path::new("etc/key.pem");
        assert!(matches!(&certificate.key, CertificateKey::File(file) if file == key));
    }
    let proxy = app.proxy.as_ref().unwrap();
    assert_eq!((proxy.url.as_str(), proxy.no_proxy.len()), ("http://p.example:3128/", 2));
    assert_eq!(proxy.credentials.as_ref().unwrap().user, "r");
    assert!(ward.proxy.is_none() && config.registries.len() == 1);
}

#[test]
fn the_hosts_proxy_counts_for_all_who_name_none() {
    let own = "proxy = \"http://own.example\"";
    let config = read(["proxy = \"http://p.example\"", "", own, ""]).unwrap();
    let port = |proxy: &Option<Proxy>| proxy.as_ref().unwrap().url.to_string();
    assert_eq!(port(&config.connections[0].proxy), "http://p.example/");
    assert_eq!(port(&config.destinations[0].proxy), "http://own.example/");
    // Also for the registry that nothing else is said of.
    let registries = config.registries.iter().map(|it| (it.host.as_str(), port(&it.proxy)));
    let proxy = || "http://p.example/".to_owned();
    assert_eq!(
        registries.collect::<Vec<_>>(),
        [("r.example", proxy()), ("other.example", proxy())]
    );
}

#[test]
fn a_token_endpoint_is_told_what_it_wants_to_be_told() {
    let auth = "auth = { type = \"oauth2-client-credentials\", client_id = \"r\", client_secret = \
                { env = \"WORD\" }, token_url = \"https://ehr.example/t\", client_auth = \"post\", \
                parameters = { audience = \"x\" } }";
    let config = read(["", auth, "", ""]).unwrap();
    let Auth::ClientCredentials(ClientCredentials { client_auth, parameters, .. }) =
        &config.connections[0].auth.value
    else {
        unreachable!()
    };
    assert_eq!((*client_auth, parameters["audience"].as_str()), (ClientAuth::Post, "x"));
    let own = read(["", &auth.replace("audience", "scope"), "", ""]).unwrap_err();
    assert!(own.contains("`scope` is the host's own to send"), "{own}");
}

fn unproxied(named: &str) -> String {
    format!("proxy = {{ url = \"http://p.example\", no_proxy = [\"{named}\"] }}")
}

#[test]
fn who_is_asked_without_a_proxy_may_be_named_in_every_usual_way() {
    for named in ["*", "hospital.example", ".hospital.example", "10.0.0.7", "::1", "fd00::/8"] {
        assert!(read(["", &unproxied(named), "", ""]).is_ok(), "{named}");
    }
}

#[test]
fn what_cannot_be_shown_or_gone_through_is_refused_and_what_is_over_is_told() {
    for (line, told) in [
        ("certificate = \"cert.pem\"", "`certificate`: it needs its `key` beside it"),
        ("key = { file = \"key.pem\" }", "`key`: it needs its `certificate` beside it"),
        (
            "certificate = \"cert.pem\"\nkey = { file = \"other.pem\" }",
            "the key does not belong to this certificate",
        ),
        ("proxy = \"p.example:3128\"", ""),
        ("proxy = \"socks5://p.example\"", ""),
        ("proxy = \"http://p.example/path\"", "a proxy has no path"),
        ("proxy = { url = \"http://p.example\", user = \"r\" }", "`user`: it needs its `password`"),
        ("proxy = { url = \"http://u:p@p.example\" }", ""),
        ("proxy = { no_proxy = [\"*\"] }", "needs `url`"),
        (&unproxied("*.hospital.example"), "`hospital.example` stands for all hosts below it"),
        (&unproxied("hospital.example:443"), "without its port"),
        (&unproxied("http://hospital.example"), "without `http://`"),
        (&unproxied("10.0.0.0/99"), "a network is written as `10.0.0.0/8`"),
        (&unproxied("hospital example"), "a host is written as `hospital.example`"),
    ] {
        let error = read(["", line, "", ""]).unwrap_err();
        assert!(error.starts_with(['5', '6', '7']) && error.contains(told), "{line}: {error}");
        assert!(!error.contains('\n'), "{line}: {error}");
    }
    let old = read(["", &SHOWN.replace("cert.pem", "old.pem"), "", ""]).unwrap();
    let warnings: Vec<_> = old.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|it| it.contains("has expired: it was good until 2021-01-01")));
}
