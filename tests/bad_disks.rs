//! Disks that are full, closed, damaged or somebody else's: nothing is lost, and the error says
//! what to do.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use rounds::practice::{Fault, Received};

use crate::support::{
    Clinic, Said, Site, assert_fits, connection, destination, has_panicked, receiver, skipped,
    within,
};

/// A disk of its own at a path, of these many MiB, as long as it lives.
struct Disk(PathBuf);

impl Disk {
    /// `None`, and said aloud, where this user may mount nothing.
    fn mount(path: PathBuf, mebibytes: usize) -> Option<Self> {
        fs::create_dir_all(&path).unwrap();
        let size = format!("size={mebibytes}m");
        if mounted(&["-t", "tmpfs", "-o", &size, "rounds-test"], &path) {
            return Some(Self(path));
        }
        skipped("this user may not mount a disk; run it as root");
        None
    }

    fn read_only(&self) {
        assert!(mounted(&["-o", "remount,ro"], &self.0), "a disk cannot be closed");
    }

    fn free(&self) -> u64 {
        let disk = rustix::fs::statvfs(&self.0).unwrap();
        disk.f_bavail * disk.f_frsize
    }

    /// Leaves so many bytes free, until the file that is answered is removed.
    fn fill(&self, left: u64) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = File::create(&filler).unwrap();
        let chunk = vec![0; 1 << 20];
        while self.free() > left {
            let bytes = usize::try_from(self.free() - left).unwrap().min(chunk.len());
            file.write_all(&chunk[..bytes]).unwrap();
        }
        filler
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, as a host that was just killed may still hold a file.
        drop(Command::new("umount").arg("-l").arg(&self.0).output());
    }
}

