//! Patients' data on the disk: sealed, and gone with its key.

use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use super::*;
use crate::{
    config::KeySource,
    identity,
    model::Stage,
    store::{
        NewChange, Pass, Reading, Taken,
        conformance::{task, to},
    },
};

/// What stands for patients here, wherever the store may hold it.
const PATIENT: [&str; 9] = [
    "MRN-55501234",
    "Zebedee-Quux",
    "version-of-Zebedee",
    "patient/Zebedee-key",
    "1969-07-20T20:17:40Z",
    "cursor-after-Zebedee",
    "memo-of-Zebedee",
    "answer-with-Zebedee",
    "reason-with-Zebedee",
];

fn patient() -> NewChange {
    let [id, name, version, key, time, ..] = PATIENT;
    let mut new = change(id, Some(version));
    new.change.key = Some(key.into());
    new.change.occurred_at = Some(time.into());
    new.change.data = format!("{{\"name\":\"{name}\"}}");
    let reading = Reading { pass: Pass::Onward, revision: 0, position: 0 };
    NewChange::of(&task("appointments"), new.change, reading, false)
}

/// Puts the patient wherever one can be; answers the container that is pending.
async fn admit(store: &SledStore) -> ContainerId {
    let [id, name, _, _, _, cursor, memo, answer, reason] = PATIENT;
    let others = ["2", "3", "4", "5"].map(|version| {
        let mut new = patient();
        new.says.version = identity::version(&change(id, Some(version)).change);
        new
    });
    let changes = std::iter::once(patient()).chain(others).collect();
    let revision = store.task(&task("appointments")).unwrap().revision;
    let commit = crate::store::Commit { moves: to(cursor, false), ..page(revision, changes) };
    let made = committed(store, commit).await;
    let mut fill = filling(made[0].id, Some(memo), &["app", "lake"]);
    fill.filled.payload = format!("{{\"Patient\":\"{name}\"}}");
    store.fill(fill).await.unwrap();
    let dead = || Settlement::Dead { reason: reason.into(), at: at(1) };
    store.settle(made[0].id, &"app".into(), dead());
    store.fill(filling(made[1].id, Some(memo), &["app"])).await.unwrap();
    store.settle(made[1].id, &"app".into(), dead());
    store.bury(made[2].id, reason.into(), at(1));
    deliver(store, made[4].id).await;
    let body = answer.as_bytes().to_vec();
    let headers = vec![("etag".into(), answer.into())];
    let answer = KeptAnswer { status: 200, headers, body };
    store.keep(&task("appointments"), Some(answer)).await.unwrap();
    store.flush().await.unwrap();
    store.flush().await.unwrap();
    made[0].id
}

/// Has a destination take the patient, and the store keep what was sent.
async fn deliver(store: &SledStore, id: ContainerId) {
    let fill = filling(id, Some(PATIENT[6]), &["app"]);
    let body = Bytes::from(format!("{{\"Patient\":\"{}\"}}", PATIENT[1]));
    let delivery = store.fill(fill).await.unwrap().remove(0);
    let container = store.container(id).unwrap().unwrap();
    let taken = Box::new(Taken::of(&container, &delivery, body, at(2)));
    store.settle(id, &"app".into(), Settlement::Delivered(Some(taken)));
}

/// Every form in which a patient could stand on the disk: as written, in base64 and hex, and as
/// fingerprints that whoever knows the connection makes of every number.
fn traces() -> Vec<(String, Vec<u8>)> {
    let new = patient();
    let mut traces: Vec<_> = PATIENT
        .iter()
        .flat_map(|value| {
            let bytes = value.as_bytes();
            let shifted = BASE64.encode(bytes.get(1..).unwrap());
            [
                value.to_string(),
                BASE64.encode(bytes),
                shifted[..shifted.len() - 4].to_owned(),
                HEXLOWER.encode(bytes),
                HEXUPPER.encode(bytes),
            ]
        })
        .map(|text| (text.clone(), text.into_bytes()))
        .collect();
    traces.push(("the record's fingerprint".into(), new.record.0.to_vec()));
    traces.push(("the version's fingerprint".into(), new.says.version.0.to_vec()));
    let lane = identity::lane(&"general".into(), &new.change);
    traces.push(("the lane".into(), format::encode(&lane).unwrap()));
    traces.push(("the notification's id".into(), new.notification_id.0.into_bytes()));
    traces
}

