//! A real registry: what we push is what other tools expect, and what we pull runs.

use rounds::oci::Digest;
use serde_json::json;

use crate::support::{
    Clinic, SECRET, Site, connection, destination, guest,
    real::{PASSWORD, RealRegistry, USER},
};

#[tokio::test]
async fn a_connector_goes_there_and_comes_back_and_runs() {
    let registry = RealRegistry::start().await;
    let (clinic, site) = (Clinic::start().await, Site::new(&[]).await);
    std::fs::copy(guest("plain"), site.path("plain.wasm")).unwrap();
    let public = site.rounds(&["connector", "keygen"]).await.out;
    let signed = site.rounds(&["connector", "sign", "plain.wasm", "--key", "key.pem"]).await;
    assert_eq!(signed.code, Some(0), "{signed:?}");
    let from = format!("oci://{}/team/plain:0.1.0", registry.host());
    let text = format!(
        "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n\n\
         [host.trust]\nsignatures = \"require\"\nkeys = [{{ name = \"acme\", key = \"{public}\" }}]\n\n\
         [[connector]]\nfrom = \"{from}\"\n\n[[registry]]\nhost = \"{}\"\n\
         auth = {{ type = \"basic\", user = \"{USER}\", password = {{ env = \"PASSWORD\" }} }}\n\n",
        registry.host()
    );
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(text + &ward + &destination("app", "http://127.0.0.1:1", "")));
    let password = [("PASSWORD", PASSWORD)];

    let refused = site.rounds(&["connector", "push", "plain.wasm", &from]).await;
    assert!(refused.error.contains("it answered 401 and asks for credentials"), "{refused:?}");
    let push = ["connector", "push", "plain.wasm", &from, "-c", "rounds.toml"];
    let pushed = site.rounds_with(&push, &password).await;
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let again = site.rounds_with(&push, &password).await;
    assert_eq!(again.out, pushed.out, "equal files make equal artifacts");

    let pulled = site.rounds_with(&["connector", "pull", "--json"], &password).await;
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
    let digest = Digest::of(&std::fs::read(guest("plain")).unwrap());
    assert_eq!(pulled.json()[0]["digest"], json!(digest));
    std::fs::remove_dir_all(site.path("data")).unwrap();
    let host = site.start_with(&password).await;
    host.wait_for_polls("ward/appointments", 1).await;
    host.stop().await;
    // From now on it starts without the registry, and without its password's being right.
    drop(registry);
    let host = site.start_with(&[("PASSWORD", SECRET)]).await;
    host.wait_for_polls("ward/appointments", 1).await;
    host.stop().await;
}

#[tokio::test]
async fn what_is_pushed_is_laid_out_as_webassembly_tools_agreed() {
    let registry = RealRegistry::start().await;
    let site = Site::new(&["plain"]).await;
    let from = format!("oci://{}/team/plain:0.1.0", registry.host());
    site.rounds(&["connector", "keygen"]).await;
    let file = "connectors/plain.wasm";
    site.rounds(&["connector", "sign", file, "--key", "key.pem"]).await;
    let push = ["connector", "push", file, &from, "--user", USER];
    let pushed = site.rounds_with(&push, &[("ROUNDS_REGISTRY_PASSWORD", PASSWORD)]).await;
    assert_eq!(pushed.code, Some(0), "{pushed:?}");

    let (manifest, bytes) = registry.manifest("team/plain", "0.1.0").await;
    assert_eq!(pushed.out, Digest::of(&bytes).to_string());
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1, "more than wkg takes");
    let layer = &manifest["layers"][0];
    assert_eq!(layer["mediaType"], "application/wasm");
    let wasm = std::fs::read(guest("plain")).unwrap();
    assert_eq!(layer["digest"], json!(Digest::of(&wasm)));
    assert_eq!(registry.blob("team/plain", layer).await, wasm);
    let config = registry.blob("team/plain", &manifest["config"]).await;
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
    assert_eq!((&config["architecture"], &config["os"]), (&json!("wasm"), &json!("wasip2")));
    assert_eq!(config["layerDigests"], json!([layer["digest"]]));
    assert_eq!(config["component"]["exports"], json!(["rounds:connector/connector@0.1.0"]));

    let tag = pushed.out.replace(':', "-");
    let (index, _) = registry.manifest("team/plain", &tag).await;
    let listed = &index["manifests"][0];
    let name = listed["digest"].as_str().unwrap();
    let (signature, _) = registry.manifest("team/plain", name).await;
    assert_eq!(signature["subject"]["digest"], json!(pushed.out));
    assert_eq!(signature["artifactType"], listed["artifactType"]);
    let text = registry.blob("team/plain", &signature["layers"][0]).await;
    assert_eq!(text, std::fs::read(site.path("connectors/plain.wasm.sig")).unwrap());
}
