//! Whom a client trusts: the machine's authorities, and those that the user adds.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, pem::PemObject},
};

/// TLS sessions that one client remembers; it speaks to two or three servers.
const SESSIONS: usize = 8;

/// Sets of authorities, each read once however many clients trust it: one set is some 150
/// certificates, and a host may have a thousand connections.
#[derive(Default)]
pub(super) struct Trust {
    provider: OnceLock<Arc<CryptoProvider>>,
    system: OnceLock<Arc<RootCertStore>>,
    configs: Mutex<HashMap<Option<String>, ClientConfig>>,
}

/// The user's PEM text holds nothing that can be trusted.
#[derive(Debug)]
pub(super) struct NoCertificate;

impl Trust {
    /// What a client with these further authorities needs for https.
    pub(super) fn config(&self, ca: Option<&str>) -> Result<ClientConfig, NoCertificate> {
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        let key = ca.map(str::to_owned);
        if let Some(config) = configs.get(&key) {
            return Ok(own_sessions(config.clone()));
        }
        let config = self.with_roots(self.roots(ca)?);
        configs.insert(key, config.clone());
        Ok(own_sessions(config))
    }

    /// What a client needs that asks nobody by https: it trusts nobody, and costs nothing to make
    /// or to keep.
    pub(super) fn nobody(&self) -> ClientConfig {
        let mut config = self.with_roots(Arc::new(RootCertStore::empty()));
        config.resumption = Resumption::disabled();
        config
    }

    fn roots(&self, ca: Option<&str>) -> Result<Arc<RootCertStore>, NoCertificate> {
        let system = self.system.get_or_init(|| Arc::new(system_roots()));
        let Some(pem) = ca else { return Ok(Arc::clone(system)) };
        let mut roots = RootCertStore::clone(system);
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(certificate.map_err(|_| NoCertificate)?).map_err(|_| NoCertificate)?;
        }
        if roots.len() == before { Err(NoCertificate) } else { Ok(Arc::new(roots)) }
    }

    fn with_roots(&self, roots: Arc<RootCertStore>) -> ClientConfig {
        let provider = self.provider.get_or_init(|| Arc::new(aws_lc_rs::default_provider()));
        let builder = ClientConfig::builder_with_provider(Arc::clone(provider));
        #[expect(clippy::expect_used, reason = "this provider has suites for TLS 1.2 and 1.3")]
        let builder = builder.with_safe_default_protocol_versions().expect("TLS versions");
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    }
}

/// The machine's authorities. Where it has none, or some are unreadable, https will say that it
/// doesn't trust a certificate; http works.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Clients share authorities, but not the sessions that they had.
fn own_sessions(mut config: ClientConfig) -> ClientConfig {
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    config
}
