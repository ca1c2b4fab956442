//! Certificates that are wrong, of an EHR and of a destination: each is told as what it is, and
//! nothing passes until it is mended.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rcgen::{CertificateParams, date_time_ymd};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs::default_provider,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::support::{
    Authority, Clinic, Running, Site, connection, destination, fits, listener, receiver, serve,
    within,
};

/// A server with a certificate for a name, good from and until these years.
fn vouch(authority: &Authority, name: &str, (from, until): (i32, i32)) -> TlsAcceptor {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let (certificate, key) = authority.certify(&params);
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// What speaks TLS before a server that does not, with a certificate that can be changed.
struct Front {
    url: String,
    acceptor: Arc<Mutex<TlsAcceptor>>,
}

impl Front {
    async fn of(server: &str, acceptor: TlsAcceptor) -> Running<Self> {
        let listener = listener().await;
        let path = server.trim_start_matches("http://").split_once('/').map_or("", |it| it.1);
        let url = format!("https://{}/{path}", listener.local_addr().unwrap());
        let upstream = address(server);
        let acceptor = Arc::new(Mutex::new(acceptor));
        let current = Arc::clone(&acceptor);
        serve(Self { url: url.trim_end_matches('/').to_owned(), acceptor }, |shutdown| async move {
            shutdown.run_until_cancelled(pass(listener, upstream, current)).await;
        })
    }

    fn show(&self, acceptor: TlsAcceptor) {
        *self.acceptor.lock().unwrap() = acceptor;
    }
}

fn address(url: &str) -> SocketAddr {
    let authority = url.trim_start_matches("http://").split('/').next().unwrap();
    authority.parse().unwrap()
}

async fn pass(listener: TcpListener, upstream: SocketAddr, acceptor: Arc<Mutex<TlsAcceptor>>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let acceptor = acceptor.lock().unwrap().clone();
        connections.spawn(async move {
            let Ok(mut client) = acceptor.accept(client).await else { return };
            let mut server = TcpStream::connect(upstream).await.unwrap();
            drop(copy_bidirectional(&mut client, &mut server).await);
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_certificate_is_told_as_what_it_is_and_nothing_passes() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let good = || vouch(&ours, "127.0.0.1", (2020, 2090));
    let cases = [
        ("expired", vouch(&ours, "127.0.0.1", (2020, 2021)), "has a certificate that has expired*"),
        (
            "early",
            vouch(&ours, "127.0.0.1", (2080, 2090)),
            "has a certificate that is not valid yet*",
        ),
        (
            "another",
            vouch(&ours, "ehr.example", (2020, 2090)),
            "has a certificate for another host name*",
        ),
        (
            "unknown",
            vouch(&other, "127.0.0.1", (2020, 2090)),
            "has a certificate of an authority that isn't trusted*",
        ),
    ];
    let (site, receiver) = (Site::new(&["plain"]).await, receiver().await);
    site.write("ca.pem", ours.0.pem());
    let further = "ca = \"ca.pem\"";
    let (mut wards, mut text) = (Vec::new(), String::new());
    for (name, acceptor, error) in cases {
        let clinic = Clinic::start().await;
        clinic.book(1);
        let ehr = Front::of(clinic.url(), acceptor.clone()).await;
        let app = Front::of(receiver.url(), acceptor).await;
        text += &connection(name, "plain", &ehr.url, further);
        text += &destination(&format!("to-{name}"), &app.url, further);
        wards.push((name, error, clinic, ehr, app));
    }
    // One that is well, so that there is something to tell.
    let clinic = Clinic::start().await;
    clinic.book(1);
    site.configure(&(text + &connection("well", "plain", clinic.url(), "")));
    let host = site.start().await;
    for (name, error, clinic, ..) in &wards {
        let told = format!("connection {name}: 127.0.0.1:* {error}");
        host.wait_for_error(&format!("{name}/appointments"), &told).await;
        let told = format!("destination to-{name}: 127.0.0.1:* {error}");
        host.wait_for(&told, |report| {
            let error = report.destinations[&format!("to-{name}")].error.as_ref()?;
            fits(&told, error).then_some(())
        })
        .await;
        assert_eq!(clinic.asked(), Vec::<String>::new(), "{name}");
    }
    assert_eq!(receiver.attempts().len(), 0);

    for (.., ehr, app) in &wards {
        ehr.show(good());
        app.show(good());
    }
    // Each of the five tells each of the four.
    within("all, once mended", receiver.wait_until(|all| all.len() >= 20)).await;
    let ids: std::collections::BTreeSet<_> =
        receiver.received().into_iter().map(|it| it.id).collect();
    assert_eq!((ids.len(), receiver.refused()), (5, 0));
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}
