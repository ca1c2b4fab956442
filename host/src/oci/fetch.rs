//! A connector and its signatures, from a repository. Whatever comes is what was asked for, byte
//! by byte, or an error.

use bytes::Bytes;

use super::{
    Digest, Error, Reference,
    manifest::{self, Descriptor, Index, MANIFEST, Manifest},
    registry::Repository,
    way::LONGEST,
};
use crate::trust;

/// The longest manifest or list that is read (distribution-spec).
const LONGEST_MANIFEST: usize = 4 << 20;
/// How many signatures of one connector are looked at.
const SIGNATURES: usize = 8;
/// What a manifest is asked for as; the others are told from it by what they are.
const ACCEPT: [&str; 2] = [MANIFEST, manifest::INDEX];

/// What a reference stands for.
pub(super) struct Found {
    /// The manifest's digest.
    pub(super) manifest: Digest,
    pub(super) file: Bytes,
    /// Signature files, whoever put them there.
    pub(super) signatures: Vec<Bytes>,
}

/// All of what a reference stands for now.
pub(super) async fn connector(
    repository: &mut Repository<'_>,
    reference: &Reference,
) -> Result<Found, Error> {
    let answer = repository.get(&format!("manifests/{}", reference.name()), &ACCEPT).await?;
    if answer.status != 200 {
        return Err(repository.refused(answer.status, &reference.to_string()));
    }
    let digest = Digest::of(&answer.body);
    if let Some(expected) = reference.digest.as_ref().filter(|expected| **expected != digest) {
        return Err(other(reference, "manifest", expected, digest));
    }
    if answer.body.len() > LONGEST_MANIFEST {
        let (reference, size) = (reference.to_string(), answer.body.len() as u64);
        return Err(Error::TooLarge { reference, size });
    }
    let not = |what| Error::NotAConnector { reference: reference.to_string(), what };
    let layer = manifest::wasm_layer(&answer.body).map_err(not)?;
    let file = file(repository, reference, &layer.digest, layer.size).await?;
    let mut signatures = Vec::new();
    for descriptor in self::signatures(repository, reference, &digest).await? {
        signatures.extend(signed(repository, reference, &descriptor).await?);
    }
    Ok(Found { manifest: digest, file, signatures })
}

/// A connector's file.
pub(super) async fn file(
    repository: &mut Repository<'_>,
    reference: &Reference,
    digest: &Digest,
    size: u64,
) -> Result<Bytes, Error> {
    if size > LONGEST as u64 {
        return Err(Error::TooLarge { reference: reference.to_string(), size });
    }
    blob(repository, reference, "file", digest).await
}

/// A connector's signature file.
pub(super) async fn signature(
    repository: &mut Repository<'_>,
    reference: &Reference,
    digest: &Digest,
) -> Result<Bytes, Error> {
    blob(repository, reference, "signature", digest).await
}

async fn blob(
    repository: &mut Repository<'_>,
    reference: &Reference,
    what: &'static str,
    digest: &Digest,
) -> Result<Bytes, Error> {
    let answer = repository.get(&format!("blobs/{digest}"), &[]).await?;
    if answer.status != 200 {
        return Err(repository.refused(answer.status, &format!("the {what} of {reference}")));
    }
    let found = Digest::of(&answer.body);
    if found != *digest {
        return Err(other(reference, what, digest, found));
    }
    Ok(answer.body)
}

/// What names a manifest as its subject and is a signature of ours: by the registry's list of
/// referrers, or where it has none by the tag that stands in for it (distribution-spec).
async fn signatures(
    repository: &mut Repository<'_>,
    reference: &Reference,
    manifest: &Digest,
) -> Result<Vec<Descriptor>, Error> {
    for place in [format!("referrers/{manifest}"), format!("manifests/{}", stand_in(manifest))] {
        let answer = repository.get(&place, &[manifest::INDEX]).await?;
        match answer.status {
            200 => {
                let index: Option<Index> = serde_json::from_slice(&answer.body).ok();
                let what = "its list of signatures cannot be read";
                let reference = reference.to_string();
                let index = index.ok_or(Error::NotAConnector { reference, what })?;
                return Ok(index.signatures().into_iter().take(SIGNATURES).collect());
            }
            // It knows no such list, or does not know what was asked for.
            400 | 404 | 405 | 501 => {}
            status => return Err(repository.refused(status, &format!("signatures of {reference}"))),
        }
    }
    Ok(Vec::new())
}

/// The signature file of a signature's manifest; none where it is something else.
async fn signed(
    repository: &mut Repository<'_>,
    reference: &Reference,
    descriptor: &Descriptor,
) -> Result<Option<Bytes>, Error> {
    let answer = repository.get(&format!("manifests/{}", descriptor.digest), &[MANIFEST]).await?;
    if answer.status != 200 || Digest::of(&answer.body) != descriptor.digest {
        return Ok(None);
    }
    let manifest: Option<Manifest> = serde_json::from_slice(&answer.body).ok();
    let layer = manifest.and_then(|manifest| manifest.layers.into_iter().next());
    match layer {
        Some(layer) if layer.size <= trust::LONGEST as u64 => {
            signature(repository, reference, &layer.digest).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// The tag that stands in for the list of what names a manifest as its subject.
pub(super) fn stand_in(manifest: &Digest) -> String {
    format!("sha256-{}", manifest.hex())
}

fn other(reference: &Reference, what: &'static str, expected: &Digest, found: Digest) -> Error {
    let (reference, expected) = (reference.to_string(), expected.clone());
    Error::Digest { reference, what, expected, found }
}
