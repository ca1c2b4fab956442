//! Patients' data on the disk of a real host: what receivers and EHRs were told of patients is
//! looked for in every byte of its data folder, and found nowhere.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use rounds::practice::{Fault, Receiver};
use serde_json::Value;

use crate::support::{FHIR, Rounds, Site, connection, destination, ehr_with, eventually, receiver};

const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const APPOINTMENTS: usize = 12;

/// What a notification tells of a patient: names, numbers and times of birth, the record, its key,
/// and the id that is made of them.
fn told(body: &Value) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    gather(&body["data"]["Patient"], &mut told);
    for name in ["id", "key"] {
        gather(&body["meta"][name], &mut told);
    }
    told
}

fn gather(value: &Value, told: &mut BTreeSet<String>) {
    match value {
        // Shorter ones stand in any file by chance.
        Value::String(text) if text.len() >= 7 => drop(told.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| gather(value, told)),
        Value::Object(fields) => fields.values().for_each(|value| gather(value, told)),
        _ => {}
    }
}

fn patients(receiver: &Receiver) -> BTreeSet<String> {
    let bodies = receiver.received().into_iter();
    bodies.flat_map(|it| told(&serde_json::from_slice(&it.body).unwrap())).collect()
}

/// What of these stands in a folder's files: as it is, in base64, in hex.
pub(crate) fn found(folder: &Path, told: &BTreeSet<String>) -> Vec<String> {
    let forms: Vec<String> = told.iter().flat_map(|value| forms(value)).collect();
    // Most of the bytes begin none of them, and there are many.
    let mut begins = vec![false; 1 << 16];
    for form in forms.iter().map(String::as_bytes) {
        begins[usize::from(form[0]) << 8 | usize::from(form[1])] = true;
    }
    let mut found = BTreeSet::new();
    for path in files(folder) {
        let bytes = fs::read(&path).unwrap_or_default();
        let mut pair = 0;
        for (at, byte) in bytes.iter().enumerate() {
            pair = (pair << 8 | usize::from(*byte)) & 0xffff;
            if at == 0 || !begins[pair] {
                continue;
            }
            let here = forms.iter().filter(|form| bytes[at - 1..].starts_with(form.as_bytes()));
            found.extend(here.map(|form| format!("{form} in {}", path.display())));
        }
    }
    found.into_iter().collect()
}

fn forms(value: &str) -> [String; 3] {
    let hex = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    [value.to_owned(), base64(value), hex]
}

/// The part of a value's base64 that is the same whatever follows it.
fn base64(value: &str) -> String {
    let whole = value.len() / 3 * 3;
    encode(value.as_bytes().get(..whole).unwrap())
}

fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[bits >> shift & 63]))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files
}

/// Waits until one destination has everything, one has refused everything, and one is still owed.
async fn settled(host: &Rounds) {
    let all = APPOINTMENTS as u64;
    host.wait_for("all that becomes of notifications", |report| {
        let of = |name: &str| report.destinations.get(name);
        let (app, gone) = (of("app")?, of("refusing")?);
        (app.delivered >= all && gone.dead >= all && of("down")?.failed > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_leaves_nothing_of_a_patient_that_can_be_read() {
    let ehr = ehr_with(APPOINTMENTS, 21).await;
    let (app, refusing, down) = (receiver().await, receiver().await, receiver().await);
    refusing.faults().next(u32::MAX, Fault::Status(413));
    down.faults().next(u32::MAX, Fault::Status(503));
    let site = Site::new(&[FHIR]).await;
    let destinations = [("app", &app), ("refusing", &refusing), ("down", &down)]
        .map(|(name, receiver)| destination(name, receiver.url(), ""))
        .concat();
    let practice = connection("practice", FHIR, ehr.base_url(), "since = \"1d\"");
    site.configure(&format!(
        "[host.seal]\nkey = {{ env = \"ROUNDS_KEY\" }}\n\n{practice}{destinations}"
    ));
    let host = site.start_with(&[("ROUNDS_KEY", KEY)]).await;
    settled(&host).await;
    let cursor = host.cursor("practice").await.expect("a cursor");
    let mut told = patients(&app);
    assert!(told.len() > APPOINTMENTS, "{told:?}");
    told.insert(cursor.clone());
    assert_eq!(found(&site.path("data"), &told), Vec::<String>::new(), "while it runs");
    let rotated = site.rounds(&["keys", "rotate", "--json", "--admin", &host.address()]).await;
    assert_eq!((rotated.code, rotated.json()["made"].as_u64()), (Some(0), Some(1)), "{rotated:?}");
    host.kill().await;
    assert_eq!(found(&site.path("data"), &told), Vec::<String>::new(), "when it was killed");
    let without =
        site.rounds_with(&["dead", "list"], &[("ROUNDS_KEY", &KEY.replace('B', "C"))]).await;
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.error.contains("sealed with the key"), "{without:?}");
    down.faults().clear();
    let host = site.start_with(&[("ROUNDS_KEY", KEY)]).await;
    assert_eq!(host.cursor("practice").await, Some(cursor), "it is all there for who has the key");
    let dead = async || {
        let dead = host.admin().dead().await.unwrap();
        (dead.len() >= APPOINTMENTS).then_some(())
    };
    eventually("dead letters", dead, async || host.log()).await;
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
    let log = told.iter().filter(|value| ended.log.contains(value.as_str())).collect::<Vec<_>>();
    assert!(log.is_empty(), "in the log: {log:?}");
    assert_eq!(found(&site.path("data"), &told), Vec::<String>::new(), "when it has ended");
}

/// The control: the same search finds what stands in a file.
#[tokio::test]
async fn what_stands_in_a_file_is_found() {
    let site = Site::new(&[]).await;
    let value = "Zebedee-Quux".to_owned();
    let told = BTreeSet::from([value.clone()]);
    for form in [value.clone(), "WmViZWRlZS1RdXV4".into(), "5a6562656465652d51757578".into()] {
        site.write("connectors/file", form);
        assert_eq!(found(&site.path("connectors"), &told).len(), 1);
    }
}