fn mounted(options: &[&str], path: &Path) -> bool {
    let output = Command::new("mount").args(options).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

fn configure(site: &Site, clinic: &Clinic, app: &str) {
    site.configure(&(connection("ward", "plain", clinic.url(), "") + &destination("app", app, "")));
}

#[tokio::test]
async fn a_full_disk_holds_polling_back_and_nothing_else() {
    let site = Site::new(&["plain"]).await;
    let Some(disk) = Disk::mount(site.path("data"), 96) else { return };
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    configure(&site, &clinic, receiver.url());
    let host = site.start().await;
    receiver.faults().next(u32::MAX, Fault::Status(500));
    clinic.book(1);
    host.wait_for("a failed attempt", |it| (it.destinations["app"].failed > 0).then_some(())).await;

    let filler = disk.fill(8 << 20);
    let full = "the disk of * has * bytes free, and * are kept in reserve; polling goes on when \
                there is room";
    // Only now: the store's last look at the disk may be from before.
    host.wait_for_error("ward/appointments", full).await;
    clinic.book(2);
    host.wait_for_polls("ward/appointments", 2).await;
    // What was stored is delivered, and forgotten.
    receiver.faults().clear();
    within("a delivery from a full disk", receiver.wait_for(1)).await;
    host.wait_for("nothing under way", |it| (it.pending["ward"] == 0).then_some(())).await;
    assert_eq!(receiver.received().len(), 1);
    assert_fits(full, &host.status().await.tasks["ward/appointments"].error.clone().unwrap());

    fs::remove_file(filler).unwrap();
    within("the change of meanwhile", receiver.wait_for(2)).await;
    let ended = host.stop().await;
    assert!(ended.status.success(), "{ended:?}");
}

#[tokio::test]
async fn a_disk_without_a_byte_left_loses_nothing() {
    let site = Site::new(&["plain"]).await;
    let Some(disk) = Disk::mount(site.path("data"), 96) else { return };
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    configure(&site, &clinic, receiver.url());
    let host = site.start().await;
    receiver.faults().next(u32::MAX, Fault::Status(500));
    clinic.book(1);
    host.wait_for("a failed attempt", |it| (it.destinations["app"].failed > 0).then_some(())).await;
    let filler = disk.fill(0);
    clinic.book(2);
    receiver.faults().clear();
    within("a delivery from a disk without room", receiver.wait_for(1)).await;
    // Whether it went on or could not even note that: killed, it loses nothing.
    let ended = host.kill().await;
    assert!(!has_panicked(&ended.log), "{}", ended.log);

    fs::remove_file(filler).unwrap();
    let _host = site.start().await;
    within("both notifications", receiver.wait_for(2)).await;
    assert!(receiver.received().iter().all(|it| !it.altered));
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_named() {
    let site = Site::new(&["plain"]).await;
    let Some(disk) = Disk::mount(site.path("data"), 96) else { return };
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    configure(&site, &clinic, receiver.url());
    disk.read_only();
    let said = site.rounds(&["run"]).await;
    assert_failed("*data/*: Read-only file system (os error 30)*", &said);
    // A check writes nothing that it cannot do without.
    let said = site.rounds(&["check"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[tokio::test]
async fn a_store_that_cannot_be_written_any_more_is_named() {
    let site = Site::new(&["plain"]).await;
    let Some(disk) = Disk::mount(site.path("data"), 96) else { return };
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    configure(&site, &clinic, receiver.url());
    clinic.book(1);
    let host = site.start().await;
    within("a notification", receiver.wait_for(1)).await;
    host.stop().await;
    disk.read_only();
    let said = site.rounds(&["run"]).await;
    assert_failed("*data/*: Read-only file system (os error 30)*", &said);
}

fn assert_failed(pattern: &str, said: &Said) {
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_fits(pattern, &said.error);
    assert!(!has_panicked(&said.error), "{said:?}");
}

#[tokio::test]
async fn a_second_host_is_told_who_has_the_store() {
    let site = Site::new(&["plain"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    configure(&site, &clinic, receiver.url());
    let host = site.start().await;
    let said = site.rounds(&["run"]).await;
    let id = host.id();
    let expected = format!(
        "the data folder data is in use by process {id}; stop it, or give this host a folder of \
         its own"
    );
    assert_failed(&format!("*{expected}"), &said);
    // The first is none the worse, and once it is killed, the next has the store.
    clinic.book(1);
    within("a notification", receiver.wait_for(1)).await;
    host.kill().await;
    let _host = site.start().await;
    clinic.book(2);
    within("the next notification", receiver.wait_for(2)).await;
}

#[tokio::test]
async fn a_damaged_store_is_an_error_with_a_way_out() {
    let site = Site::new(&["plain"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    configure(&site, &clinic, receiver.url());
    for patient in 0..40 {
        clinic.book(patient);
    }
    let host = site.start().await;
    within("all notifications", receiver.wait_for(40)).await;
    host.stop().await;

    let (store, whole) = (site.path("data/store"), site.path("whole"));
    fs::rename(&store, &whole).unwrap();
    for damaged in ["db", "conf"] {
        copy(&whole, &store, damaged);
        let said = site.rounds(&["run"]).await;
        let expected = "*the store in data/store* is damaged: *; start once more with its snap.* \
                        files moved elsewhere, *; if that fails, move the whole folder elsewhere*";
        assert_failed(expected, &said);
        // A command that reads the store says the same.
        let said = site.rounds(&["dead", "list"]).await;
        assert_failed(expected, &said);
        fs::remove_dir_all(&store).unwrap();
    }

    // The way out, to its end: without the store all is read again, under the ids it had.
    let before = receiver.attempts();
    let _host = site.start().await;
    let again = receiver.wait_until(|all| all.len() == 80);
    within("all notifications once more", again).await;
    let ids = |received: &[Received]| -> BTreeSet<_> {
        received.iter().map(|it| it.id.clone()).collect()
    };
    assert_eq!(ids(&before).len(), 40);
    assert_eq!(ids(&receiver.attempts()), ids(&before));
}

/// Copies a folder, with noise in the place of the files of this name.
fn copy(from: &Path, to: &Path, damaged: &str) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let target = to.join(name);
        if path.is_dir() {
            copy(&path, &target, damaged);
        } else {
            let mut bytes = fs::read(&path).unwrap();
            if name == damaged {
                bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = noise(at));
            }
            fs::write(target, bytes).unwrap();
        }
    }
}

/// A byte that has nothing to do with its neighbours.
fn noise(at: usize) -> u8 {
    (at.wrapping_mul(2_654_435_761) >> 13) as u8
}