/// What of the patient stands in the files of a folder, or in their names.
fn found(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path.clone());
            }
            let mut bytes = path.to_string_lossy().into_owned().into_bytes();
            bytes.extend(fs::read(&path).unwrap_or_default());
            let traces = traces().into_iter().filter(|(_, trace)| {
                bytes.windows(trace.len()).any(|window| window == trace.as_slice())
            });
            found.extend(traces.map(|(name, _)| format!("{name} in {}", path.display())));
        }
    }
    found
}

#[tokio::test]
async fn no_byte_on_the_disk_tells_of_a_patient() {
    let folder = TestFolder::new();
    let store = folder.open();
    let id = admit(&store).await;
    assert_eq!(found(folder.path()), Vec::<String>::new(), "while it runs");
    drop(store);
    assert_eq!(found(folder.path()), Vec::<String>::new(), "when it has ended");
    let store = folder.open();
    let state = store.task(&task("appointments")).unwrap();
    assert_eq!(state.cursor.as_deref(), Some("cursor-after-Zebedee"));
    assert_eq!(state.answer.unwrap().body, b"answer-with-Zebedee");
    assert!(store.container(id).unwrap().unwrap().filled.unwrap().payload.contains("Zebedee"));
    let reasons = store.dead().unwrap().into_iter().map(|letter| letter.reason);
    assert!(reasons.eq(["reason-with-Zebedee"; 3]));
    let memo = store.memo(&"general".into(), patient().record).unwrap();
    assert_eq!(memo.as_deref(), Some("memo-of-Zebedee"));
    let receipt = store.delivered(&Sought::default(), 1).unwrap().remove(0);
    let sent = store.sent(&receipt.notification_id).unwrap().remove(0).body.unwrap();
    assert_eq!(sent, "{\"Patient\":\"Zebedee-Quux\"}");
}

/// The control: what is looked for is found where it stands.
#[test]
fn a_patient_on_the_disk_is_found() {
    let folder = TestFolder::new();
    fs::create_dir_all(folder.path()).unwrap();
    for (number, (_, trace)) in traces().into_iter().enumerate() {
        let file = folder.path().join(number.to_string());
        fs::write(&file, [b"..", trace.as_slice(), b".."].concat()).unwrap();
        assert!(!found(folder.path()).is_empty());
        fs::remove_file(file).unwrap();
    }
}

/// A key in a file that only its owner reads.
fn key(folder: &TestFolder, name: &str, byte: u8) -> KeySource {
    let path = folder.path().with_extension(name);
    fs::write(&path, HEXLOWER.encode(&[byte; 32])).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    KeySource::File(path)
}

fn with(folder: &TestFolder, key: &KeySource, old: &[&KeySource]) -> Result<SledStore, Error> {
    let old_keys = old.iter().map(|key| (*key).clone()).collect();
    let seal = Seal { key: Some(key.clone()), old_keys };
    SledStore::open(&Options { seal, ..Options::new(folder.path()) })
}

fn remove(keys: &[&KeySource]) {
    for key in keys {
        let KeySource::File(path) = key else { continue };
        fs::remove_file(path).unwrap();
    }
}

#[tokio::test]
async fn a_wrong_key_is_named_and_changes_nothing() {
    let folder = TestFolder::new();
    let (right, wrong) = (key(&folder, "right", 7), key(&folder, "wrong", 8));
    admit(&with(&folder, &right, &[]).unwrap()).await;
    let before = fs::read(folder.path().join("store/containers/db")).unwrap();
    let ids = [&right, &wrong].map(|key| key.read().unwrap().id().to_owned());
    for refused in [with(&folder, &wrong, &[]), folder.try_open()] {
        let Err(error @ Error::Key { .. }) = refused else { panic!("opened") };
        let text = error.to_string();
        assert!(text.contains(&ids[0]) || text.contains("there is no key"), "{text}");
        assert!(!text.contains("0707") && !format!("{error:?}").contains("0707"), "{text}");
    }
    let Err(error) = with(&folder, &wrong, &[]) else { panic!("opened") };
    assert!(error.to_string().contains(&ids[1]), "{error}");
    assert!(!folder.path().join("seal.key").exists(), "no other key is made");
    assert_eq!(fs::read(folder.path().join("store/containers/db")).unwrap(), before);
    assert_eq!(with(&folder, &right, &[]).unwrap().pending().unwrap().len(), 2);
    remove(&[&right, &wrong]);
}

