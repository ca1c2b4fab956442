//! Rounds as its users have it: the demo, one poll by hand, an endpoint made for Redox, and the
//! host within another program.

use std::time::Duration;

use rounds::{
    Host,
    config::{Config, Connection, EventPattern, Since, Task},
    destination,
    practice::Receiver,
    schedule::cadence::Cadence,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{
    FHIR, SECRET, Site, connection, connector_file, destination, ehr, key, receiver, receiver_with,
    within,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_ends_with_nothing_missing() {
    let site = Site::new(&[FHIR]).await;
    let arguments = [
        "demo",
        "--seconds",
        "3",
        "--every",
        "300ms",
        "--json",
        "--connector",
        "connectors/fhir-r4.wasm",
    ];
    let said = site.rounds(&arguments).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let end = lines(&said.out).pop().expect("a count");
    assert_eq!((&end["what"], &end["missing"]), (&"ended".into(), &0.into()), "{end}");
    assert!(end["sent"].as_u64() > Some(0), "{end}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_by_hand_shows_what_it_finds_and_only_a_real_one_tells_it() {
    let (site, ehr, receiver) = (Site::new(&[FHIR]).await, ehr(31).await, receiver().await);
    let app = destination("app", receiver.url(), "");
    site.configure(&format!(
        "{}{app}",
        connection("practice", FHIR, ehr.base_url(), "since = \"1d\"")
    ));
    let poll = ["poll", "practice", "appointments"];
    let dry = site.rounds(&[poll.as_slice(), &["--dry-run"]].concat()).await;
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert_eq!(lines(&dry.out).len(), 5, "{dry:?}");
    assert_eq!(receiver.received().len(), 0, "a dry run told somebody");
    let real = site.rounds(&poll).await;
    assert_eq!(real.code, Some(0), "{real:?}");
    let (told, shown) = (receiver.received(), lines(&real.out));
    assert_eq!((told.len(), shown.len()), (5, 5));
    let ids = |all: &[Value]| all.iter().map(|it| it["meta"]["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&shown).len(), ids(&lines(&dry.out)).len());
    assert!(ids(&lines(&dry.out)).iter().all(|id| ids(&shown).contains(id)), "other ids");
    let again = site.rounds(&poll).await;
    assert_eq!((again.code, again.out.as_str()), (Some(0), ""), "{again:?}");
    let dry = site.rounds(&[poll.as_slice(), &["--dry-run", "--since", "1d"]].concat()).await;
    assert_eq!(lines(&dry.out).len(), 5, "{dry:?}");
    // Who saw how many, but for the dry run before there was a host's folder.
    let noted = site.rounds(&["audit", "list", "--json"]).await.json();
    let noted = noted.as_array().unwrap().iter();
    let noted: Vec<_> =
        noted.map(|it| json!([it["what"], it["of"], it["outcome"], it["count"]])).collect();
    let task = "practice/appointments";
    assert_eq!(
        noted,
        [
            json!(["poll", task, "asked", null]),
            json!(["poll", task, "done", 5]),
            json!(["poll", task, "asked", null]),
            json!(["poll", task, "done", 0]),
            json!(["export", task, "asked", null]),
            json!(["export", task, "done", 5]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_made_for_redox_is_verified_and_gets_its_token() {
    let token = || Receiver::builder().key(key(SECRET)).token("practice-token");
    let (posted, asked) = (receiver_with(token()).await, receiver_with(token()).await);
    let wrong = receiver_with(token()).await;
    let (site, ehr) = (Site::new(&[FHIR]).await, ehr(32).await);
    let verified = |how: &str, variable: &str| {
        format!("verify = \"{how}\"\nverification_token = {{ env = \"{variable}\" }}")
    };
    let destinations = [
        destination("posted", posted.url(), &verified("post", "TOKEN")),
        destination("asked", asked.url(), &verified("get", "TOKEN")),
        destination("wrong", wrong.url(), &verified("post", "WRONG_TOKEN")),
    ];
    let connection = connection("practice", FHIR, ehr.base_url(), "");
    site.configure(&format!("{connection}{}", destinations.concat()));
    let variables = [("TOKEN", "practice-token"), ("WRONG_TOKEN", "another-token")];
    let host = site.start_with(&variables).await;
    ehr.book().expect("a booking");
    within("the notification", async { tokio::join!(posted.wait_for(1), asked.wait_for(1)) }).await;
    let error =
        host.wait_for("a failed handshake", |it| it.destinations["wrong"].error.clone()).await;
    assert!(error.contains("handshake"), "{error}");
    assert_eq!(wrong.received().len(), 0, "one that is not verified was told");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_program_embeds_the_host_with_a_destination_of_its_own() {
    let (site, ehr) = (Site::new(&[]).await, ehr(33).await);
    let mut connection = Connection::new("practice", FHIR, ehr.base_url().parse().expect("a URL"));
    connection.since = Some(Since::Ago(DAY));
    connection.tasks = vec![Task::new("appointments", Cadence::Every(Duration::from_secs(1)))];
    let mut config = Config { connections: vec![connection], ..Config::default() };
    config.host.data = site.path("data");
    config.host.connectors = site.path("connectors");
    let (channel, mut notifications) = destination::channel(1);
    let host = Host::builder(config)
        .connector(connector_file(FHIR))
        .destination("here", vec![EventPattern::all()], 1, channel)
        .build();
    let host = host.await.expect("a host");
    let (shutdown, handle) = (CancellationToken::new(), host.handle());
    let running = host.run(shutdown.clone());
    let program = async {
        let first = notifications.recv().await.expect("a notification").message;
        let mut taken = Vec::new();
        while taken.len() < 5 {
            let handed = notifications.recv().await.expect("a notification");
            taken.push(handed.message.clone());
            handed.taken();
        }
        handle.idle().await;
        shutdown.cancel();
        (first, taken)
    };
    let (ended, (first, taken)) =
        within("five appointments", async { tokio::join!(running, program) }).await;
    ended.expect("the host ends well");
    assert!(taken.contains(&first), "what the program let go of did not come again as it was");
}
