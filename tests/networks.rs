//! Hospital networks, made of what stands in them: a proxy with sign-in as the only way out, and
//! servers that let in only whom an authority vouches for.

use std::fs;

use serde_json::Value;

use crate::support::{
    Authority, Clinic, FHIR, Running, Site, connection, destination, ehr_with, guest, listener,
    real::{
        Oidc, PASSWORD as REGISTRY_PASSWORD, RealRegistry, USER as REGISTRY_USER,
        network::{Forward, Front, PASSWORD, USER, client},
    },
    receiver, within,
};

/// What lies between a host and everybody else.
struct Ward {
    site: Site,
    ours: Authority,
    clients: Authority,
    clinic: Running<Clinic>,
    ehr: Front,
    receiver: Running<rounds::practice::Receiver>,
    app: Front,
}

const SHOWN: &str =
    "ca = \"ca.pem\"\ncertificate = \"client.pem\"\nkey = { file = \"client-key.pem\" }";

impl Ward {
    async fn new(connectors: &[&str]) -> Self {
        let (ours, clients) = (Authority::new("ours"), Authority::new("clients"));
        let (site, clinic, receiver) =
            (Site::new(connectors).await, Clinic::start().await, receiver().await);
        let ehr = Front::start(clinic.url(), &ours, &clients).await;
        let app = Front::start(receiver.url(), &ours, &clients).await;
        site.write("ca.pem", ours.0.pem());
        Self { site, ours, clients, clinic, ehr, receiver, app }
    }

    /// Writes the client's certificate and key.
    fn certify(&self, (certificate, key): (String, String)) {
        self.site.write("client.pem", certificate);
        self.site.write("client-key.pem", key);
    }

    fn configure(&self, further: &str) {
        let further = format!("{SHOWN}\n{further}");
        let ward = connection("ward", "plain", &self.ehr.url(), &further);
        self.site.configure(&(ward + &destination("app", &self.app.url(), &further)));
    }

    /// Waits until so many notifications have arrived.
    async fn told(&self, count: usize) {
        within("what was booked", self.receiver.wait_until(|all| all.len() >= count)).await;
    }
}

