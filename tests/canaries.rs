//! Canaries: a patient whom connectors, EHRs and destinations name wherever they can is looked for
//! in every byte that a host leaves behind, and in what servers elsewhere hear.

mod debug;
mod town;

use std::{collections::BTreeSet, fs};

use rounds::status::Report;

use self::town::{BORN, NAME, NUMBER, Town};
use crate::{
    sealed::found,
    support::{
        Line, Rounds, SECRET, Said, Site, connection, destination, eventually, guest, has_panicked,
    },
};

const HOST: &str = "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\npayloads = \"1h\"\n\n";

/// Where a connector tells it, and what is told of that.
const PLACES: [(&str, &str); 10] = [
    ("unexpected", "the EHR answered what the connector cannot read: "),
    ("unauthorized", "the EHR refused access: "),
    ("unavailable", "the EHR is unavailable: "),
    ("cursor-lost", "the EHR or its connector no longer knows the cursor: "),
    ("internal", "the connector failed: "),
    ("invalid-settings", "the settings cannot work: "),
    ("panic", "the connector trapped in `changes`: panicked at "),
    ("last-words", "the connector trapped in `changes`: panicked at "),
    ("header", "the EHR answered what the connector cannot read: nothing of … …"),
    ("broken", "the EHR is unavailable: status 500"),
];

/// Where an EHR leads elsewhere, and what is told of that.
const LEADS: [(&str, &str); 3] = [
    ("moved", "redirects to another scheme, host or port, which is not followed"),
    ("linked", "a request was not sent: its target has another port"),
    ("signs-in", "the token endpoint answered 302, a redirect, which is not followed"),
];

/// All that must not be seen: the patient, and the secret that requests are signed with.
fn canaries() -> BTreeSet<String> {
    let names = NAME.split(' ').chain([NUMBER, BORN, SECRET]);
    names.map(String::from).collect()
}

fn assert_silent(what: &str, text: &str) {
    let seen: Vec<_> = canaries().into_iter().filter(|it| text.contains(it.as_str())).collect();
    let lines = text.lines().filter(|line| seen.iter().any(|it| line.contains(it.as_str())));
    assert!(
        seen.is_empty(),
        "{what}: {seen:?} in\n{}",
        lines.take(9).collect::<Vec<_>>().join("\n")
    );
}

/// A connection for each place, with a secret to sign in with.
fn connections(town: &Town) -> String {
    let bearer = "auth = { type = \"bearer\", token = { env = \"ROUNDS_SECRET\" } }\n";
    let with = |name: &str, url: &str, auth: &str| {
        connection(name, "gossips", url, &format!("{auth}settings = {{ tells_in = \"{name}\" }}"))
    };
    let told =
        PLACES.iter().map(|(name, _)| *name).chain(["collect", "skip", "log", "moved", "linked"]);
    let told = told.map(|name| with(name, &town.url(name), bearer)).collect::<String>();
    let sign_in = format!(
        "auth = {{ type = \"oauth2-client-credentials\", token_url = \"{}\", client_id = \"rounds\", \
         client_secret = {{ env = \"ROUNDS_SECRET\" }} }}\n",
        town.url("token")
    );
    told + &with("well", &town.url("well"), bearer)
        + &with("buried", &town.url("well"), bearer)
        + &with("signs-in", &town.url("well"), &sign_in)
}

fn destinations(town: &Town) -> String {
    let of = |connection: &str, names: &[&str]| -> String {
        let only = format!("connections = [\"{connection}\"]");
        names.iter().map(|name| destination(name, &town.url(name), &only)).collect()
    };
    of("well", &["app", "fails", "denies", "leads"]) + &of("buried", &["refuses"])
}

/// Waits until everything was told that there is to tell.
async fn all_told(host: &Rounds) {
    for (name, error) in PLACES.iter().chain(&LEADS) {
        host.wait_for_error(&format!("{name}/appointments"), &format!("*{error}*")).await;
    }
    host.wait_for("what becomes of notifications", |report: &Report| {
        let of = |name: &str| report.destinations.get(name);
        let failing = ["fails", "denies", "leads"]
            .iter()
            .all(|name| of(name).is_some_and(|it| it.failed > 0));
        (failing && of("app")?.delivered > 0 && of("refuses")?.dead > 0).then_some(())
    })
    .await;
    let is_of =
        |line: &Line, connection: &str| line.text("connection") == connection && line.has("error");
    host.wait_for_log("a container that cannot be collected", |line| is_of(line, "collect")).await;
    host.wait_for_log("one that is passed over", |line| line.text("message") == "skipped").await;
}

/// What commands say that show no patient's data to anybody.
async fn ask(site: &Site, address: &str) -> String {
    let mut said = String::new();
    for words in [
        &["status"][..],
        &["status", "--json"],
        &["dead", "list"],
        &["dead", "list", "--json"],
        &["delivered", "list"],
        &["delivered", "list", "--json"],
        &["audit", "list"],
        &["audit", "list", "--json"],
        &["check"],
        &["check", "--json"],
    ] {
        let asks = !matches!(words, ["check" | "audit", ..]);
        let admin = if asks { &["--admin", address][..] } else { &[] };
        let Said { code, out, error } = site.rounds(&[words, admin].concat()).await;
        assert_eq!(code, Some(0), "{words:?}: {out}{error}");
        said += &format!("{words:?}: {out}\n{error}\n");
    }
    said
}

