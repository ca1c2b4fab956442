//! TLS of the admin API.

use std::{io, sync::Arc};

use rustls::{ServerConfig, server::ResolvesServerCert};
use tokio_rustls::TlsAcceptor;

use crate::{
    certificate::{Certificate, provider},
    config,
};

/// What makes connections secret, and proves who we are.
#[derive(Clone)]
pub(super) struct Secrecy {
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
}

impl Secrecy {
    /// Reads the files.
    pub(super) fn new(certificate: config::Certificate) -> io::Result<Self> {
        let certificate = Arc::new(Certificate::read(certificate, "the admin API".to_owned())?);
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
