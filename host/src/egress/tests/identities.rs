//! Servers that ask who it is that asks, by certificate.

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, pem::PemObject},
    server::{ClientCertVerifierBuilder, WebPkiClientVerifier},
};

use super::{
    server::{Act, say},
    tls::{Authority, serve_tls},
    *,
};
use crate::config::{Certificate, CertificateKey, Secret};

/// A folder with a client's certificate and key, removed when dropped.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("rounds-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, (certificate, key): (String, String)) {
        std::fs::write(self.0.join("cert.pem"), certificate).unwrap();
        std::fs::write(self.0.join("key.pem"), key).unwrap();
    }

    fn certificate(&self) -> Certificate {
        let key = CertificateKey::File(self.0.join("key.pem"));
        Certificate { file: self.0.join("cert.pem"), key }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// A server that lets in only whom an authority vouches for.
fn demanding(ours: &Authority, clients: &Authority) -> ServerConfig {
    ours.server_asking("127.0.0.1", (2020, 2090), verifier(clients).build().unwrap())
}

fn verifier(clients: &Authority) -> ClientCertVerifierBuilder {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(clients.pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
}

fn asking(port: u16, ours: &Authority, certificate: Option<Certificate>) -> Result<Client, Error> {
    let mut options = options(&format!("https://127.0.0.1:{port}/fhir"));
    (options.ca, options.certificate) = (Some(ours.pem()), certificate);
    (options.timeouts.connect, options.timeouts.total) = (PATIENCE, PATIENCE);
    Client::new(&Network::new(), options)
}

#[tokio::test]
async fn a_certificate_is_shown_to_who_asks_and_taken_up_anew_when_its_files_change() {
    let (ours, clients, others) =
        (Authority::new("ours"), Authority::new("clients"), Authority::new("others"));
    let folder = Folder::new("identity");
    let (port, _serving) = serve_tls(demanding(&ours, &clients), |_, _| say(200, "", "in")).await;
    folder.write(clients.client((2020, 2090)));
    let client = asking(port, &ours, Some(folder.certificate())).unwrap();
    for _ in 0..3 {
        assert_eq!(client.send(&get("/x")).await.unwrap().body, "in");
    }
    for (files, expected) in [
        (None, "Tls(WantsCertificate)"),
        (Some(others.client((2020, 2090))), "Tls(RefusesCertificate)"),
        (Some(clients.client((2020, 2021))), "Tls(ExpiredCertificate)"),
    ] {
        let certificate = files.map(|files| {
            folder.write(files);
            folder.certificate()
        });
        let error = asking(port, &ours, certificate).unwrap().send(&get("/x")).await.unwrap_err();
        assert_eq!(failure(&error), expected);
        assert!(error.is_of_it_all());
    }
}

#[tokio::test]
async fn a_page_that_asks_for_a_certificate_is_told_as_that() {
    let ours = Authority::new("ours");
    // As nginx does, which lets everybody in so far.
    let verifier = verifier(&ours).allow_unauthenticated().build().unwrap();
    let config = ours.server_asking("127.0.0.1", (2020, 2090), verifier);
    let page = "content-type: text/html\r\n";
    let (port, _serving) = serve_tls(config, move |request, _| {
        let asks = |path| request.contains(path);
        match () {
            () if asks("/page ") => say(400, page, "No required SSL certificate was sent"),
            // What has nothing to do with it, in a page as well.
            () if asks("/other ") => say(400, page, "<h1>_total is not known</h1>"),
            () if asks("/gone ") => Act::Close(String::new()),
            () => say(400, "content-type: application/fhir+json\r\n", "{}"),
        }
    })
    .await;
    let client = asking(port, &ours, None).unwrap();
    let error = client.send(&get("/page")).await.unwrap_err();
    assert_eq!(failure(&error), "Tls(WantsCertificate)");
    let error = client.send(&get("/gone")).await.unwrap_err();
    assert_eq!(failure(&error), "Tls(WantsCertificate)");
    let other = client.send(&get("/other")).await.unwrap();
    assert_eq!((other.status, &other.body[..]), (400, &b"<h1>_total is not known</h1>"[..]));
    assert_eq!(client.send(&get("/x")).await.unwrap().status, 400);
    // It has let this client in, so that a connection that ends is no more than that.
    let error = client.send(&get("/gone")).await.unwrap_err();
    assert_ne!(failure(&error), "Tls(WantsCertificate)");
}

#[tokio::test]
async fn a_certificate_that_is_none_is_refused_at_the_start() {
    let ours = Authority::new("ours");
    let folder = Folder::new("no-identity");
    let (certificate, key) = ours.client((2020, 2090));
    let (_, another) = ours.client((2020, 2090));
    for (files, expected) in [
        ((certificate.clone(), another), "the key does not belong to this certificate"),
        ((certificate.clone(), "no PEM".to_owned()), "no private key in PEM"),
        (("no PEM".to_owned(), key.clone()), "no whole certificate in PEM"),
    ] {
        folder.write(files);
        let error = asking(1, &ours, Some(folder.certificate())).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.retry(), Retry::Never);
    }
    folder.write((certificate, key.clone()));
    let given = CertificateKey::Given(Secret::new(key));
    let certificate = Certificate { key: given, ..folder.certificate() };
    assert!(asking(1, &ours, Some(certificate)).is_ok());
}
