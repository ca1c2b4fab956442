//! The certificate that this host proves itself with, read again when its files change.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use rustls::{
    SignatureScheme,
    client::ResolvesClientCert,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use crate::{
    clock::{Clock, System},
    config::{self, CertificateKey},
};

/// How often the files are looked at, at most, where connections come or are made.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why nobody could be sure of this host. Says nothing of the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CertificateError {
    /// No certificate, or one that is cut.
    #[error(
        "this holds no whole certificate in PEM, or none of X.509's version 3, which TLS wants here"
    )]
    Certificate,
    /// A key with a passphrase, for which nobody is there to ask.
    #[error("the key is encrypted; decrypt it with `openssl pkey -in key.pem -out plain.pem`")]
    Encrypted,
    /// No key, or of a sort that TLS does not know.
    #[error("the key is no private key in PEM that TLS can sign with")]
    Key,
    /// The key is another's.
    #[error(
        "the key does not belong to this certificate; of several in the file, its own comes first"
    )]
    Mismatch,
}

/// Whether a host can prove itself with a certificate and its key, both in PEM.
///
/// # Errors
/// Where they cannot be read, or do not belong together.
pub(crate) fn certify(certificate: &str, key: &str) -> Result<(), CertificateError> {
    certified(certificate, key).map(drop)
}

/// When a certificate in PEM is over; `None` where that is still to come, or cannot be told.
pub(crate) fn expired(certificate: &str) -> Option<Timestamp> {
    let first = CertificateDer::pem_slice_iter(certificate.as_bytes()).next()?.ok()?;
    expired_at(&first)
}

fn expired_at(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let until = Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?;
    (until < System.now()).then_some(until)
}

fn certified(certificate: &str, key: &str) -> Result<CertifiedKey, CertificateError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or(CertificateError::Certificate)?;
    if ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"].iter().any(|it| key.contains(it)) {
        return Err(CertificateError::Encrypted);
    }
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| CertificateError::Key)?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => CertificateError::Mismatch,
        rustls::Error::InvalidCertificate(_) => CertificateError::Certificate,
        _ => CertificateError::Key,
    })
}

/// The cryptography of TLS.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The certificate in use, and the files that it came from.
pub(crate) struct Certificate {
    source: config::Certificate,
    /// Who proves itself with it, for the log.
    owner: String,
    current: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Seen>,
}

/// The files as they were looked at last.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    at: Timestamp,
    changed: Vec<Option<SystemTime>>,
}

impl Certificate {
    /// Reads the files; `owner` is who proves itself, as `the admin API`.
    ///
    /// # Errors
    /// Where they cannot be read, or hold no certificate with its key; tells which file.
    pub(crate) fn read(source: config::Certificate, owner: String) -> io::Result<Self> {
        let seen = Mutex::new(Seen { at: System.now(), changed: changed(&source) });
        let current = RwLock::new(Arc::new(read(&source)?));
        Ok(Self { source, owner, current, seen })
    }

    /// Takes up files that changed. Where they are wrong, what was good stays in use.
    pub(crate) fn refresh(&self) {
        if !self.is_changed() {
            return;
        }
        let owner = &self.owner;
        match read(&self.source) {
            Ok(new) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                tracing::info!("{owner} has a new certificate");
            }
            Err(error) => {
                tracing::warn!(%error, "{owner} keeps its certificate: the new one cannot be used");
            }
        }
    }

    /// Whether the one in use is over.
    pub(crate) fn is_expired(&self) -> bool {
        self.current().cert.first().is_some_and(|first| expired_at(first).is_some())
    }

    fn current(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_changed(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = System.now();
        // A clock that was set back is no reason to wait.
        if now.duration_since(seen.at).unsigned_abs() < LOOK_EVERY {
            return false;
        }
        let changed = changed(&self.source);
        let is_changed = changed != seen.changed;
        *seen = Seen { at: now, changed };
        is_changed
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("source", &self.source).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

impl ResolvesClientCert for Certificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.refresh();
        Some(self.current())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn files(source: &config::Certificate) -> impl Iterator<Item = &PathBuf> {
    let key = match &source.key {
        CertificateKey::File(file) => Some(file),
        CertificateKey::Given(_) => None,
    };
    [&source.file].into_iter().chain(key)
}

fn changed(source: &config::Certificate) -> Vec<Option<SystemTime>> {
    let changed = |file: &PathBuf| fs::metadata(file).and_then(|it| it.modified()).ok();
    files(source).map(changed).collect()
}

fn read(source: &config::Certificate) -> io::Result<CertifiedKey> {
    let certificate = text(&source.file)?;
    let certified = match &source.key {
        CertificateKey::File(file) => certified(&certificate, &text(file)?),
        CertificateKey::Given(secret) => certified(&certificate, secret.expose()),
    };
    certified.map_err(|error| in_file(&source.file, error))
}

fn text(file: &Path) -> io::Result<String> {
    fs::read_to_string(file).map_err(|error| in_file(file, error))
}

fn in_file(file: &Path, error: impl fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {error}", file.display()))
}
