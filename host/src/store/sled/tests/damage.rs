//! Files that are not as the store left them: an error that says what to do, never a panic.

use std::{fs, os::unix::fs::FileExt};

use super::*;
use crate::store::conformance::Open;

/// A store of some hundred containers, closed.
async fn stored() -> TestFolder {
    let folder = TestFolder::new();
    let store = folder.open();
    let changes = (0..400).map(|n| change(&n.to_string(), Some("a"))).collect();
    let made = committed(&store, page(0, changes)).await;
    for pending in &made[..100] {
        store.fill(filling(pending.id, Some("memo"), &["app"])).await.unwrap();
    }
    drop(store);
    folder
}

fn tree(folder: &TestFolder, tree: &str) -> PathBuf {
    folder.path().join("store").join(tree)
}

#[tokio::test]
async fn an_unfinished_snapshot_is_swept_away() {
    let folder = stored().await;
    for name in ["containers", "records"] {
        fs::write(tree(&folder, name).join("snap.00000000FFFFFFFF.generating"), b"half").unwrap();
    }
    let open: Open<'_> = &|| Box::new(folder.open());
    assert_eq!(open().pending().unwrap().len(), 400);
}

#[tokio::test]
async fn a_damaged_log_is_an_error_or_without_effect() {
    let folder = stored().await;
    let original = fs::read(tree(&folder, "containers").join("db")).unwrap();
    let step = original.len() / 24;
    let mut refused = 0;
    for round in 0..24 {
        let log = tree(&folder, "containers").join("db");
        fs::write(&log, &original).unwrap();
        let file = fs::OpenOptions::new().write(true).open(&log).unwrap();
        file.write_all_at(&[0xa5; 64], (round * step) as u64).unwrap();
        drop(file);
        refused += u32::from(look(&folder).is_err());
    }
    assert!(refused > 0, "the damage does no damage");
}

#[tokio::test]
async fn a_shorter_log_is_an_error_or_without_effect() {
    let folder = stored().await;
    let log = tree(&folder, "containers").join("db");
    let original = fs::read(&log).unwrap();
    for part in [0, 1, 100, original.len() / 3, original.len() / 2, original.len() - 1] {
        fs::write(&log, &original[..part]).unwrap();
        drop(look(&folder));
    }
}

#[tokio::test]
async fn garbage_has_a_way_out() {
    let folder = stored().await;
    fs::write(tree(&folder, "containers").join("snap.00000000FFFFFFFF"), b"garbage").unwrap();
    let Err(error) = folder.try_open() else { panic!("it was garbage") };
    assert!(error.to_string().contains("move"), "{error}");
}

#[tokio::test]
async fn a_newer_format_is_left_alone() {
    let folder = stored().await;
    let db = sled_of(&folder);
    db.insert(keys::FORMAT, format::encode(&7u32).unwrap()).unwrap();
    db.flush().unwrap();
    drop(db);
    let Err(Error::Version { found, known, .. }) = folder.try_open() else { panic!("opened") };
    assert_eq!((found, known), (7, format::FORMAT));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_says_so() {
    let folder = TestFolder::new();
    fs::write(folder.path(), b"a file where a folder should be").unwrap();
    let Err(error) = folder.try_open() else { panic!("opened") };
    assert!(matches!(error, Error::Io { .. }), "{error}");
    fs::remove_file(folder.path()).unwrap();
}

/// Opens the store and reads all that is pending. A damaged one may lose its newest, as a power
/// cut would, but nothing that it answers may be wrong.
fn look(folder: &TestFolder) -> Result<(), Error> {
    let store = folder.try_open()?;
    for pending in store.pending()? {
        let container = store.container(pending.id)?.expect("it is pending");
        assert_eq!(container.id, pending.id);
    }
    Ok(())
}

fn sled_of(folder: &TestFolder) -> sled::Db {
    super::folder::open(&tree(folder, "containers"), 1 << 20).unwrap()
}

#[tokio::test]
async fn a_journal_that_forgot_what_the_records_know_is_damaged() {
    let folder = stored().await;
    let (journal, before) = (tree(&folder, "containers"), folder.path().join("before"));
    copy(&journal, &before);
    let store = folder.open();
    let made = committed(&store, page(1, vec![change("late", Some("a"))])).await;
    store.fill(filling(made[0].id, None, &["app"])).await.unwrap();
    // What is noted of it goes on to the records.
    store.settle(made[0].id, &"app".into(), Settlement::Delivered(None));
    store.flush().await.unwrap();
    drop(store);
    fs::remove_dir_all(&journal).unwrap();
    fs::rename(before, &journal).unwrap();
    let Err(error) = folder.try_open() else { panic!("the change would be lost") };
    assert!(error.to_string().contains("ends before"), "{error}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}
