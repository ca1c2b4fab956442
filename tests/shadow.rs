//! A candidate beside the connector in service: what differs is found and told without a
//! patient's value, and what is in service goes on as if there were none.

use std::fs;

use rounds::{
    practice::Receiver,
    status::{Report, Shadow},
};
use serde_json::Value;

use crate::support::{
    Clinic, Rounds, Running, Said, Site, assert_fits, connection, destination, fits, guest,
    receiver, within,
};

/// What no output and no log may hold: the clinic's patient, and who else was asked for.
const PATIENTS: [&str; 2] = ["Example, Patient", "471100815"];

/// The folder in service, and one beside it.
const FOLDERS: &str = "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n\
    connectors = [\"connectors\", { folder = \"candidates\", shadow = true }]\n\n";

/// A clinic with two appointments, and a configuration that polls it.
async fn ward() -> (Running<Clinic>, Site) {
    let clinic = Clinic::start().await;
    let site = Site::new(&["plain"]).await;
    site.configure(&connection("ward", "plain", clinic.url(), "since = \"1h\""));
    clinic.book(7);
    clinic.book(8);
    (clinic, site)
}

async fn compare(site: &Site, new: &str, further: &[&str]) -> Said {
    let (old, new) = (guest("plain"), guest(new));
    let files = ["connector", "shadow", old.to_str().unwrap(), new.to_str().unwrap()];
    site.rounds(&[files.as_slice(), further].concat()).await
}

fn assert_no_patient(text: &str) {
    for value in PATIENTS {
        assert!(!text.contains(value), "{text}");
    }
}

