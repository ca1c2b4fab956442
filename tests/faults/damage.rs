//! Bits that flip in the store's files, blocks that are zeroed, tails that are cut: the host says
//! what is damaged and ends, or tells all that it held, and never anything else.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use rounds::practice::{Chance, Fault, Received, Receiver};

use crate::support::{
    Clinic, Ended, Rounds, Running, Site, below, chance, connection, destination, eventually,
    has_panicked, receiver, rounds_of,
};

/// Notifications that wait in the store.
const KEPT: u64 = 120;
const BLOCK: usize = 4096;

/// A clinic whose destination is down, with a host's store of all that waits for it.
struct Ward {
    site: Site,
    _clinic: Running<Clinic>,
    receiver: Running<Receiver>,
}

impl Ward {
    async fn new() -> Self {
        let (site, clinic, receiver) =
            (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
        let ward = connection("ward", "plain", clinic.url(), "");
        site.configure(&(ward + &destination("app", receiver.url(), "")));
        receiver.faults().next(u32::MAX, Fault::Status(500));
        (0..KEPT).for_each(|patient| drop(clinic.book(patient)));
        let host = site.start().await;
        let filled = |report: &rounds::status::Report| {
            (report.destinations.get("app")?.waiting as u64 == KEPT).then_some(())
        };
        host.wait_for("all filled", filled).await;
        host.stop().await;
        fs::rename(site.path("data/store"), site.path("whole")).unwrap();
        Self { site, _clinic: clinic, receiver }
    }

    /// The store as it was, but for a damage; what that is.
    fn damage(&self, chance: &mut Chance) -> String {
        let store = self.site.path("data/store");
        drop(fs::remove_dir_all(&store));
        copy(&self.site.path("whole"), &store);
        let mut files = files(&store);
        files.sort();
        let file = files.swap_remove(below(chance, files.len()));
        damage(&file, chance)
    }

    /// Nothing told is in other words than it was, or of what nobody booked.
    fn check(&self, story: &str) {
        let attempts = self.receiver.attempts();
        let records: BTreeSet<_> =
            attempts.iter().filter_map(|it| Some(it.arrival()?.record)).collect();
        let ids: BTreeSet<_> = attempts.iter().map(|it| &it.id).collect();
        assert_eq!((records.len() as u64, ids.len() as u64), (KEPT, KEPT), "{story}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(fs::copy(path, target).unwrap()),
        }
    }
}

/// The files below a folder that have something in them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    below.filter(|file| fs::metadata(file).unwrap().len() > 0).collect()
}

fn damage(path: &Path, chance: &mut Chance) -> String {
    let file = File::options().read(true).write(true).open(path).unwrap();
    // Behind its last byte that says anything a log is empty.
    let bytes = fs::read(path).unwrap();
    let said = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |at| at + 1);
    let at = below(chance, said);
    let what = match below(chance, 3) {
        0 => {
            file.write_all_at(&[bytes[at] ^ (1 << below(chance, 8))], at as u64).unwrap();
            "a flipped bit"
        }
        1 => {
            let block = at / BLOCK * BLOCK;
            let length = BLOCK.min(bytes.len() - block);
            file.write_all_at(&vec![0; length], block as u64).unwrap();
            "a zeroed block"
        }
        _ => {
            file.set_len(at as u64).unwrap();
            "a cut tail"
        }
    };
    format!("{what} at {at} of {} in {}", bytes.len(), path.display())
}

/// All waits until the host has told all of it, or said that it cannot.
async fn tells_or_says_why(ward: &Ward, before: usize, mut host: Rounds, story: &str) {
    let told = |attempts: &[Received]| {
        let ids: BTreeSet<_> = attempts[before..].iter().map(|it| &it.id).collect();
        ids.len() as u64 == KEPT
    };
    let look = async || {
        let done = told(&ward.receiver.attempts()) || host.log().contains("damaged");
        (done || host.has_ended()).then_some(())
    };
    eventually(story, look, async || String::new()).await;
    match host.has_ended() {
        true => says_why(&host.ended().await, story),
        false => assert!(!has_panicked(&host.kill().await.log), "{story}"),
    }
}

fn says_why(ended: &Ended, story: &str) {
    assert_eq!(ended.status.code(), Some(1), "{story}: {}", ended.log);
    let words = ["is damaged", "the store"];
    assert!(words.iter().any(|word| ended.log.contains(word)), "{story}: {}", ended.log);
    assert!(!has_panicked(&ended.log), "{story}: {}", ended.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_store_is_told_or_does_no_harm() {
    let ward = Ward::new().await;
    ward.receiver.faults().clear();
    let mut refused = 0;
    let rounds = rounds_of(24, 500);
    for round in 0..rounds {
        let story = ward.damage(&mut chance(round));
        let before = ward.receiver.attempts().len();
        match ward.site.try_start().await {
            Ok(host) => tells_or_says_why(&ward, before, host, &story).await,
            Err(ended) => {
                says_why(&ended, &story);
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "the damage does no damage");
    ward.check("damage");
}
