//! Manifests: how a connector, and a signature of one, are laid out in a registry.
//!
//! A connector is what the WebAssembly tools agreed on (CNCF's "Wasm OCI Artifact"): a config that
//! names the component's world, and one layer with the file. Those tools refuse a second layer,
//! so a signature is an artifact of its own that names the connector as its subject, as OCI 1.1
//! has it.

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// A manifest of one artifact.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// A list of manifests.
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Docker's list of manifests.
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// The config of a WebAssembly artifact.
pub(super) const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";
/// A WebAssembly file.
pub(super) const WASM: &str = "application/wasm";
/// The config of an artifact that has none.
pub(super) const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// Our signature file: the artifact, and its one layer.
pub(super) const SIGNATURE: &str = "application/vnd.rounds.connector.signature.v1";
/// How a file is called that a tool makes of a layer.
pub(super) const TITLE: &str = "org.opencontainers.image.title";

/// Annotations, in the order of their names.
pub(super) type Annotations = std::collections::BTreeMap<String, String>;

/// Content, by what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub(super) annotations: Annotations,
}

impl Descriptor {
    pub(super) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            artifact_type: None,
            annotations: Annotations::new(),
        }
    }
}

/// One artifact.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<String>,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Descriptor>,
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub(super) annotations: Annotations,
}

impl Manifest {
    pub(super) fn new(config: Descriptor, layer: Descriptor) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(MANIFEST.to_owned()),
            artifact_type: None,
            config,
            layers: vec![layer],
            subject: None,
            annotations: Annotations::new(),
        }
    }
}

/// A list of artifacts, of which others than ours are kept as they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) schema_version: u32,
    pub(super) media_type: Option<String>,
    #[serde(default)]
    pub(super) manifests: Vec<serde_json::Value>,
}

impl Index {
    pub(super) fn new() -> Self {
        Self { schema_version: 2, media_type: Some(INDEX.to_owned()), manifests: Vec::new() }
    }

    /// Those that are our signatures.
    pub(super) fn signatures(self) -> Vec<Descriptor> {
        let read = |it| serde_json::from_value(it).ok();
        let is_ours = |it: &Descriptor| it.artifact_type.as_deref() == Some(SIGNATURE);
        self.manifests.into_iter().filter_map(read).filter(is_ours).collect()
    }
}

/// What a manifest says that it is, before it is read as that.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    media_type: Option<String>,
    manifests: Option<serde::de::IgnoredAny>,
}

/// The one WebAssembly file of a connector's manifest.
///
/// # Errors
/// What the manifest is instead.
pub(super) fn wasm_layer(text: &[u8]) -> Result<Descriptor, &'static str> {
    let kind: Kind = serde_json::from_slice(text).map_err(|_| "its manifest is no JSON of OCI")?;
    let is_list = |kind: &str| [INDEX, DOCKER_LIST].contains(&kind);
    if kind.manifests.is_some() || kind.media_type.as_deref().is_some_and(is_list) {
        return Err(
            "it is a list for several platforms, and a connector is one file for all; name \
                    one of the list by its digest",
        );
    }
    let manifest: Manifest = serde_json::from_slice(text)
        .map_err(|_| "its manifest is no manifest of an OCI artifact")?;
    let mut layers = manifest.layers.into_iter();
    match (layers.next(), layers.next()) {
        (Some(layer), None) if layer.media_type == WASM => Ok(layer),
        (Some(layer), Some(_)) if layer.media_type == WASM => {
            Err("it has several layers, and a connector is one file")
        }
        _ => Err("it holds no WebAssembly (a layer of type `application/wasm`), as an image of a \
                  container does"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_manifest_is_a_connectors_or_told_what_it_is() {
        let layer =
            |kind: &str| json!({ "mediaType": kind, "digest": Digest::of(b"x"), "size": 1 });
        let image = |layers: Vec<serde_json::Value>| json!({ "schemaVersion": 2, "config": layer(WASM_CONFIG), "layers": layers });
        let tar = layer("application/vnd.oci.image.layer.v1.tar+gzip");
        for (manifest, expected) in [
            (image(vec![layer(WASM)]), Ok(())),
            (image(vec![layer(WASM), layer(SIGNATURE)]), Err("several layers")),
            (image(vec![tar]), Err("no WebAssembly")),
            (image(vec![]), Err("no WebAssembly")),
            (json!({ "schemaVersion": 2, "manifests": [] }), Err("several platforms")),
            (json!({ "mediaType": DOCKER_LIST }), Err("several platforms")),
            (json!({ "schemaVersion": 1, "fsLayers": [] }), Err("no manifest of an OCI artifact")),
            (json!("hello"), Err("no JSON of OCI")),
        ] {
            let read = wasm_layer(manifest.to_string().as_bytes());
            match expected {
                Ok(()) => assert_eq!(read.unwrap().digest, Digest::of(b"x")),
                Err(why) => assert!(read.unwrap_err().contains(why), "{manifest}"),
            }
        }
    }

    #[test]
    fn what_is_written_has_no_empty_fields() {
        let manifest = Manifest::new(Descriptor::of(EMPTY, b"{}"), Descriptor::of(WASM, b"x"));
        let text = serde_json::to_string(&manifest).unwrap();
        assert!(!text.contains("null") && !text.contains("annotations"), "{text}");
        assert_eq!(wasm_layer(text.as_bytes()).unwrap().size, 1);
    }
}
