//! Who may: the real program beyond loopback, with TLS, tokens and roles.

mod unread;

use rcgen::CertificateParams;
use rounds::admin::{Client, Error, Way};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Authority, Clinic, Rounds, Said, Site, connection, eventually, within};

const VIEWER: &str = "viewer-0123456789abcdef0123456789";
const OPERATOR: &str = "operator-0123456789abcdef0123456789";
const TOKENS: [(&str, &str); 2] = [("VIEWER", VIEWER), ("OPERATOR", OPERATOR)];

/// Writes a certificate for this machine with its key.
fn certify(authority: &Authority, site: &Site) {
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = authority.certify(&params);
    site.write("key.pem", key.serialize_pem());
    site.write("cert.pem", certificate.pem());
}

/// A host that listens on all addresses.
async fn host(site: &Site, clinic: &Clinic) -> Rounds {
    site.configure(&format!(
        "[host]\nlog = \"json\"\n[host.admin]\naddress = \"0.0.0.0:0\"\ncertificate = \"cert.pem\"\n\
         key = {{ file = \"key.pem\" }}\n\
         tokens = [{{ name = \"day\", role = \"viewer\", token = {{ env = \"VIEWER\" }} }},\n\
         {{ name = \"night\", role = \"operator\", token = {{ env = \"OPERATOR\" }} }}]\n{}",
        connection("ward", "plain", clinic.url(), "")
    ));
    site.start_with(&TOKENS).await
}

#[tokio::test]
async fn beyond_loopback_a_host_is_asked_with_tls_and_tokens() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (authority, other) = (Authority::new("one"), Authority::new("another"));
    certify(&authority, &site);
    site.write("ca.pem", authority.0.pem());
    site.write("other.pem", other.0.pem());
    let host = host(&site, &clinic).await;
    let url = format!("https://{}", host.address());
    let ask = async |words: &[&str], token: &str, ca: &str| -> Said {
        let way = ["--admin", url.as_str(), "--ca", ca];
        let words: Vec<_> = words.iter().copied().chain(way).collect();
        site.rounds_with(&words, &[("ROUNDS_TOKEN", token)]).await
    };
    let said = ask(&["status", "--json"], VIEWER, "ca.pem").await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.json()["tasks"]["ward/appointments"].is_object());
    let set = ["cursor", "set", "ward", "appointments", "7", "--json"];
    let said = ask(&set, OPERATOR, "ca.pem").await;
    assert_eq!((said.code, &said.json()["cursor"]), (Some(0), &Value::from("7")), "{said:?}");
    for (words, token, ca, why) in [
        (&set[..], VIEWER, "ca.pem", "this takes the role operator or admin, not viewer"),
        (&["status"], "", "ca.pem", "show a token of this host"),
        (&["status"], &OPERATOR[1..], "ca.pem", "show a token of this host"),
        (&["purge", "--connection", "ward", "--yes"], OPERATOR, "ca.pem", "the role admin"),
        (&["status"], VIEWER, "other.pem", "certificate"),
    ] {
        let said = ask(words, token, ca).await;
        assert!(said.code == Some(1) && said.error.contains(why), "{why}: {said:?}");
    }
    // By plain HTTP nobody is told anything.
    let mut plain = TcpStream::connect(host.address()).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    drop(within("the end of it", plain.read_to_end(&mut answer)).await);
    assert!(!answer.starts_with(b"HTTP"));

    let listed = site.rounds_with(&["audit", "list", "--json"], &TOKENS).await.json();
    let listed: Vec<_> = listed.as_array().unwrap().iter().map(brief).collect();
    assert_eq!(
        listed[..3],
        [
            json!(["night", "operator", "set-cursor", "asked"]),
            json!(["night", "operator", "set-cursor", "done"]),
            json!(["day", "viewer", "reach", "denied"]),
        ]
    );
    assert!(listed.contains(&json!(["unknown", null, "sign-in", "denied"])), "{listed:?}");
    assert!(listed.contains(&json!(["night", "operator", "reach", "denied"])), "{listed:?}");
    let ended = host.stop().await;
    let all = format!(
        "{}{}",
        ended.log,
        std::fs::read_to_string(site.path("data/audit/log.jsonl")).unwrap()
    );
    assert!(!all.contains(&OPERATOR[1..]) && !all.contains(VIEWER), "a token was written");
}

fn brief(entry: &Value) -> Value {
    json!([entry["who"], entry["role"], entry["what"], entry["outcome"]])
}

#[tokio::test]
async fn a_new_certificate_is_in_use_without_a_restart() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    certify(&old, &site);
    let host = host(&site, &clinic).await;
    let client = |authority: &Authority| {
        let mut way: Way = format!("https://{}", host.address()).parse().unwrap();
        (way.ca, way.token) = (Some(authority.0.pem()), Some(VIEWER.into()));
        Client::by(way).unwrap()
    };
    client(&old).status().await.unwrap();
    assert!(matches!(client(&new).status().await, Err(Error::Unreachable { .. })));
    certify(&new, &site);
    let story = async || host.log();
    eventually("the new certificate", async || client(&new).status().await.ok(), story).await;
    // One that is wrong changes nothing, and is told.
    site.write("cert.pem", "none");
    let told = async || {
        client(&new).status().await.expect("the certificate from before");
        host.lines().iter().any(|line| line.text("level") == "WARN").then_some(())
    };
    eventually("a warning", told, async || host.log()).await;
}

#[tokio::test]
async fn what_drips_is_closed_and_others_go_on() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    site.configure(&connection("ward", "plain", clinic.url(), ""));
    let host = site.start().await;
    let mut drips = Vec::new();
    for _ in 0..40 {
        let mut drip = TcpStream::connect(host.address()).await.unwrap();
        drip.write_all(b"GET /v1/status HTTP/1.1\r\nhost: local").await.unwrap();
        drips.push(drip);
    }
    // There is room beside them.
    within("a status", host.admin().status()).await.unwrap();
    for mut drip in drips {
        let mut answer = Vec::new();
        drop(within("its being closed", drip.read_to_end(&mut answer)).await);
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"));
    }
    within("a status", host.admin().status()).await.unwrap();
}
