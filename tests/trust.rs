//! Signing and verifying: what a signer and an operator do, and what is told where it does not fit.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use crate::support::{Said, Site, assert_fits, connection, destination, guest};

/// A folder with `plain.wasm`, signed with `acme.pem`; and the public key.
async fn signed() -> (Site, String) {
    let site = Site::new(&[]).await;
    fs::copy(guest("plain"), site.path("plain.wasm")).unwrap();
    let public = keygen(&site, "acme.pem").await;
    let said = site.rounds(&["connector", "sign", "plain.wasm", "--key", "acme.pem"]).await;
    assert_eq!((said.code, said.out.as_str()), (Some(0), "plain.wasm.sig"), "{said:?}");
    (site, public)
}

async fn keygen(site: &Site, file: &str) -> String {
    let said = site.rounds(&["connector", "keygen", "-o", file]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    said.out
}

async fn verify(site: &Site, file: &str, key: &str) -> Said {
    site.rounds(&["connector", "verify", file, "--key", key]).await
}

#[tokio::test]
async fn what_was_signed_is_verified() {
    let (site, public) = signed().await;
    let said = verify(&site, "plain.wasm", &public).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits(
        "plain.wasm: plain@0.1.0, signed by --key (key *)\nsha256    *\n\
         contract  rounds:connector@*\nrequests  GET /appointments, GET /patient/*",
        &said.out,
    );
    let text = connection("ward", "plain", "http://127.0.0.1:1", "");
    let trust = format!(
        "[host.trust]\nsignatures = \"require\"\nkeys = [{{ name = \"acme\", key = \"{public}\" }}]\n"
    );
    site.configure(&(trust + &text + &destination("app", "http://127.0.0.1:2", "")));
    let said = site.rounds(&["connector", "verify", "plain.wasm", "--json"]).await;
    assert_eq!((said.code, &said.json()["signed_by"]), (Some(0), &"acme".into()), "{said:?}");
}

#[tokio::test]
async fn what_was_not_signed_is_told() {
    let (site, public) = signed().await;
    let stranger = keygen(&site, "stranger.pem").await;
    let wasm = fs::read(site.path("plain.wasm")).unwrap();
    let sig = fs::read_to_string(site.path("plain.wasm.sig")).unwrap();
    let mut flipped = wasm.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let elsewhere = "is not signed; sign it with `rounds connector sign`";
    let changed =
        "its signature in the name of `--key` is not that key's: the statement was changed";
    let cases = [
        ("flipped", &flipped, Some(sig.clone()), &public, "its signature is for another file: *"),
        ("moved", &wasm, None, &public, elsewhere),
        ("renamed", &wasm, Some(sig.replace(": plain\n", ": other\n")), &public, changed),
        ("older", &wasm, Some(sig.replace(": 0.1.0\n", ": 0.0.9\n")), &public, changed),
        ("wider", &wasm, Some(sig.replace("GET /appointments", "GET /**")), &public, changed),
        ("empty", &wasm, Some(String::new()), &public, "its signature file has no signature*"),
        ("long", &wasm, Some(sig.clone() + &" ".repeat(1 << 15)), &public, "*longer than 16 KiB;*"),
        (
            "strange",
            &wasm,
            Some(sig),
            &stranger,
            "is signed with the key *, which is not trusted;*",
        ),
    ];
    for (name, wasm, sig, key, expected) in cases {
        let file = format!("{name}.wasm");
        site.write(&file, wasm);
        if let Some(sig) = sig {
            site.write(&format!("{file}.sig"), sig);
        }
        let said = verify(&site, &file, key).await;
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{name}: {said:?}");
        assert_fits(&format!("{file}: {expected}"), &said.error);
    }
}

#[tokio::test]
async fn a_signature_behind_a_mounts_link_counts() {
    let (site, public) = signed().await;
    fs::rename(site.path("plain.wasm.sig"), site.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", site.path("plain.wasm.sig")).unwrap();
    let said = verify(&site, "plain.wasm", &public).await;
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[tokio::test]
async fn keys_are_those_of_openssl() {
    let site = Site::new(&[]).await;
    fs::copy(guest("plain"), site.path("plain.wasm")).unwrap();
    keygen(&site, "ours.pem").await;
    let mode = fs::metadata(site.path("ours.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = site.rounds(&["connector", "keygen", "-o", "ours.pem"]).await;
    assert_eq!(again.code, Some(1), "a key was overwritten");
    let openssl = |line: &str| {
        let mut command = Command::new("openssl");
        let ran = command.args(line.split(' ')).current_dir(site.path("")).output();
        let ran = ran.expect("openssl is installed");
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    openssl("genpkey -algorithm ed25519 -out theirs.pem");
    for name in ["ours", "theirs"] {
        openssl(&format!("pkey -in {name}.pem -pubout -out {name}.pub"));
        let key = format!("{name}.pem");
        let said = site.rounds(&["connector", "sign", "plain.wasm", "--key", &key]).await;
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    // The second did not push out the first.
    for name in ["ours.pub", "theirs.pub"] {
        let said = verify(&site, "plain.wasm", name).await;
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    openssl("genpkey -algorithm RSA -out rsa.pem");
    for (key, expected) in [
        ("rsa.pem", "rsa.pem: this private key is not of Ed25519; *"),
        ("ours.pub", "ours.pub: this is no private key in PEM *"),
    ] {
        let said = site.rounds(&["connector", "sign", "plain.wasm", "--key", key]).await;
        assert_eq!(said.code, Some(2), "{said:?}");
        assert_fits(&format!("*{expected}"), &said.error);
    }
    let said = verify(&site, "plain.wasm", "theirs.pem").await;
    assert_eq!(said.error, "theirs.pem: this is a private key; a host needs the public one alone");
}
