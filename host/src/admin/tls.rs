//! The certificate that the admin API proves itself with, read again when its files change.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    clock::{Clock, System},
    config::admin::{Tls, TlsKey},
};

/// How often the files are looked at, at most, where connections come.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why nobody could be sure of this host. Says nothing of the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No certificate, or one that is cut.
    #[error("this holds no whole certificate in PEM")]
    Certificate,
    /// No key, or of a sort that TLS does not know.
    #[error("the key is no private key in PEM that TLS can sign with")]
    Key,
    /// The key is another's.
    #[error("the key does not belong to this certificate")]
    Mismatch,
}

/// Whether a host can prove itself with a certificate and its key, both in PEM.
///
/// # Errors
/// Where they cannot be read, or do not belong together.
pub(crate) fn certify(certificate: &str, key: &str) -> Result<(), CertificateError> {
    certified(certificate, key).map(drop)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn certified(certificate: &str, key: &str) -> Result<CertifiedKey, CertificateError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or(CertificateError::Certificate)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| CertificateError::Key)?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => CertificateError::Mismatch,
        rustls::Error::InvalidCertificate(_) => CertificateError::Certificate,
        _ => CertificateError::Key,
    })
}

/// What makes connections secret, and proves who we are.
#[derive(Clone)]
pub(super) struct Secrecy {
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
}

impl Secrecy {
    /// Reads the files.
    pub(super) fn new(tls: Tls) -> io::Result<Self> {
        let certificate = Arc::new(Certificate::read(tls)?);
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth();
        let resolver = Arc::clone(&certificate) as Arc<dyn ResolvesServerCert>;
        let mut config = config.with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }

    /// What takes the next connection, with the certificate as it is now.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.certificate.refresh();
        self.acceptor.clone()
    }
}

/// The certificate in use, and the files that it came from.
struct Certificate {
    tls: Tls,
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
    fn read(tls: Tls) -> io::Result<Self> {
        let seen = Mutex::new(Seen { at: System.now(), changed: changed(&tls) });
        let current = RwLock::new(Arc::new(read(&tls)?));
        Ok(Self { tls, current, seen })
    }

    /// Takes up files that changed. Where they are wrong, what was good stays in use.
    fn refresh(&self) {
        if !self.is_changed() {
            return;
        }
        match read(&self.tls) {
            Ok(new) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                tracing::info!("the admin API has a new certificate");
            }
            Err(error) => {
                tracing::warn!(%error, "the admin API keeps its certificate: the new one cannot be used");
            }
        }
    }

    fn is_changed(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = System.now();
        // A clock that was set back is no reason to wait.
        if now.duration_since(seen.at).unsigned_abs() < LOOK_EVERY {
            return false;
        }
        let changed = changed(&self.tls);
        let is_changed = changed != seen.changed;
        *seen = Seen { at: now, changed };
        is_changed
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("tls", &self.tls).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn files(tls: &Tls) -> impl Iterator<Item = &PathBuf> {
    let key = match &tls.key {
        TlsKey::File(file) => Some(file),
        TlsKey::Given(_) => None,
    };
    [&tls.certificate].into_iter().chain(key)
}

fn changed(tls: &Tls) -> Vec<Option<SystemTime>> {
    let changed = |file: &PathBuf| fs::metadata(file).and_then(|it| it.modified()).ok();
    files(tls).map(changed).collect()
}

fn read(tls: &Tls) -> io::Result<CertifiedKey> {
    let certificate = text(&tls.certificate)?;
    let certified = match &tls.key {
        TlsKey::File(file) => certified(&certificate, &text(file)?),
        TlsKey::Given(secret) => certified(&certificate, secret.expose()),
    };
    certified.map_err(|error| in_file(&tls.certificate, error))
}

fn text(file: &Path) -> io::Result<String> {
    fs::read_to_string(file).map_err(|error| in_file(file, error))
}

fn in_file(file: &Path, error: impl fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {error}", file.display()))
}
