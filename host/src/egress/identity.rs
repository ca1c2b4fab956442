//! Who a client says that it is where a server asks for its certificate.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rustls::{SignatureScheme, client::ResolvesClientCert, sign::CertifiedKey};

use super::{
    Options, Setup,
    fault::{Failure, Tls, Transport},
};
use crate::certificate::Certificate;

/// A client's certificate, where it has one, and whether any server asked for it.
#[derive(Debug)]
pub(super) struct Identity {
    certificate: Option<Certificate>,
    asked: AtomicBool,
}

impl Identity {
    pub(super) fn new(options: &Options) -> Result<Self, Setup> {
        let read = |source| Certificate::read(source, options.owner.to_string());
        let certificate = options.certificate.clone().map(read).transpose();
        let certificate = certificate.map_err(|error| Setup::Certificate(error.to_string()))?;
        Ok(Self { certificate, asked: AtomicBool::new(false) })
    }

    pub(super) fn is_known(&self) -> bool {
        self.certificate.is_some()
    }

    /// A failure with what only both ends of a handshake tell: that a certificate was asked for,
    /// and what was shown.
    pub(super) fn sharper(&self, failure: Failure) -> Failure {
        let is_over = match failure {
            Failure::Transport(Transport::Tls(Tls::RefusesCertificate)) => true,
            // With TLS 1.3, who is not let in learns it when the connection breaks.
            Failure::Transport(
                Transport::Tls(Tls::Refused) | Transport::Reset | Transport::Closed,
            ) => self.asked.load(Ordering::Relaxed) && self.is_doubtful(),
            _ => false,
        };
        if is_over { Transport::Tls(self.refused()).into() } else { failure }
    }

    /// What an answer is by which a server in front of an EHR asks for a certificate: a page of its
    /// own, as nginx has it.
    pub(super) fn own_answer(&self, status: u16, is_page: bool) -> Option<Failure> {
        let is_own = is_page && matches!(status, 400 | 495 | 496);
        let is_own = is_own && self.asked.load(Ordering::Relaxed);
        is_own.then(|| Transport::Tls(self.refused()).into())
    }

    fn is_doubtful(&self) -> bool {
        self.certificate.as_ref().is_none_or(Certificate::is_expired)
    }

    fn refused(&self) -> Tls {
        match &self.certificate {
            None => Tls::WantsCertificate,
            Some(certificate) if certificate.is_expired() => Tls::ExpiredCertificate,
            Some(_) => Tls::RefusesCertificate,
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