#[tokio::test]
async fn two_that_do_the_same_are_asked_for_once() {
    let (clinic, site) = ward().await;
    let said = compare(&site, "next", &["--polls", "2", "--every", "1ms"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits(
        "ward/appointments, poll 1: requests: 3 (sent: 3), changes: 2, notifications: 2, differences: 0\n\
         ward/appointments, poll 2: requests: 1 (sent: 1), changes: 0, notifications: 0, differences: 0\n\
         old plain@0.1.0: calls: 8, guest time: * ms\n\
         new plain@0.2.0: calls: 8, guest time: * ms\n\
         the same in all 2 polls",
        &said.out,
    );
    let once = ["GET /appointments?changedsince=0", "GET /patient/7", "GET /patient/8"];
    assert_eq!(clinic.asked(), [once.as_slice(), &["GET /appointments?changedsince=2"]].concat());
    assert!(!site.path("data").exists(), "a store was made");
}

#[tokio::test]
async fn each_difference_is_told_without_its_values() {
    let (_clinic, site) = ward().await;
    for (new, lines) in [
        (
            "next-maps-otherwise",
            &[
                "*event notifications[0].event: old Scheduling.Modification, new Scheduling.New*",
                "*payload notifications[0].data.Patient.name: old text(16), new text(2) (one of 2 alike)*",
            ][..],
        ),
        (
            "next-misses-changes",
            &[
                "*changes: 2 and 1, notifications: 2 and 1*",
                "*change changes[1]: old upserted, id text(1), new nothing*",
                "*notification notifications[1]: old Scheduling.Modification, new nothing*",
                "*request: old GET /patient/*, new nothing*",
            ],
        ),
        (
            "next-asks-more",
            &["*requests: 3 and 4 (sent: 4)*", "*request: old nothing, new GET /patient/**"],
        ),
        (
            "next-asks-otherwise",
            &[
                "*request: old GET /appointments?changedsince=*, new GET /appointments?changedsince=*&ward=**",
            ],
        ),
        (
            "next-asks-undeclared",
            &[
                "*failure: old succeeds, new a request that a host would not send: *declares no GET*",
            ],
        ),
        ("next-traps", &["*failure: old succeeds, new trap in `changes`: *unreachable*"]),
        (
            "next-loops",
            &["*failure: old succeeds, new the limit of guest time of a call was reached*"],
        ),
        (
            "next-without-action",
            &["*failure: old succeeds, new a host would refuse this: `plain` has no action*"],
        ),
    ] {
        let said = compare(&site, new, &[]).await;
        assert_eq!(said.code, Some(1), "{new}: {said:?}");
        for line in lines {
            assert_fits(line, &said.out);
        }
        assert_no_patient(&format!("{}{}", said.out, said.error));
    }
    let said = compare(&site, "next-maps-otherwise", &["--json"]).await;
    let (report, first) = (said.json(), &said.json()["polls"][0]["differences"][0]);
    assert_eq!((&report["same"], &report["differences"]), (&false.into(), &4.into()), "{said:?}");
    assert_eq!((&first["kind"], &first["new"]), (&"event".into(), &"Scheduling.New".into()));
    assert_no_patient(&said.out);
}

#[tokio::test]
async fn values_are_shown_to_who_asks_for_them() {
    let (_clinic, site) = ward().await;
    let said = compare(&site, "next-maps-otherwise", &["ward", "--show-values"]).await;
    assert_fits("*old \"Example, Patient\", new \"E.\"*", &said.out);
    let said = compare(&site, "next-asks-more", &["ward", "appointments", "--show-values"]).await;
    assert_fits("*request: old nothing, new GET /patient/471100815*", &said.out);
}

#[tokio::test]
async fn what_cannot_be_compared_is_told() {
    let (clinic, site) = ward().await;
    for (new, further, error) in [
        ("consuming", &[][..], "*two connectors, `plain` and `consuming`*"),
        (
            "next",
            &["wards"][..],
            "*no such task of the connector `plain`*it has: ward/appointments*",
        ),
        ("next", &["ward", "orders"][..], "*no such task*"),
    ] {
        let said = compare(&site, new, further).await;
        assert_eq!(said.code, Some(2), "{said:?}");
        assert_fits(error, &said.error);
    }
    assert!(clinic.asked().is_empty());
    clinic.answer(Some(503));
    let said = compare(&site, "next", &[]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_fits("*not compared to its end: both failed: unavailable*", &said.out);
    clinic.answer(None);
    let away = "http://127.0.0.1:1";
    site.configure(&connection("ward", "plain", away, "since = \"1h\""));
    let said = compare(&site, "next", &[]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_fits("*not compared to its end: *not compared: 1 of 1 polls*", &said.out);
    let asked = clinic.asked().len();
    let file = guest("consuming");
    let file = file.to_str().unwrap();
    site.configure(&connection("ward", "consuming", clinic.url(), "since = \"1h\""));
    let said = site.rounds(&["connector", "shadow", file, file]).await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_fits("*left out: reading it takes changes off the EHR's list*", &said.error);
    assert_eq!(clinic.asked().len(), asked);
}

/// A host that polls a clinic with `plain`, version 0.1.0, and has told of one appointment.
struct Host {
    clinic: Running<Clinic>,
    receiver: Running<Receiver>,
    site: Site,
    host: Rounds,
}

impl Host {
    async fn start() -> Self {
        let (clinic, receiver) = (Clinic::start().await, receiver().await);
        let site = Site::new(&["plain"]).await;
        fs::create_dir(site.path("candidates")).unwrap();
        let connection = connection("ward", "plain", clinic.url(), "");
        let destination = destination("app", receiver.url(), "");
        site.configure(&format!("{FOLDERS}{connection}{destination}"));
        let host = site.start().await;
        let host = Self { clinic, receiver, site, host };
        assert_eq!(host.told_of_another().await, "plain@0.1.0");
        host
    }

    /// Books an appointment and waits until it was told; by which connector.
    async fn told_of_another(&self) -> String {
        let number = self.receiver.received().len() + 1;
        self.clinic.book(7);
        within("a notification", self.receiver.wait_for(number)).await;
        let told: Value =
            serde_json::from_slice(&self.receiver.received().last().unwrap().body).unwrap();
        told["meta"]["connector"].as_str().unwrap().to_owned()
    }

    /// Puts a guest into the folder of candidates, in one step, and waits until it is there.
    async fn propose(&self, name: &str) {
        self.place(name, "plain.wasm");
        let digest = rounds::connector::digest_of(&fs::read(guest(name)).unwrap());
        let stands = |report: &Report| (shadow(report)?.digest == digest).then_some(());
        self.host.wait_for(name, stands).await;
    }

    fn place(&self, name: &str, file: &str) {
        self.site.write("candidates/draft", fs::read(guest(name)).unwrap());
        fs::rename(self.site.path("candidates/draft"), self.candidate(file)).unwrap();
    }

    fn candidate(&self, file: &str) -> std::path::PathBuf {
        self.site.path("candidates").join(file)
    }

    /// Waits until comparing has come so far, while appointments are told by the old one.
    async fn compared(&self, what: &str, far: impl Fn(&Shadow) -> bool) -> Shadow {
        assert_eq!(self.told_of_another().await, "plain@0.1.0", "{what}");
        let far = |report: &Report| shadow(report).filter(|it| far(it)).cloned();
        let reached = self.host.wait_for(what, far).await;
        assert_eq!(self.told_of_another().await, "plain@0.1.0", "{what}");
        reached
    }

    async fn status(&self) -> String {
        self.site.rounds(&["status", "--admin", &self.host.address()]).await.out
    }

    /// Ends it: each appointment was told once, of nothing else was asked, and nothing was said
    /// of a patient.
    async fn end(self) {
        let told: Vec<u64> = self
            .receiver
            .attempts()
            .iter()
            .map(|it| it.arrival().unwrap().record.parse().unwrap())
            .collect();
        assert_eq!(told, (1..=told.len() as u64).collect::<Vec<_>>());
        for asked in self.clinic.asked() {
            assert!(!asked.contains("471100815"), "{asked}");
        }
        assert_no_patient(&self.status().await);
        let log = self.host.stop().await.log;
        assert!(!crate::support::has_panicked(&log), "{log}");
        assert_no_patient(&log);
    }
}

fn shadow(report: &Report) -> Option<&Shadow> {
    report.connectors.get("plain")?.shadow.as_ref()
}

#[tokio::test]
async fn a_candidate_that_does_the_same_is_promoted_by_moving_its_file() {
    let host = Host::start().await;
    for name in ["next-keeps-otherwise", "next"] {
        host.propose(name).await;
        let far = host.compared(name, |it| it.compared >= 3).await;
        assert_eq!((far.different, far.failed, far.not_compared), (0, 0, 0), "{name}: {far:?}");
        assert_eq!((far.same, far.examples.len()), (far.compared, 0));
    }
    assert_fits("*CANDIDATE*plain*0.2.0*candidates/plain.wasm*", &host.status().await);
    fs::rename(host.candidate("plain.wasm"), host.site.path("connectors/plain.wasm")).unwrap();
    let promoted = |report: &Report| {
        let is_in_service = report.connectors.get("plain")?.version == "0.2.0";
        (is_in_service && shadow(report).is_none()).then_some(())
    };
    host.host.wait_for("the promotion", promoted).await;
    assert_eq!(host.told_of_another().await, "plain@0.2.0");
    host.end().await;
}

#[tokio::test]
async fn what_a_candidate_does_otherwise_is_told_and_not_done() {
    let host = Host::start().await;
    for (name, example) in [
        ("next-maps-otherwise", "payload data.Patient.name: old text(16), new text(2)"),
        ("next-misses-changes", "change changes[]: old upserted, id text(1), new nothing"),
        ("next-asks-more", "asks-more: old nothing, new GET /patient/*"),
        ("next-asks-undeclared", "asks-more: old nothing, new connection ward: *declares no GET*"),
        (
            "next-asks-otherwise",
            "request: old GET /appointments?changedsince=*, new GET /appointments?changedsince=*&ward=*",
        ),
    ] {
        host.propose(name).await;
        let is_example = |it: &String| fits(example, it);
        let far = host.compared(name, |it| it.examples.iter().any(is_example)).await;
        assert!(far.different > 0 && far.failed == 0, "{name}: {far:?}");
        let kind = example.split([' ', ':']).next().unwrap();
        let log = host.host.wait_for_log(name, |line| {
            line.text("difference").starts_with(kind)
                && line.text("message").contains("a candidate does otherwise")
        });
        assert_eq!(log.await.text("candidate"), "0.2.0");
        assert_fits(&format!("*plain 0.2.0: {example}*"), &host.status().await);
    }
    host.end().await;
}

#[tokio::test]
async fn a_candidate_that_fails_harms_nobody() {
    let host = Host::start().await;
    host.propose("next-traps").await;
    let far = host.compared("traps", |it| it.failed >= 2).await;
    assert_fits("failure: old succeeds, new trap in `changes`: *", &far.examples[0]);
    host.propose("next-loops").await;
    // It is left alone for a while, after it has used up its time.
    let far = host.compared("loops", |it| it.failed >= 1 && it.not_compared >= 1).await;
    assert_fits("failure: old succeeds, new the limit of guest time *", &far.examples[0]);
    fs::remove_file(host.candidate("plain.wasm")).unwrap();
    let gone = |report: &Report| shadow(report).is_none().then_some(());
    host.host.wait_for("the candidate's absence", gone).await;
    host.end().await;
}

#[tokio::test]
async fn a_file_that_could_not_follow_is_no_candidate() {
    let host = Host::start().await;
    let refused = async |file: &str, pattern: &str| {
        let refused = |report: &Report| {
            fits(pattern, report.refused.get(&format!("candidates/{file}"))?).then_some(())
        };
        host.host.wait_for(&format!("{file}: {pattern}"), refused).await;
    };
    for (name, pattern) in [
        ("older", "plain@0.0.9: version 0.0.9 is older than 0.1.0*"),
        ("next-without-action", "plain@0.2.0 does not fit*has no action `appointments`*"),
        ("forbidden-import", "*imports acme:tools/shell@1.0.0*"),
        ("panics", "no connection uses `panics`: there is nothing to compare it with"),
    ] {
        host.place(name, "plain.wasm");
        refused("plain.wasm", pattern).await;
    }
    host.propose("next").await;
    host.place("next-asks-more", "twin.wasm");
    refused("twin.wasm", "*plain.wasm has the connector `plain` already; remove one of them").await;
    host.compared("the first", |it| it.compared > 0 && it.different == 0).await;
    host.end().await;
}
