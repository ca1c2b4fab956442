//! Who a client says that it is where a server asks for its certificate.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rustls::{SignatureScheme, client::ResolvesClientCert, sign::CertifiedKey};

use super::{
    Options, Setup,
    fault::{Failure, Tls, Transport},
};
use crate::certificate::Certificate;

/// A client's certificate, where it has one, and who asked for it.
#[derive(Debug)]
pub(super) struct Identity {
    certificate: Option<Certificate>,
    /// Whether any server asked for it.
    asked: AtomicBool,
    /// The origins that answered, and so have let this client in as it is.
    open: Mutex<BTreeSet<String>>,
}

impl Identity {
    pub(super) fn new(options: &Options) -> Result<Self, Setup> {
        let read = |source| Certificate::read(source, options.owner.to_string());
        let certificate = options.certificate.clone().map(read).transpose();
        let certificate = certificate.map_err(|error| Setup::Certificate(error.to_string()))?;
        Ok(Self { certificate, asked: AtomicBool::new(false), open: Mutex::default() })
    }

    pub(super) fn is_known(&self) -> bool {
        self.certificate.is_some()
    }

    /// A failure with what only both ends of a handshake tell: that a certificate was asked for,
    /// and what was shown.
    pub(super) fn sharper(&self, origin: &str, failure: Failure) -> Failure {
        let is_over = match failure {
            Failure::Transport(Transport::Tls(Tls::RefusesCertificate)) => true,
            // With TLS 1.3, who is not let in learns it when the connection breaks.
            Failure::Transport(
                Transport::Tls(Tls::Refused) | Transport::Reset | Transport::Closed,
            ) => self.asked.load(Ordering::Relaxed) && self.is_doubtful(origin),
            _ => false,
        };
        if is_over { self.refusal() } else { failure }
    }

    /// Hears that an origin answered over TLS, whatever it said.
    pub(super) fn is_let_in(&self, origin: &str) {
        let mut open = lock(&self.open);
        if !open.contains(origin) {
            open.insert(origin.to_owned());
        }
    }

    /// Whether an answer may be a page by which a server refuses this client's certificate, or the
    /// want of one: its body tells.
    pub(super) fn may_be_refusal(&self, status: u16) -> bool {
        matches!(status, 400 | 495 | 496) && self.asked.load(Ordering::Relaxed)
    }

    /// That this client's certificate is refused, or the want of one.
    pub(super) fn refusal(&self) -> Failure {
        let refused = match &self.certificate {
            None => Tls::WantsCertificate,
            Some(certificate) if certificate.is_expired() => Tls::ExpiredCertificate,
            Some(_) => Tls::RefusesCertificate,
        };
        Transport::Tls(refused).into()
    }

    fn is_doubtful(&self, origin: &str) -> bool {
        match &self.certificate {
            Some(certificate) => certificate.is_expired(),
            None => !lock(&self.open).contains(origin),
        }
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.certificate.as_ref()?.resolve(hints, schemes)
    }

    fn has_certs(&self) -> bool {
        self.is_known()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
