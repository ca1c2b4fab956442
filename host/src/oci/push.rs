//! A connector and its signature, to a repository.

use bytes::Bytes;
use serde::Serialize;

use super::{
    Digest, Error, Reference,
    fetch::stand_in,
    manifest::{
        Annotations, Descriptor, EMPTY, INDEX, Index, MANIFEST, Manifest, SIGNATURE, TITLE, WASM,
        WASM_CONFIG,
    },
    registry::Repository,
    way::{Access, header},
};
use crate::{config::Registry, connector::Connector, egress::Network};

/// What is pushed.
pub struct Parcel<'p> {
    /// The loaded file.
    pub connector: &'p Connector,
    /// Its bytes.
    pub file: Bytes,
    /// Its signature file, where it has one.
    pub signature: Option<Bytes>,
}

/// The config of a WebAssembly artifact. Without a time of its own, so that equal files make equal
/// artifacts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WasmConfig<'c> {
    created: &'static str,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [String; 1],
    component: Component<'c>,
}

#[derive(Serialize)]
struct Component<'c> {
    exports: Vec<String>,
    imports: &'c [String],
}

/// Puts a connector where a reference says, and its signature beside it; answers the digest of its
/// manifest. A tag that stands for something else stands for this one then.
///
/// # Errors
/// Where the registry cannot be asked, or does not take it.
pub async fn push(
    registries: &[Registry],
    reference: &Reference,
    parcel: &Parcel<'_>,
) -> Result<Digest, Error> {
    let network = Network::new();
    let mut repository = Repository::new(&network, registries, reference, Access::Push)?;
    let config = Bytes::from(wasm_config(parcel));
    let mut manifest =
        Manifest::new(Descriptor::of(WASM_CONFIG, &config), Descriptor::of(WASM, &parcel.file));
    let name = &parcel.connector.manifest().name;
    title(&mut manifest, &format!("{name}.wasm"));
    manifest.annotations = annotations(parcel.connector);
    let manifest = json(&manifest);
    let digest = Digest::of(&manifest);
    if let Some(expected) = reference.digest.as_ref().filter(|expected| **expected != digest) {
        let (reference, expected) = (reference.to_string(), expected.clone());
        return Err(Error::Digest { reference, what: "manifest", expected, found: digest });
    }
    blob(&mut repository, config).await?;
    blob(&mut repository, parcel.file.clone()).await?;
    let subject = Descriptor::of(MANIFEST, &manifest);
    let place = format!("manifests/{}", reference.tag.clone().unwrap_or(reference.name()));
    stored(&mut repository, &place, MANIFEST, manifest).await?;
    if let Some(signature) = &parcel.signature {
        sign(&mut repository, subject, signature.clone(), &format!("{name}.wasm.sig")).await?;
    }
    Ok(digest)
}

/// Puts a signature there that names the connector's manifest as its subject, and where the
/// registry does not list such by itself, lists it.
async fn sign(
    repository: &mut Repository<'_>,
    subject: Descriptor,
    signature: Bytes,
    name: &str,
) -> Result<(), Error> {
    let nothing = Bytes::from_static(b"{}");
    let config = Descriptor::of(EMPTY, &nothing);
    let mut manifest = Manifest::new(config, Descriptor::of(SIGNATURE, &signature));
    title(&mut manifest, name);
    manifest.artifact_type = Some(SIGNATURE.to_owned());
    let tag = format!("manifests/{}", stand_in(&subject.digest));
    manifest.subject = Some(subject);
    let manifest = json(&manifest);
    let mut listed = Descriptor::of(MANIFEST, &manifest);
    listed.artifact_type = Some(SIGNATURE.to_owned());
    blob(repository, nothing).await?;
    blob(repository, signature).await?;
    let place = format!("manifests/{}", listed.digest);
    if stored(repository, &place, MANIFEST, manifest).await? {
        return Ok(());
    }
    let answer = repository.get(&tag, &[INDEX]).await?;
    let before: Option<Index> = serde_json::from_slice(&answer.body).ok();
    let mut index = before.filter(|_| answer.status == 200).unwrap_or_else(Index::new);
    let entry = serde_json::to_value(&listed).unwrap_or_default();
    index.manifests.retain(|it| *it != entry);
    // The newest first: it is what a host looks at first.
    index.manifests.insert(0, entry);
    stored(repository, &tag, INDEX, json(&index)).await.map(drop)
}

/// Stores a manifest; whether the registry lists it by its subject.
async fn stored(
    repository: &mut Repository<'_>,
    place: &str,
    kind: &str,
    manifest: Bytes,
) -> Result<bool, Error> {
    let answer = repository.put(place, kind, manifest).await?;
    match answer.status {
        201 => Ok(header(&answer, "oci-subject").is_some()),
        status => Err(repository.refused(status, "the manifest to push")),
    }
}

/// Stores some bytes: a place for them is asked for, and then they are sent there.
async fn blob(repository: &mut Repository<'_>, bytes: Bytes) -> Result<(), Error> {
    let begun = repository.post("blobs/uploads/").await?;
    let place = repository.location(&begun).filter(|_| begun.status == 202);
    let Some(mut place) = place else {
        return Err(repository.refused(begun.status, "an upload"));
    };
    place.query_pairs_mut().append_pair("digest", &Digest::of(&bytes).to_string());
    let ended = repository.put_at(place.into(), "application/octet-stream", bytes).await?;
    match ended.status {
        201 => Ok(()),
        status => Err(repository.refused(status, "an upload")),
    }
}

fn wasm_config(parcel: &Parcel<'_>) -> Vec<u8> {
    let contract = parcel.connector.contract();
    let export = |interface: &str| {
        let (package, version) = contract.split_once('@').unwrap_or_default();
        format!("{package}/{interface}@{version}")
    };
    let mut exports = vec![export("connector")];
    exports.extend(parcel.connector.has_session().then(|| export("session")));
    let config = WasmConfig {
        created: "1970-01-01T00:00:00Z",
        architecture: "wasm",
        os: "wasip2",
        layer_digests: [Digest::of(&parcel.file).to_string()],
        component: Component { exports, imports: parcel.connector.imports() },
    };
    serde_json::to_vec(&config).unwrap_or_default()
}

/// What registries show beside a version.
fn annotations(connector: &Connector) -> Annotations {
    let manifest = connector.manifest();
    let named = [
        (TITLE, &manifest.name),
        ("org.opencontainers.image.version", &manifest.version),
        ("org.opencontainers.image.description", &manifest.summary),
    ];
    named.map(|(name, value)| (name.to_owned(), value.clone())).into()
}

fn title(manifest: &mut Manifest, file: &str) {
    for layer in &mut manifest.layers {
        layer.annotations.insert(TITLE.to_owned(), file.to_owned());
    }
}

fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}