fn through(proxy: &str, password: &str) -> String {
    format!(
        "proxy = {{ url = \"{proxy}\", user = \"{USER}\", password = {{ env = \"{password}\" }} }}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_a_proxy_with_sign_in_to_servers_that_demand_a_certificate() {
    let (ward, forward) = (Ward::new(&[FHIR]).await, Forward::start().await);
    ward.certify(client(&ward.clients, "rounds", 2090));
    let clinic = ehr_with(0, 7).await;
    let ehr = Front::start(clinic.base_url(), &ward.ours, &ward.clients).await;
    let sign_in = Oidc::start(vec![Oidc::secret("rounds", "s3cr3t-client")], 600).await;
    let tokens = Front::start(&sign_in.token_url(), &ward.ours, &ward.clients).await;
    let auth = format!(
        "auth = {{ type = \"oauth2-client-credentials\", token_url = \"{}\", client_id = \"rounds\", \
         client_secret = {{ env = \"CLIENT\" }}, client_auth = \"post\" }}",
        tokens.url()
    );
    let further = format!("{SHOWN}\n{}", through(&forward.url(), "PROXY"));
    let text = connection("ward", FHIR, &ehr.url(), &format!("{auth}\n{further}"));
    ward.site.configure(&(text + &destination("app", &ward.app.url(), &further)));
    let host = ward.site.start_with(&[("PROXY", PASSWORD), ("CLIENT", "s3cr3t-client")]).await;
    for booked in 1..=20 {
        clinic.book().unwrap();
        ward.told(booked).await;
    }
    let asked = forward.asked();
    for front in [&ehr, &ward.app, &tokens] {
        let way = format!("CONNECT {}", front.address());
        // One to each at a time, kept over requests, and not one a request.
        let ways = asked.iter().filter(|it| **it == way).count();
        assert!((1..=8).contains(&ways), "{ways} to {way} in {asked:?}");
    }
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
    for secret in [PASSWORD, "s3cr3t-client"] {
        assert!(!ended.log.contains(secret), "{}", ended.log);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_in_the_way_is_told_as_that_and_nothing_is_lost() {
    let ward = Ward::new(&["plain"]).await;
    ward.certify(client(&ward.clients, "rounds", 2090));
    ward.clinic.book(1);
    let forward = Forward::start().await;
    let strict = Forward::telling("ConnectPort 1").await;
    // A page for people, whoever asks for what.
    let portal = crate::support::Clinic::start().await;
    let closed = listener().await.local_addr().unwrap();
    let cases = [
        (format!("proxy = \"{}\"", forward.url()), "*wants a user and a password (407)*"),
        // Which tinyproxy answers with a 401.
        (through(&forward.url(), "WRONG"), "*did not open a way there*and this user*"),
        (format!("proxy = \"{}\"", strict.url()), "*did not open a way there*"),
        (format!("proxy = \"{}\"", portal.url()), "*did not open a way there*"),
        (format!("proxy = \"http://{closed}\""), "*the proxy, which refused the connection*"),
    ];
    for (proxy, told) in cases {
        ward.configure(&proxy);
        let variables = [("WRONG", "s3cr3t-wrong"), ("PROXY", PASSWORD)];
        let host = ward.site.start_with(&variables).await;
        let error = host.wait_for_error("ward/appointments", told).await;
        assert!(error.contains("through the proxy"), "{error}");
        assert!(!host.log().contains("s3cr3t-wrong"));
        host.stop().await;
    }
    assert_eq!(ward.clinic.asked(), Vec::<String>::new());
    // It goes away in the middle, and another one is there where it was.
    ward.configure(&through(&forward.url(), "PROXY"));
    let host = ward.site.start_with(&[("PROXY", PASSWORD)]).await;
    ward.told(1).await;
    drop(forward);
    ward.clinic.book(2);
    host.wait_for_error("ward/appointments", "*through the proxy*").await;
    host.stop().await;
    ward.configure("proxy = { url = \"http://proxy.invalid\", no_proxy = [\"127.0.0.0/8\"] }");
    let host = ward.site.start().await;
    ward.told(2).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_taken_up_while_the_host_runs_and_told_where_it_is_not_taken() {
    let ward = Ward::new(&["plain"]).await;
    ward.clinic.book(1);
    let other = Authority::new("other");
    // Expired is told before anybody is asked, and again by whoever is.
    ward.certify(client(&ward.clients, "rounds", 2021));
    ward.configure("");
    let checked = ward.site.rounds(&["check"]).await;
    assert!(checked.error.contains("has expired"), "{checked:?}");
    let host = ward.site.start().await;
    host.wait_for_error("ward/appointments", "*certificate that is set, which has expired*").await;
    ward.certify(client(&other, "rounds", 2090));
    host.wait_for_error("ward/appointments", "*does not take the client certificate*agreed upon*")
        .await;
    host.wait_for("the receiver's refusal", |report| {
        report.destinations["app"].error.is_none().then_some(())
    })
    .await;
    assert_eq!(ward.clinic.asked(), Vec::<String>::new());
    // A new certificate, and then, a little later, its key.
    let (certificate, key) = client(&ward.clients, "rounds", 2090);
    ward.site.write("client.pem", certificate);
    host.wait_for_log("the half of it", |line| {
        line.has("message") && line.text("message").contains("keeps its certificate")
    })
    .await;
    ward.site.write("client-key.pem", key);
    ward.told(1).await;
    host.stop().await;
    // Without one.
    let further = "ca = \"ca.pem\"";
    let text = connection("ward", "plain", &ward.ehr.url(), further);
    ward.site.configure(&(text + &destination("app", &ward.app.url(), further)));
    ward.clinic.book(2);
    let host = ward.site.start().await;
    let wants = "*asks for a client certificate, and none is set*";
    host.wait_for_error("ward/appointments", wants).await;
    host.stop().await;
    // Another's key.
    ward.site.write("client-key.pem", client(&ward.clients, "rounds", 2090).1);
    ward.configure("");
    let checked = ward.site.rounds(&["check"]).await;
    assert_eq!(checked.code, Some(2), "{checked:?}");
    assert!(checked.error.contains("the key does not belong to this certificate"), "{checked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_comes_from_a_registry_behind_both() {
    let (ward, forward) = (Ward::new(&[]).await, Forward::start().await);
    ward.certify(client(&ward.clients, "rounds", 2090));
    let registry = RealRegistry::start().await;
    let front =
        Front::start(&format!("http://{}", registry.host()), &ward.ours, &ward.clients).await;
    ward.site.write("plain.wasm", fs::read(guest("plain")).unwrap());
    let from = format!("oci://{}/team/plain:0.1.0", front.address());
    let settings = format!(
        "[[registry]]\nhost = \"{}\"\nauth = {{ type = \"basic\", user = \"{REGISTRY_USER}\", \
         password = {{ env = \"REGISTRY\" }} }}\nhttp = false\n{SHOWN}\n{}\n\n[[connector]]\nfrom = \"{from}\"\n\n",
        front.address(),
        through(&forward.url(), "PROXY"),
    );
    let ward_text = connection("ward", "plain", ward.clinic.url(), "");
    ward.site.configure(&(settings + &ward_text + &destination("app", ward.receiver.url(), "")));
    let variables = [("REGISTRY", REGISTRY_PASSWORD), ("PROXY", PASSWORD)];
    let push = ["connector", "push", "plain.wasm", &from, "-c", "rounds.toml"];
    let pushed = ward.site.rounds_with(&push, &variables).await;
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let pulled = ward.site.rounds_with(&["connector", "pull", "--json"], &variables).await;
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
    assert!(matches!(pulled.json()[0]["digest"], Value::String(_)), "{pulled:?}");
    let way = format!("CONNECT {}", front.address());
    assert!(forward.asked().contains(&way), "{:?}", forward.asked());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_and_a_secret_behind_a_mounts_links_are_read_and_swapped() {
    use std::os::unix::fs::symlink;
    let (site, clinic, receiver) = (Site::new(&[]).await, Clinic::start().await, receiver().await);
    // As Kubernetes mounts a ConfigMap and a Secret: names lead to ..data, and that to a folder.
    let mount = |generation: &str, connector: &str| {
        let folder = format!("connectors/..{generation}");
        fs::create_dir(site.path(&folder)).unwrap();
        fs::copy(guest(connector), site.path(&folder).join("plain.wasm")).unwrap();
        fs::write(site.path(&folder).join("secret"), crate::support::SECRET).unwrap();
        symlink(format!("..{generation}"), site.path("connectors/draft")).unwrap();
        fs::rename(site.path("connectors/draft"), site.path("connectors/..data")).unwrap();
    };
    mount("1", "plain");
    for name in ["plain.wasm", "secret"] {
        symlink(format!("..data/{name}"), site.path("connectors").join(name)).unwrap();
    }
    let app = format!(
        "[[destination]]\nname = \"app\"\nurl = \"{}\"\nsecret = {{ file = \"connectors/secret\" }}\n",
        receiver.url()
    );
    site.configure(&(connection("ward", "plain", clinic.url(), "") + &app));
    clinic.book(1);
    let host = site.start().await;
    within("what was booked", receiver.wait_until(|all| all.len() == 1)).await;
    mount("2", "next");
    host.wait_for("the next one in service", |report| {
        let plain = report.connectors.get("plain")?;
        (plain.version == "0.2.0").then_some(())
    })
    .await;
    host.stop().await;
}
