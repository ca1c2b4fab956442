//! Canaries: what one connection was shown is never seen by another, though both run the same
//! connector, their records have the same ids, and that connector keeps all it sees and looks
//! for more in every byte of its memory.

use serde_json::Value;

use super::HOST;
use crate::support::{
    Clinic, Line, Rounds, Running, Site, connection, destination, receiver, within,
};

/// How often each is polled with something new: guests get the memory of others that ended.
const TURNS: usize = 25;

/// A connection, and the letter that its canary ends in.
const WARDS: [(&str, &str); 2] = [("ward-a", "a"), ("ward-b", "b")];

#[tokio::test]
async fn nothing_of_a_connection_is_seen_by_another() {
    let site = Site::new(&["remembers"]).await;
    site.share_cache();
    let clinics = [Clinic::start().await, Clinic::start().await];
    let apps = [receiver().await, receiver().await];
    let mut text = HOST.to_owned();
    for (((ward, letter), clinic), app) in WARDS.iter().zip(&clinics).zip(&apps) {
        clinic.call_patients(&format!("canary-{letter}"));
        text += &connection(ward, "remembers", clinic.url(), "");
        let only = format!("connections = [\"{ward}\"]");
        text += &destination(&format!("app-{letter}"), app.url(), &only);
    }
    site.configure(&text);
    let host = site.start().await;
    for turn in 1..=TURNS {
        clinics.iter().for_each(|clinic| drop(clinic.book(7)));
        host.poll(&["ward-a/appointments", "ward-b/appointments"]).await;
        for app in &apps {
            within("a notification", app.wait_for(turn)).await;
        }
    }

    for (((ward, letter), clinic), app) in WARDS.iter().zip(&clinics).zip(&apps) {
        assert_asked_without(clinic);
        for received in app.received() {
            let told: Value = serde_json::from_slice(&received.body).unwrap();
            assert_eq!(told["data"]["seen"], **letter, "what the guest saw when it told");
            assert_eq!(told["meta"]["connection"], **ward);
            let name = format!("canary-{letter}");
            assert_eq!(told["data"]["told"]["Patient"]["name"], name, "{told}");
        }
        assert_logged(&host, ward, &["seen ", &format!("seen {letter}")]);
    }
    assert_silent(&site, &host).await;
}

/// A guest's memory is new at every poll: it holds not even what its own connection was shown.
fn assert_asked_without(clinic: &Running<Clinic>) {
    for asked in clinic.asked() {
        let fits = asked.starts_with("GET /patient/") || asked.ends_with("&seen=");
        assert!(fits, "a guest saw what was before it: {asked}");
    }
}

/// Whatever a guest says in its log is said of its own connection.
fn assert_logged(host: &Rounds, ward: &str, expected: &[&str]) {
    let task = format!("{ward}/appointments");
    let lines = host.lines();
    let of_it = |line: &&Line| line.text("connector") == "remembers" && line.text("task") == task;
    let said: Vec<_> = lines.iter().filter(of_it).map(|line| line.text("message")).collect();
    assert!(said.len() >= TURNS, "{}", host.log());
    assert!(said.iter().all(|said| expected.contains(said)), "{ward}: {said:?}");
}

/// Nothing else that the host says tells of anybody's canary.
async fn assert_silent(site: &Site, host: &Rounds) {
    assert!(!host.log().contains("canary-"), "{}", host.log());
    let address = host.address();
    let cursor = ["cursor", "show", "ward-b", "appointments"];
    for command in [["status"].as_slice(), &["dead", "list"], &cursor] {
        let said = site.rounds(&[command, &["--json", "--admin", &address]].concat()).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(!said.out.contains("canary-"), "{said:?}");
    }
}
