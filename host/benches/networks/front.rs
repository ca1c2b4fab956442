//! What speaks TLS before a server, and a proxy that opens ways to it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result, ensure};
use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs::default_provider,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// Whom the proxy lets out.
pub(crate) const USER: &str = "rounds";
/// With what.
pub(crate) const PASSWORD: &str = "s3cr3t";
/// The same as HTTP Basic has it.
const BASIC: &str = "basic cm91bmrzonmzy3izda==";

/// Vouches for both sides.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn certify(&self, name: &str) -> Result<(Certificate, KeyPair)> {
        let key = KeyPair::generate()?;
        let params = CertificateParams::new(vec![name.to_owned()])?;
        Ok((params.signed_by(&key, &self.0)?, key))
    }

    fn acceptor(&self, demands: bool) -> Result<TlsAcceptor> {
        let provider = Arc::new(default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone())?;
        let verifier = match demands {
            true => {
                WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
                    .build()?
            }
            false => WebPkiClientVerifier::no_client_auth(),
        };
        let (certificate, key) = self.certify("127.0.0.1")?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Speaks TLS before a server.
pub(crate) struct Front {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    server: SocketAddr,
    made: AtomicUsize,
    url: String,
}

impl Front {
    pub(crate) async fn start(server: &str, authority: &Authority, demands: bool) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("https://{}", listener.local_addr()?);
        let server = server.trim_start_matches("http://").parse()?;
        let acceptor = authority.acceptor(demands)?;
        Ok(Self { listener, acceptor, server, made: AtomicUsize::new(0), url })
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// How many connections were made.
    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    pub(crate) async fn serve(&self) {
        let mut connections = JoinSet::new();
        while let Ok((client, _)) = self.listener.accept().await {
            self.made.fetch_add(1, Ordering::Relaxed);
            let (acceptor, server) = (self.acceptor.clone(), self.server);
            connections.spawn(async move {
                client.set_nodelay(true)?;
                let mut client = acceptor.accept(client).await?;
                let mut server = TcpStream::connect(server).await?;
                server.set_nodelay(true)?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    }
}

/// A forward proxy that lets out one user.
pub(crate) struct Proxy {
    listener: TcpListener,
    url: String,
}

impl Proxy {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    pub(crate) async fn serve(&self) {
        let mut ways = JoinSet::new();
        while let Ok((client, _)) = self.listener.accept().await {
            ways.spawn(way(client));
        }
    }
}

async fn way(mut client: TcpStream) -> Result<()> {
    client.set_nodelay(true)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8(head)?;
    ensure!(head.to_ascii_lowercase().contains(BASIC), "nobody who is let out");
    let to = head.split(' ').nth(1).context("CONNECT without a host")?;
    let mut server = TcpStream::connect(to).await?;
    server.set_nodelay(true)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
