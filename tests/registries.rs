//! Registries that answer what they should not, or nothing: each told, and nothing else run.

use std::fs;

use base64::{Engine, prelude::BASE64_STANDARD};
use rounds::oci::Digest;

use crate::support::{
    Blob, Registry, Running, Said, Site, assert_fits, connection, destination, guest, index,
    manifest,
};

const USER: &str =
    "auth = { type = \"basic\", user = \"rounds\", password = { env = \"ROUNDS_SECRET\" } }";

/// A folder whose configuration takes a connector from a registry.
fn configure(site: &Site, host: &str, from: &str, registry: &str, trust: &str) {
    let text = format!(
        "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n{trust}\n\
         [[connector]]\nfrom = \"{from}\"\n\n[[registry]]\nhost = \"{host}\"\n{registry}\n\n"
    );
    let ward = connection("ward", "plain", "http://127.0.0.1:1", "");
    site.configure(&(text + &ward + &destination("app", "http://127.0.0.1:2", "")));
}

async fn pull(site: &Site) -> Said {
    site.rounds(&["connector", "pull"]).await
}

fn plain() -> Vec<u8> {
    fs::read(guest("plain")).unwrap()
}

/// A registry that has `plain`, and a folder that takes it from there.
async fn with_plain(registry_settings: &str) -> (Running<Registry>, Site) {
    let registry = Registry::start().await;
    registry.has(&plain());
    let site = Site::new(&[]).await;
    configure(&site, registry.host(), &registry.reference(":1"), registry_settings, "");
    (registry, site)
}

#[tokio::test]
async fn what_is_locked_is_what_runs() {
    let (registry, site) = with_plain("").await;
    let from = registry.reference(":1");
    for command in ["check", "run"] {
        let said = site.rounds(&[command]).await;
        let expected = format!(
            "rounds.toml:6:8: `{from}` is not locked; run `rounds connector pull -c rounds.toml`"
        );
        assert_eq!((said.code, said.error.as_str()), (Some(2), expected.as_str()), "{command}");
    }
    let said = site.rounds(&["connector", "pull", "--json"]).await;
    let digest = Digest::of(&plain()).to_string();
    let row = serde_json::json!({
        "from": from, "connector": "plain@0.1.0", "digest": digest, "lock": "new"
    });
    assert_eq!((said.code, said.json()), (Some(0), serde_json::json!([row])), "{said:?}");
    // The version comes to mean something else, and the registry goes: nothing changes.
    registry.has(&fs::read(guest("plain-newer")).unwrap());
    assert!(pull(&site).await.out.contains("as before"));
    drop(registry);
    let said = site.rounds(&["check", "--json"]).await;
    assert_eq!(said.json()["tasks"][0]["connector"], "plain@0.1.0", "{said:?}");
    fs::remove_dir_all(site.path("data")).unwrap();
    let said = site.rounds(&["check"]).await;
    assert_eq!(said.code, Some(1));
    assert_fits("registry *: * refused the connection; nothing listens there", &said.error);
}

