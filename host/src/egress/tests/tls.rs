//! Certificates, good and bad.

use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs::default_provider,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
    version::{TLS12, TLS13},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, sink},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::{
    server::{Act, say, serve},
    *,
};

pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's configuration with a certificate for `name`, good from and until these years.
    pub(super) fn server(&self, name: &str, years: (i32, i32)) -> ServerConfig {
        self.server_asking(name, years, WebPkiClientVerifier::no_client_auth())
    }

    /// The same, of a server that asks who asks.
    pub(super) fn server_asking(
        &self,
        name: &str,
        years: (i32, i32),
        verifier: Arc<dyn ClientCertVerifier>,
    ) -> ServerConfig {
        serving(self.certify(name, years), verifier)
    }

    /// A server's configuration with a certificate for another use.
    fn server_of(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> ServerConfig {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![purpose];
        serving(self.sign(&params), WebPkiClientVerifier::no_client_auth())
    }

    /// A client's certificate and key in PEM.
    pub(super) fn client(&self, years: (i32, i32)) -> (String, String) {
        let (certificate, key) = self.certify("rounds", years);
        (certificate.pem(), key.serialize_pem())
    }

    fn certify(&self, name: &str, years: (i32, i32)) -> (Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

/// A server's configuration with a certificate and its key.
fn serving(
    (certificate, key): (Certificate, KeyPair),
    verifier: Arc<dyn ClientCertVerifier>,
) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS12, &TLS13])
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

/// Serves with this certificate, each connection by a script of its own; answers the port.
pub(super) async fn serve_tls(
    config: ServerConfig,
    script: impl Fn(&str, usize) -> Act + Copy + Send + Sync + 'static,
) -> (u16, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                serve(&mut stream, &script, &Mutex::default()).await;
            }
        }
    });
    (port, serving)
}

/// Every second request on a connection is not answered, and the connection closed without TLS's
/// own goodbye.
fn once(_: &str, number: usize) -> Act {
    match number {
        0 => say(200, "", "safe"),
        _ => Act::Close(String::new()),
    }
}

async fn ask(port: u16, ca: Option<String>) -> Result<Response, String> {
    let mut options = options(&format!("https://127.0.0.1:{port}/fhir"));
    options.ca = ca;
    options.timeouts.total = Duration::from_secs(5);
    client(options).send(&get("/x")).await.map_err(|error| failure(&error))
}

#[tokio::test]
async fn only_a_good_certificate_is_trusted() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    for (config, expected) in [
        (ours.server("127.0.0.1", (2020, 2090)), Ok(200)),
        (ours.server("127.0.0.1", (2020, 2021)), Err("Tls(Expired)")),
        (ours.server("127.0.0.1", (2080, 2090)), Err("Tls(NotYetValid)")),
        (ours.server("ehr.example", (2020, 2090)), Err("Tls(WrongHost)")),
        (other.server("127.0.0.1", (2020, 2090)), Err("Tls(UnknownAuthority)")),
    ] {
        let (port, _serving) = serve_tls(config, once).await;
        let status = ask(port, Some(ours.pem())).await.map(|answer| answer.status);
        assert_eq!(status, expected.map_err(str::to_owned));
    }
}

#[tokio::test]
async fn a_connection_closed_meanwhile_is_replaced() {
    let ours = Authority::new("ours");
    let (port, _serving) = serve_tls(ours.server("127.0.0.1", (2020, 2090)), once).await;
    let mut options = options(&format!("https://127.0.0.1:{port}/fhir"));
    options.ca = Some(ours.pem());
    options.timeouts.total = Duration::from_secs(5);
    let client = client(options);
    for _ in 0..3 {
        assert_eq!(client.send(&get("/x")).await.unwrap().status, 200);
    }
    let error = client.send_once(&get("/x")).await.unwrap_err();
    assert_eq!(failure(&error), "Closed");
}

#[tokio::test]
async fn a_certificate_of_another_use_is_not_taken() {
    let ours = Authority::new("ours");
    let config = ours.server_of("127.0.0.1", ExtendedKeyUsagePurpose::ClientAuth);
    let (port, _serving) = serve_tls(config, once).await;
    assert_eq!(ask(port, Some(ours.pem())).await.unwrap_err(), "Tls(Certificate)");
}

#[tokio::test]
async fn a_server_that_knows_another_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // A fatal alert: protocol_version.
            stream.write_all(&[21, 3, 1, 0, 2, 2, 70]).await.unwrap();
            let _until_the_client_is_gone = tokio::io::copy(&mut stream, &mut sink()).await;
        }
    });
    assert_eq!(ask(port, None).await.unwrap_err(), "Tls(Incompatible)");
}

#[tokio::test]
async fn a_handshake_that_ends_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}/fhir", listener.local_addr().unwrap());
    let mut hanging_up = JoinSet::new();
    hanging_up.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.read_u8().await.unwrap();
        }
    });
    let mut options = options(&base);
    options.timeouts.total = Duration::from_secs(5);
    let error = client(options).send(&get("/x")).await.unwrap_err();
    assert!(["Tls(Refused)", "Reset"].contains(&failure(&error).as_str()), "{error:?}");
}

#[tokio::test]
async fn the_machines_authorities_do_not_vouch_for_a_tests() {
    let (port, _serving) =
        serve_tls(Authority::new("ours").server("127.0.0.1", (2020, 2090)), once).await;
    assert_eq!(ask(port, None).await.unwrap_err(), "Tls(UnknownAuthority)");
}

#[tokio::test]
async fn plain_http_is_told_from_tls() {
    let plain = Server::always(400, "", "").await;
    let mut options = options(&format!("https://{}/fhir", plain.address));
    options.timeouts.total = Duration::from_secs(5);
    // The server takes the handshake for the start of a request, and says nothing; or it answers.
    let error = client(options).send(&get("/x")).await.unwrap_err();
    assert!(["ConnectTimeout(2s)", "Tls(NotTls)"].contains(&failure(&error).as_str()), "{error}");
}

#[tokio::test]
async fn a_ca_that_is_none_is_refused_at_the_start() {
    for ca in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let mut options = options("https://ehr.example/fhir");
        options.ca = Some(ca.to_owned());
        let error = Client::new(&Network::new(), options).unwrap_err();
        assert_eq!((failure(&error).as_str(), error.retry()), ("Ca", Retry::Never));
    }
}
