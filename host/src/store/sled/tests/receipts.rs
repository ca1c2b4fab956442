//! Receipts on the disk: what a crash, time and damage do to their files.

use super::*;
use crate::store::{Sha256, Taken};

const HOUR: i64 = 60 * 60;

/// Has a destination take a record's notification at a second.
async fn delivered(store: &SledStore, record: &str, second: i64) {
    let revision = store.task(&conformance::task("appointments")).unwrap().revision;
    let made = committed(store, page(revision, vec![change(record, Some("a"))])).await[0].id;
    let delivery = store.fill(filling(made, None, &["app"])).await.unwrap().remove(0);
    let container = store.container(made).unwrap().unwrap();
    let taken = Taken::of(&container, &delivery, record.to_owned().into(), at(second));
    let taken = Some(Box::new(Taken { body: None, ..taken }));
    store.settle(made, &delivery.destination, Settlement::Delivered(taken));
    store.flush().await.unwrap();
}

/// The records that were delivered, the newest first.
fn told(store: &SledStore) -> Result<Vec<&'static str>, Error> {
    let receipts = store.delivered(&Sought::default(), usize::MAX)?;
    let known =
        |it: Receipt| ["1", "2", "3"].into_iter().find(|id| Sha256::of(id.as_bytes()) == it.sha256);
    Ok(receipts.into_iter().filter_map(known).collect())
}

fn files(folder: &TestFolder) -> Vec<PathBuf> {
    let folder = folder.path().join("delivered/receipts");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn each_hour_has_a_file_whichever_way_the_clock_is_set() {
    let folder = TestFolder::new();
    let store = folder.open();
    delivered(&store, "1", 2 * HOUR).await;
    delivered(&store, "2", 3 * HOUR - 1).await;
    assert_eq!(files(&folder).len(), 1);
    delivered(&store, "3", 3 * HOUR).await;
    assert_eq!(files(&folder).len(), 2);
    delivered(&store, "4", 0).await;
    assert_eq!(files(&folder).len(), 3, "the clock was set back");
    assert_eq!(told(&store).unwrap(), ["3", "2", "1"]);
    let before = Before { receipts: at(3 * HOUR), bodies: at(3 * HOUR) };
    fs::write(files(&folder)[0].with_extension("7-1.draft"), b"left by a crash").unwrap();
    store.forget_delivered(&before).await.unwrap();
    assert_eq!(told(&store).unwrap(), ["3"]);
    assert_eq!(files(&folder).len(), 1);
}

#[tokio::test]
async fn what_a_crash_cut_off_hides_nothing_else() {
    for tail in [&b"\x40\0\0\0\x01\0"[..], &[0; 4096], b"\xff\xff\xff\xff\x01\0\0\0rest"] {
        let folder = TestFolder::new();
        let store = folder.open();
        delivered(&store, "1", 0).await;
        drop(store);
        let file = files(&folder).remove(0);
        fs::write(&file, [fs::read(&file).unwrap(), tail.to_vec()].concat()).unwrap();
        let store = folder.open();
        assert_eq!(told(&store).unwrap(), ["1"]);
        delivered(&store, "2", 1).await;
        assert_eq!(told(&store).unwrap(), ["2", "1"], "not behind what was cut off");
        store.purge(&Purge::record(&conformance::task("appointments"), "1")).await.unwrap();
        assert_eq!(told(&store).unwrap(), ["2"]);
    }
}

#[tokio::test]
async fn a_changed_receipt_is_an_error_that_names_the_file_and_stops_nothing_else() {
    let folder = TestFolder::new();
    let store = folder.open();
    delivered(&store, "1", 0).await;
    drop(store);
    let file = files(&folder).remove(0);
    let whole = fs::read(&file).unwrap();
    let name = file.to_string_lossy();
    for at in 16..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        let store = folder.open();
        let error = told(&store).unwrap_err().to_string();
        assert!(error.contains("damaged") && error.contains(&*name), "{at}: {error}");
        drop(store);
    }
    fs::rename(&file, file.with_file_name("1-0")).unwrap();
    fs::write(file.with_file_name("1-0"), &whole).unwrap();
    assert!(told(&folder.open()).is_err(), "under another name");
    let store = folder.open();
    fs::remove_file(file.with_file_name("1-0")).unwrap();
    delivered(&store, "2", HOUR).await;
    assert_eq!(told(&store).unwrap(), ["2"]);
}

#[tokio::test]
async fn a_start_opens_no_receipt() {
    let folder = TestFolder::new();
    let store = folder.open();
    delivered(&store, "1", 0).await;
    drop(store);
    let file = files(&folder).remove(0);
    fs::write(&file, b"no receipts").unwrap();
    let store = folder.open();
    delivered(&store, "2", 1).await;
    assert_eq!(told(&store).unwrap(), ["2"]);
}