#[tokio::test]
async fn a_running_host_takes_what_is_newly_locked() {
    let (registry, site) = with_plain("").await;
    assert_eq!(pull(&site).await.code, Some(0));
    fs::remove_dir_all(site.path("connectors")).unwrap();
    let host = site.start().await;
    let serves = |report: &rounds::status::Report, version: &str| {
        let refused = report.refused.get("rounds.lock").cloned();
        (report.connectors.get("plain")?.version == version).then_some(refused)
    };
    let served = host.wait_for("0.1.0", |report| serves(report, "0.1.0")).await;
    assert_eq!(served, None);

    let lock = fs::read_to_string(site.path("rounds.lock")).unwrap();
    site.write("rounds.lock", "version = 2\n");
    let refused = |report: &rounds::status::Report| serves(report, "0.1.0")?;
    let why = host.wait_for("a lock that is refused", refused).await;
    assert_fits("*rounds.lock: it is of a newer version*", &why);
    site.write("rounds.lock", &lock);
    let well = |report: &rounds::status::Report| report.refused.is_empty().then_some(());
    host.wait_for("a lock that is taken", well).await;

    registry.has(&fs::read(guest("plain-newer")).unwrap());
    let said = site.rounds(&["connector", "pull", "--update"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let served = host.wait_for("0.2.0", |report| serves(report, "0.2.0")).await;
    assert_eq!(served, None);
    // A file of the folder does not come before what is locked, just as at a start.
    fs::create_dir(site.path("connectors")).unwrap();
    site.write("connectors/plain.wasm", plain());
    let refused = |report: &rounds::status::Report| report.refused.get("plain.wasm").cloned();
    let why = host.wait_for("a file that is refused", refused).await;
    assert_fits("*-*.wasm has the connector `plain` already; remove one of them", &why);
    host.stop().await;
}

#[tokio::test]
async fn a_lock_is_updated_when_told_and_never_to_an_older_version() {
    let (registry, site) = with_plain("").await;
    registry.has(&fs::read(guest("plain-newer")).unwrap());
    assert_eq!(pull(&site).await.code, Some(0));
    let lock = fs::read_to_string(site.path("rounds.lock")).unwrap();
    registry.has(&plain());
    let update = ["connector", "pull", "--update"];
    let said = site.rounds(&update).await;
    assert_eq!(said.code, Some(2));
    assert_fits(
        "oci://*: version 0.1.0 is older than 0.2.0, which was served before; *",
        &said.error,
    );
    assert_eq!(fs::read_to_string(site.path("rounds.lock")).unwrap(), lock);
    let allowed = "[host.trust]\nallow_older = [\"plain\"]";
    configure(&site, registry.host(), &registry.reference(":1"), "", allowed);
    let said = site.rounds(&update).await;
    assert!(said.code == Some(0) && said.out.contains("was plain@0.2.0"), "{said:?}");
}

#[tokio::test]
async fn what_is_kept_is_believed_only_while_it_is_what_was_locked() {
    let (registry, site) = with_plain("").await;
    assert_eq!(pull(&site).await.code, Some(0));
    let kept = fs::read_dir(site.path("data/cache/pulled")).unwrap().next().unwrap().unwrap();
    fs::write(kept.path(), fs::read(guest("loops")).unwrap()).unwrap();
    assert_eq!(site.rounds(&["check"]).await.code, Some(0));
    assert_eq!(fs::read(kept.path()).unwrap(), plain(), "it was not pulled anew");
    let blob = format!("blobs/{}", Digest::of(&plain()));
    registry.put(&blob, fs::read(guest("loops")).unwrap());
    fs::write(kept.path(), "").unwrap();
    let said = site.rounds(&["run"]).await;
    assert_eq!(said.code, Some(1));
    assert_fits("oci://*: the registry answered another file: sha256:*, where *", &said.error);
    site.write("rounds.lock", "version = 2");
    let said = site.rounds(&["run"]).await;
    assert_fits(
        "rounds.lock: it is of a newer version of this program; make it anew with *",
        &said.error,
    );
}

#[tokio::test]
async fn an_answer_that_is_no_connector_is_told_as_what_it_is() {
    let (registry, site) = with_plain("").await;
    let layer = Blob { kind: "application/wasm", bytes: plain() };
    let image = Blob { kind: "application/vnd.oci.image.layer.v1.tar+gzip", bytes: vec![1] };
    let mut large = layer.descriptor();
    large["size"] = (1_u64 << 40).into();
    let text = Blob { kind: "application/wasm", bytes: b"(component)".to_vec() };
    registry.put(&format!("blobs/{}", Digest::of(&text.bytes)), text.bytes.clone());
    for (answer, code, expected) in [
        (manifest(&[image.descriptor()]), 2, "*: it holds no WebAssembly *"),
        (manifest(&[layer.descriptor(), layer.descriptor()]), 2, "*: it has several layers, *"),
        (index(&[layer.descriptor()]), 2, "*: it is a list for several platforms, *"),
        ("hello".into(), 2, "*: its manifest is no JSON of OCI"),
        (manifest(&[large]), 1, "*: has 1099511627776 bytes, and 67108864 are the most"),
        (manifest(&[text.descriptor()]), 2, "*: is WebAssembly text; compile it first"),
    ] {
        registry.put("manifests/1", answer.to_string());
        let said = pull(&site).await;
        assert_eq!(said.code, Some(code), "{expected}: {said:?}");
        assert_fits(expected, &said.error);
        assert!(!site.path("rounds.lock").exists(), "{expected}");
    }
    registry.put("manifests/1", manifest(&[layer.descriptor()]).to_string());
    registry.put(&format!("blobs/{}", Digest::of(&plain())), "hello");
    assert_fits("*: the registry answered another file: *", &pull(&site).await.error);
    let pinned = registry.reference(&format!("@{}", Digest::of(b"another")));
    registry.put(&format!("manifests/{}", Digest::of(b"another")), "hello");
    configure(&site, registry.host(), &pinned, "", "");
    assert_fits("*: the registry answered another manifest: *", &pull(&site).await.error);
}

#[tokio::test]
async fn no_answer_is_told_with_its_reason() {
    let (registry, site) = with_plain("").await;
    let place = "/v2/team/plain/manifests/1";
    for (status, expected) in [
        (
            404,
            "*/team/plain:1: it answered 404 and does not have it; check the name and the version",
        ),
        (403, "*: it answered 403 and does not allow it with these credentials"),
        (503, "*: it answered 503 and has troubles of its own; try again later"),
        (401, "*: it answered 401 and asks for credentials; add `[[registry]]` with *"),
        (302, "*: it answered 302 and does not answer as a registry does"),
    ] {
        registry.answer(place, status, &[], "");
        let said = pull(&site).await;
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
        assert_fits(&format!("registry {}: oci://{expected}", registry.host()), &said.error);
    }
    for (host, settings, expected) in [
        ("registry.invalid", "", "registry.invalid has a name that cannot be resolved*"),
        ("127.0.0.1:1", "", "127.0.0.1:1 refused the connection; nothing listens there"),
        (registry.host(), "http = false", "127.0.0.1:* does not speak TLS on this port; *"),
    ] {
        configure(&site, host, &format!("oci://{host}/team/plain:1"), settings, "");
        let said = pull(&site).await;
        assert_fits(&format!("registry {host}: {expected}"), &said.error);
    }
}

#[tokio::test]
async fn credentials_go_where_the_registry_says_that_its_tokens_are() {
    let (registry, site) = with_plain(USER).await;
    let challenge =
        format!("Bearer realm=\"http://{}/token\",service=\"s\",scope=\"x\"", registry.host());
    registry.guard("Bearer t0ken", &challenge);
    registry.answer("/token", 200, &[], "{\"token\":\"t0ken\"}");
    let said = pull(&site).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let asked = registry.heard().into_iter().find(|(path, _)| path.starts_with("/token"));
    let basic =
        format!("Basic {}", BASE64_STANDARD.encode(format!("rounds:{}", crate::support::SECRET)));
    let scope = "/token?service=s&scope=repository%3Ateam%2Fplain%3Apull";
    assert_eq!(asked, Some((scope.to_owned(), Some(basic))));
    fs::remove_file(site.path("rounds.lock")).unwrap();
    for (status, answer, expected) in [
        (401, "", "its token service: it answered 401 and does not take the credentials; *"),
        (200, "{}", "its token service answers no token"),
        (
            200,
            "{\"token\":\"other\"}",
            "oci://*: it answered 401 and does not take the credentials; *",
        ),
    ] {
        registry.answer("/token", status, &[], answer);
        assert_fits(&format!("registry *: {expected}"), &pull(&site).await.error);
    }
    for realm in ["http://169.254.169.254/token", "http://10.0.0.1/token", "ftp://a.example", "x"] {
        registry.guard("Bearer t0ken", &format!("Bearer realm=\"{realm}\""));
        let told = pull(&site).await.error;
        assert!(
            told.contains("it sends us to an address that may not be asked")
                || told.contains("at no URL"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn wrong_credentials_are_told() {
    let (registry, site) = with_plain(USER).await;
    registry.guard("Basic x", "Basic realm=\"tests\"");
    let said = pull(&site).await;
    assert_eq!(said.code, Some(1));
    assert_fits(
        "registry *: *: it answered 401 and does not take the credentials; check its `[[registry]]`",
        &said.error,
    );
    assert!(!said.error.contains(crate::support::SECRET));
}

#[tokio::test]
async fn no_credentials_follow_a_redirect() {
    let (registry, site) = with_plain(USER).await;
    let basic =
        format!("Basic {}", BASE64_STANDARD.encode(format!("rounds:{}", crate::support::SECRET)));
    registry.guard(&basic, "Basic realm=\"tests\"");
    let elsewhere = Registry::start().await;
    let blob = format!("/v2/team/plain/blobs/{}", Digest::of(&plain()));
    let location = format!("http://{}/content?signed=yes", elsewhere.host());
    registry.answer(&blob, 307, &[("location", &location)], "");
    elsewhere.answer("/content", 200, &[], plain());
    let said = pull(&site).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(elsewhere.heard(), [("/content?signed=yes".to_owned(), None)]);
    fs::remove_file(site.path("rounds.lock")).unwrap();
    for location in ["http://169.254.169.254/latest", "https://10.0.0.1/x", "file:///etc/passwd"] {
        registry.answer(&blob, 307, &[("location", location)], "");
        let expected = "registry *: it sends us to an address that may not be asked";
        assert_fits(expected, &pull(&site).await.error);
    }
    let itself = format!("http://{}{blob}", registry.host());
    registry.answer(&blob, 307, &[("location", &itself)], "");
    assert_fits("registry *: the file of *: it answered 401 *", &pull(&site).await.error);
}

#[tokio::test]
async fn signatures_come_along_and_are_judged_before_anything_is_locked() {
    let (registry, site) = with_plain("").await;
    site.write("plain.wasm", plain());
    let keygen = site.rounds(&["connector", "keygen"]).await;
    let trust = format!(
        "[host.trust]\nsignatures = \"require\"\nkeys = [{{ name = \"acme\", key = \"{}\" }}]",
        keygen.out
    );
    configure(&site, registry.host(), &registry.reference(":1"), "", &trust);
    assert_fits("oci://*: is not signed; *", &pull(&site).await.error);
    let manifest = registry.has(&plain());
    assert_eq!(
        site.rounds(&["connector", "sign", "plain.wasm", "--key", "key.pem"]).await.code,
        Some(0)
    );
    let signature = fs::read_to_string(site.path("plain.wasm.sig")).unwrap();
    registry.has_signature(&manifest, &signature.replace("0.1.0", "0.3.0"));
    assert_fits(
        "oci://*: its signature in the name of `acme` is not that key's*",
        &pull(&site).await.error,
    );
    assert!(!site.path("rounds.lock").exists());
    let warned = trust.replace("require", "warn");
    configure(&site, registry.host(), &registry.reference(":1"), "", &warned);
    let said = pull(&site).await;
    assert_eq!(said.code, Some(0));
    assert_fits("warning: oci://*: its signature in the name of `acme` *", &said.error);
    registry.has_signature(&manifest, &signature);
    configure(&site, registry.host(), &registry.reference(":1"), "", &trust);
    let said = site.rounds(&["connector", "pull", "--update"]).await;
    assert_eq!((said.code, said.error.as_str()), (Some(0), ""));
    let kept = format!("data/cache/pulled/plain-{}.wasm", &Digest::of(&plain()).hex()[..16]);
    assert_eq!(fs::read_to_string(site.path(&format!("{kept}.sig"))).unwrap(), signature);
    let said = site.rounds(&["connector", "verify", &kept]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let lock = fs::read_to_string(site.path("rounds.lock")).unwrap();
    assert!(lock.contains(&Digest::of(signature.as_bytes()).to_string()), "{lock}");
}