#[tokio::test]
async fn a_key_is_rotated_while_the_store_is_open() {
    let folder = TestFolder::new();
    let (first, spare) = (key(&folder, "key", 1), key(&folder, "spare", 2));
    let store = with(&folder, &first, &[]).unwrap();
    let id = admit(&store).await;
    // What stands in the file from now on is another key.
    let second = key(&folder, "key", 2);
    let rotated = store.rotate_keys().await.unwrap();
    assert_eq!((rotated.wrapped, rotated.made), (1, 1));
    assert_eq!(rotated.outer, second.read().unwrap().id());
    assert!(store.container(id).unwrap().unwrap().filled.is_some(), "what was sealed is read");
    let again = page(1, vec![patient()]);
    assert!(committed(&store, again).await.is_empty(), "and known again");
    let new = committed(&store, page(2, vec![change("new", Some("a"))])).await[0].id;
    drop(store);
    let store = with(&folder, &spare, &[]).unwrap();
    assert!(store.container(id).unwrap().is_some() && store.container(new).unwrap().is_some());
    drop(store);
    key(&folder, "key", 1);
    assert!(
        matches!(with(&folder, &first, &[]), Err(Error::Key { .. })),
        "the old key is of no use"
    );
    // An unreadable key leaves everything as it is.
    let store = with(&folder, &spare, &[]).unwrap();
    remove(&[&spare]);
    assert!(matches!(store.rotate_keys().await, Err(Error::Key { .. })));
    assert!(store.container(id).unwrap().is_some());
    remove(&[&first]);
}

#[tokio::test]
async fn a_restart_takes_up_a_new_key() {
    let folder = TestFolder::new();
    admit(&folder.open()).await;
    let (first, second) = (key(&folder, "first", 1), key(&folder, "second", 2));
    assert_eq!(with(&folder, &first, &[]).unwrap().pending().unwrap().len(), 2, "after its own");
    assert_eq!(with(&folder, &second, &[&first]).unwrap().pending().unwrap().len(), 2);
    let store = with(&folder, &second, &[]).unwrap();
    assert_eq!(store.pending().unwrap().len(), 2);
    store.rotate_keys().await.unwrap();
    assert!(!folder.path().join("seal.key").exists(), "nothing is wrapped by it any more");
    remove(&[&first, &second]);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => assert!(fs::copy(from, to).is_ok()),
        }
    }
}

#[tokio::test]
async fn what_a_destroyed_key_sealed_is_gone_from_copies_too() {
    let (folder, backup) = (TestFolder::new(), TestFolder::new());
    let store = folder.open();
    admit(&store).await;
    let other = crate::store::Commit {
        task: crate::model::TaskId { connection: "west".into(), action: "appointments".into() },
        ..page(0, vec![change("1", Some("a"))])
    };
    let kept = committed(&store, other).await[0].id;
    drop(store);
    copy(folder.path(), backup.path());
    let wrapped = fs::read(folder.path().join("store/keys/1")).unwrap();
    let store = folder.open();
    store.purge(&Purge::Connection("general".into())).await.unwrap();
    drop(store);
    let destroyed = fs::read(folder.path().join("store/keys/1")).unwrap();
    assert!(!wrapped.windows(16).any(|part| destroyed.windows(16).any(|left| left == part)));
    // The trees as they were, of a backup, with the keys as they are.
    fs::remove_dir_all(backup.path().join("store/keys")).unwrap();
    copy(&folder.path().join("store/keys"), &backup.path().join("store/keys"));
    let store = backup.open();
    let pending = store.pending().unwrap();
    assert_eq!(pending.iter().map(|found| found.id).collect::<Vec<_>>(), [kept]);
    assert!(store.dead().unwrap().is_empty());
    assert!(store.delivered(&Sought::default(), 1).unwrap().is_empty());
    let state = store.task(&task("appointments")).unwrap();
    assert!(state.cursor.is_none() && state.answer.is_none());
    assert!(store.memo(&"general".into(), patient().record).unwrap().is_none());
    assert!(matches!(pending[0].stage, Stage::Collect));
}