/// Puts the next release in service, on trial, and waits until a task has polled with it.
async fn swap(site: &Site, host: &Rounds) {
    site.write("next.wasm", fs::read(guest("gossips-newer")).unwrap());
    fs::rename(site.path("next.wasm"), site.path("connectors/gossips.wasm")).unwrap();
    host.wait_for("the next release", |report| {
        report.connectors["gossips"].on_trial_against.is_some().then_some(())
    })
    .await;
    host.poll(&["well/appointments"]).await;
}

async fn dead_letter(host: &Rounds) -> String {
    let letter = async || host.admin().dead().await.unwrap().first().cloned();
    eventually("a dead letter", letter, async || host.log()).await.container.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patient_whom_everybody_names_is_nowhere_to_be_read() {
    let site = Site::new(&["gossips"]).await;
    site.share_cache();
    let elsewhere = Town::start("").await;
    let town = Town::start(&elsewhere.url("spies")).await;
    site.configure(&(HOST.to_owned() + &connections(&town) + &destinations(&town)));
    let host = site.start_with(&[("RUST_LOG", "trace")]).await;
    all_told(&host).await;
    let letter = dead_letter(&host).await;
    swap(&site, &host).await;

    let said = ask(&site, &host.address()).await;
    assert_silent("what commands say", &said);
    let admin = ["--admin", &host.address()].map(String::from);
    let show = ["dead", "show", &letter, &admin[0], &admin[1]];
    let shown = site.rounds(&show).await;
    assert!(shown.out.contains(NAME) && shown.out.contains(NUMBER), "the control: {shown:?}");
    assert_eq!(found(&site.path("data"), &canaries()), Vec::<String>::new(), "while it runs");

    let ended = host.stop().await;
    assert!(ended.status.success() && !has_panicked(&ended.log));
    assert!(ended.log.contains("\"TRACE\""), "a log without its finest lines");
    assert_silent("the log", &ended.log);
    assert_eq!(found(&site.path("data"), &canaries()), Vec::<String>::new(), "when it has ended");
    for name in PLACES.map(|(name, _)| name) {
        let said = site.rounds(&["poll", name, "appointments", "--dry-run"]).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_silent("a dry run", &format!("{}{}", said.out, said.error));
    }

    assert_eq!(elsewhere.heard(""), Vec::<String>::new(), "elsewhere");
    for told in town.heard("token") {
        assert!(!told.contains(NUMBER) && !told.contains("Zebedee"), "the token endpoint: {told}");
    }
    for told in ["app", "refuses", "fails", "denies", "leads"].map(|name| town.heard(name)).concat()
    {
        assert!(told.contains("webhook-signature") != told.contains("authorization"), "{told}");
        assert!(!told.contains(SECRET), "the secret is not told: {told}");
    }
    assert!(town.heard("app")[0].contains(NAME), "the control");
    let asked = town.heard("well/patient").concat();
    assert!(asked.contains(&format!("/patient/{NUMBER}?name=Zebedee")), "the control: {asked}");
}

/// The roles, and whether patients' data are shown to each.
const ROLES: [(&str, bool); 4] =
    [("viewer", false), ("operator", false), ("reader", true), ("admin", true)];

fn token_of(role: &str) -> String {
    format!("{role}-0123456789abcdef0123456789abcdef")
}

#[tokio::test]
async fn a_dead_letter_shows_its_patient_to_who_may_see_it_alone() {
    let site = Site::new(&["gossips"]).await;
    site.share_cache();
    let town = Town::start("http://127.0.0.1:1").await;
    let token = |(role, _)| {
        format!("{{ name = \"{role}\", role = \"{role}\", token = {{ env = \"{role}\" }} }}")
    };
    let tokens = ROLES.map(token).join(", ");
    let ward = connection("ward", "gossips", &town.url("well"), "");
    let refuses = destination("refuses", &town.url("refuses"), "");
    let head = "[host]\nlog = \"json\"\n[host.admin]\naddress = \"127.0.0.1:0\"\n";
    site.configure(&format!("{head}tokens = [{tokens}]\n\n{ward}{refuses}"));
    let variables = ROLES.map(|(role, _)| (role, token_of(role)));
    let variables: Vec<_> = variables.iter().map(|(role, token)| (*role, token.as_str())).collect();
    let host = site.start_with(&variables).await;
    let address = host.address();
    let ask = async |role: &str, words: &[&str]| -> Said {
        let words = [words, &["--admin", &address]].concat();
        site.rounds_with(&words, &[("ROUNDS_TOKEN", &token_of(role))]).await
    };
    let listed = async || {
        let listed = ask("viewer", &["dead", "list", "--json"]).await;
        assert_silent("a list of dead letters", &format!("{}{}", listed.out, listed.error));
        Some(listed.json().as_array()?.first()?["container"].as_u64()?.to_string())
    };
    let letter = eventually("a dead letter", listed, async || host.log()).await;
    for (role, is_shown) in ROLES {
        let said = ask(role, &["dead", "show", &letter]).await;
        assert_eq!(
            (said.code == Some(0), said.out.contains(NAME)),
            (is_shown, is_shown),
            "{said:?}"
        );
        assert_silent("a refusal", &said.error);
        let status = ask(role, &["status", "--json"]).await;
        assert_silent("the status", &format!("{}{}", status.out, status.error));
    }
    let listed = site.rounds(&["audit", "list", "--json"]).await;
    assert_silent("the audit log", &listed.out);
    assert_silent("the log", &host.stop().await.log);
}
