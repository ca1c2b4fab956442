//! Where a connector is in a registry: `oci://registry.example/team/name:version`.

use std::{fmt, str::FromStr};

use url::Url;

use super::digest::Digest;

/// How every reference begins.
const SCHEME: &str = "oci://";
/// How long a repository's name may be, and a tag (distribution-spec).
const LONGEST: (usize, usize) = (255, 128);
/// What Docker Hub is called in references, and where its registry is.
const DOCKER_HUB: (&str, &str) = ("docker.io", "registry-1.docker.io");

/// A connector in a registry: by its tag, by its digest, or by both, of which the digest counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Host and port, as they were written.
    pub host: String,
    /// The repository in the registry, as `team/fhir-r4`.
    pub repository: String,
    /// What it is called there.
    pub tag: Option<String>,
    /// Its manifest's digest.
    pub digest: Option<Digest>,
}

/// Why a text is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another scheme, or none.
    #[error("a connector of a registry is written as `oci://registry.example/team/name:version`")]
    Scheme,
    /// No host, or none that can be one.
    #[error("`oci://` is followed by a registry's host, and a port where it has its own")]
    Host,
    /// No repository, or none that can be one.
    #[error("a repository is of small letters and digits, with `.`, `_`, `-` and `/` between them")]
    Repository,
    /// A tag that cannot be one.
    #[error("a version is of letters, digits, `.`, `_` and `-`, and 128 at most")]
    Tag,
    /// What follows `@` is no digest.
    #[error("what follows `@` is no digest (`sha256:` and 64 digits of hexadecimal)")]
    Digest,
    /// Neither tag nor digest.
    #[error("it names no version: add one, as `:1.2.0`")]
    Version,
}

impl Reference {
    /// What a registry's API calls it: the digest where there is one, else the tag.
    pub fn name(&self) -> String {
        let digest = self.digest.as_ref().map(Digest::to_string);
        digest.or_else(|| self.tag.clone()).unwrap_or_default()
    }

    /// The last part of the repository's name.
    pub fn short_name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }

    /// Where the registry's API is, without the scheme.
    pub fn authority(&self) -> &str {
        if self.host == DOCKER_HUB.0 { DOCKER_HUB.1 } else { &self.host }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let rest = text.strip_prefix(SCHEME).ok_or(Error::Scheme)?;
        let (host, rest) = rest.split_once('/').ok_or(Error::Repository)?;
        if !is_host(host) {
            return Err(Error::Host);
        }
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse().map_err(|_| Error::Digest)?)),
            None => (rest, None),
        };
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) if is_tag(tag) => (repository, Some(tag.to_owned())),
            Some(_) => return Err(Error::Tag),
            None => (rest, None),
        };
        if !is_repository(repository) {
            return Err(Error::Repository);
        }
        if tag.is_none() && digest.is_none() {
            return Err(Error::Version);
        }
        Ok(Self { host: host.to_owned(), repository: repository.to_owned(), tag, digest })
    }
}

/// Whether a text is a host, and a port where it has one, and nothing beside it.
pub(crate) fn is_host(text: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    let url = Url::parse(&format!("https://{text}/"));
    text.bytes().all(plain) && url.is_ok_and(|url| url.has_host() && url.path() == "/")
}

/// Parts of small letters and digits, between which there is one separator each.
fn is_repository(text: &str) -> bool {
    let is_part = |part: &str| {
        let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        let bytes = part.as_bytes();
        ends(bytes.first()) && ends(bytes.last()) && part.bytes().all(plain) && !part.contains("..")
    };
    text.len() <= LONGEST.0 && text.split('/').all(is_part)
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let first = text.bytes().next().is_some_and(word);
    first && text.len() <= LONGEST.1 && text.bytes().all(|it| word(it) || b".-".contains(&it))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_and_shown() {
        let digest = format!("sha256:{}", "a1".repeat(32));
        for (text, host, repository, name) in [
            ("oci://ghcr.io/team/fhir-r4:1.2.0", "ghcr.io", "team/fhir-r4", "1.2.0"),
            ("oci://127.0.0.1:5000/a:b", "127.0.0.1:5000", "a", "b"),
            ("oci://[::1]:5000/a/b__c/d-e.f:1_0", "[::1]:5000", "a/b__c/d-e.f", "1_0"),
            (&format!("oci://r.example/a@{digest}"), "r.example", "a", &digest),
            (&format!("oci://r.example/a:1@{digest}"), "r.example", "a", &digest),
        ] {
            let reference: Reference = text.parse().unwrap();
            assert_eq!(
                (reference.host.as_str(), reference.repository.as_str()),
                (host, repository)
            );
            assert_eq!((reference.name().as_str(), reference.to_string().as_str()), (name, text));
        }
        let hub: Reference = "oci://docker.io/team/a:1".parse().unwrap();
        assert_eq!(hub.authority(), "registry-1.docker.io");
        assert_eq!(hub.short_name(), "a");
    }

    #[test]
    fn what_is_no_reference_is_told() {
        for (text, expected) in [
            ("", Error::Scheme),
            ("https://r.example/a:1", Error::Scheme),
            ("oci://r.example", Error::Repository),
            ("oci://r.example/", Error::Repository),
            ("oci:///a:1", Error::Host),
            ("oci://u:p@r.example/a:1", Error::Host),
            ("oci://R.example/a:1", Error::Host),
            ("oci://r.example:x/a:1", Error::Host),
            ("oci://r.example/A:1", Error::Repository),
            ("oci://r.example/a/../b:1", Error::Repository),
            ("oci://r.example/a//b:1", Error::Repository),
            ("oci://r.example/-a:1", Error::Repository),
            ("oci://r.example/a?b:1", Error::Repository),
            ("oci://r.example/a:", Error::Tag),
            ("oci://r.example/a:.1", Error::Tag),
            ("oci://r.example/a:1/b", Error::Tag),
            ("oci://r.example/a:1@sha256:ab", Error::Digest),
            ("oci://r.example/a@md5:ab", Error::Digest),
            ("oci://r.example/a", Error::Version),
        ] {
            assert_eq!(text.parse::<Reference>(), Err(expected), "{text}");
        }
    }
}