#[tokio::test]
async fn a_missing_or_exchanged_key_is_an_error() {
    let folder = TestFolder::new();
    let store = folder.open();
    admit(&store).await;
    let other = crate::model::TaskId { connection: "west".into(), action: "appointments".into() };
    committed(&store, crate::store::Commit { task: other, ..page(0, vec![change("1", None)]) })
        .await;
    drop(store);
    let path = |number: &str| folder.path().join("store/keys").join(number);
    let (ours, theirs) = (fs::read(path("1")).unwrap(), fs::read(path("2")).unwrap());
    fs::write(path("1"), &theirs).unwrap();
    let Err(error) = folder.try_open() else { panic!("opened") };
    assert!(error.to_string().contains("sealed for another connection"), "{error}");
    fs::remove_file(path("1")).unwrap();
    let Err(error) = folder.try_open() else { panic!("opened") };
    assert!(error.to_string().contains("missing"), "{error}");
    fs::write(path("1"), &ours).unwrap();
    assert_eq!(folder.open().pending().unwrap().len(), 3);
}

#[tokio::test]
async fn a_value_in_anothers_place_does_not_open() {
    let folder = TestFolder::new();
    let store = folder.open();
    admit(&store).await;
    let other = crate::model::TaskId { connection: "west".into(), action: "appointments".into() };
    committed(&store, crate::store::Commit { task: other.clone(), ..page(0, vec![]) }).await;
    let at = |task: &crate::model::TaskId| keys::part(&keys::task(task), 0);
    let ours = store.disk.get(&at(&task("appointments"))).unwrap().unwrap();
    let mut writes = disk::Writes::default();
    writes.insert(&at(&other), ours);
    store.disk.apply(writes).unwrap();
    let Err(error) = store.task(&other) else { panic!("read") };
    assert!(error.to_string().contains("sealed for another connection"), "{error}");
    let dead = store.dead().unwrap().remove(0).container;
    let letter = store.disk.get(&keys::part(&keys::dead((dead, 0)), 0)).unwrap().unwrap();
    let mut writes = disk::Writes::default();
    writes.insert(&keys::part(&keys::dead((ContainerId(999), 0)), 0), letter);
    store.disk.apply(writes).unwrap();
    assert!(matches!(store.container(ContainerId(999)), Err(Error::Unopened { .. })));
}

#[tokio::test]
async fn a_key_of_a_command_opens() {
    let folder = TestFolder::new();
    let print = |text: String| KeySource::Command(vec!["echo".into(), text]);
    let right = print(BASE64.encode(&[7; 32]));
    admit(&with(&folder, &right, &[]).unwrap()).await;
    assert_eq!(with(&folder, &right, &[]).unwrap().pending().unwrap().len(), 2);
    for (wrong, why) in [
        (print("short".into()), "32 random bytes"),
        (KeySource::Command(vec!["false".into()]), "failed"),
        (KeySource::Command(vec!["/no/such/program".into()]), "cannot run"),
    ] {
        let Err(error) = with(&folder, &wrong, &[]) else { panic!("opened") };
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_store_of_before_sealing_is_refused_with_a_way_out() {
    let folder = TestFolder::new();
    drop(folder.open());
    let db = super::super::folder::open(&folder.path().join("store/containers"), 1 << 20).unwrap();
    db.insert(keys::FORMAT, format::encode(&1u32).unwrap()).unwrap();
    db.flush().unwrap();
    drop(db);
    let Err(error @ Error::Old { found: 1, .. }) = folder.try_open() else { panic!("opened") };
    assert!(error.to_string().contains("move the folder elsewhere"), "{error}");
}
