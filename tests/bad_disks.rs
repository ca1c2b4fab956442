//! Disks that are full, closed, damaged or somebody else's: nothing is lost, and the error says
//! what to do.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use rounds::practice::Fault;

use crate::support::{
    Clinic, Said, Site, assert_fits, connection, destination, has_panicked, receiver, within,
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
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        announce(&format!("{test}: SKIPPED, as this user may not mount a disk; run it as root"));
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

/// Says something that a captured test says, too.
fn announce(text: &str) {
    let mut out = std::io::stderr();
    drop(writeln!(out, "{text}"));
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
    clinic.book(2);
    let full = "the disk of * has * bytes free, and * are kept in reserve; polling goes on when \
                there is room";
    host.wait_for_error("ward/appointments", full).await;
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
    let mut host = site.start().await;
    receiver.faults().next(u32::MAX, Fault::Status(500));
    clinic.book(1);
    host.wait_for("a failed attempt", |it| (it.destinations["app"].failed > 0).then_some(())).await;
    let filler = disk.fill(0);
    clinic.book(2);
    // What became of the attempts cannot be noted: the host ends rather than go on unaware.
    let ended = host.ended().await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.log.contains("the store stopped: "), "{}", ended.log);
    assert!(ended.log.contains("nothing that was acknowledged is lost"), "{}", ended.log);
    assert!(!has_panicked(&ended.log), "{}", ended.log);

    fs::remove_file(filler).unwrap();
    receiver.faults().clear();
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

/// What is done to the files of a store, and whether the next start is to fail.
type Damage = fn(&Path);

#[tokio::test]
async fn a_damaged_store_is_an_error_with_a_way_out() {
    let damages: [(&str, Damage); 4] = [
        ("noise in the log", |store| overwrite(&store.join("db"), 4096)),
        ("noise all over the log", |store| overwrite(&store.join("db"), 0)),
        ("noise for a configuration", |store| overwrite(&store.join("conf"), 0)),
        ("noise for a snapshot", |store| {
            let snapshots = fs::read_dir(store).unwrap().map(|it| it.unwrap().path());
            let is_snapshot = |path: &PathBuf| path.to_string_lossy().contains("snap.");
            snapshots.filter(is_snapshot).for_each(|path| overwrite(&path, 0));
        }),
    ];
    let site = Site::new(&["plain"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    configure(&site, &clinic, receiver.url());
    for patient in 0..40 {
        clinic.book(patient);
    }
    let host = site.start().await;
    within("all notifications", receiver.wait_for(40)).await;
    host.stop().await;
    let whole = site.path("whole");
    fs::rename(site.path("data/store"), &whole).unwrap();

    for (name, damage) in damages {
        let store = site.path("data/store");
        copy(&whole, &store);
        damage(&store);
        let said = site.rounds(&["run"]).await;
        announce(&format!("{name}: {said:?}"));
        fs::remove_dir_all(&store).unwrap();
    }
}

/// Writes noise over a file, from a place on.
fn overwrite(path: &Path, from: usize) {
    let mut bytes = fs::read(path).unwrap();
    let noise = (0_u8..=255).map(|byte| byte.wrapping_mul(167).wrapping_add(13)).cycle();
    bytes.iter_mut().skip(from).zip(noise).for_each(|(byte, noise)| *byte = noise);
    fs::write(path, bytes).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(fs::copy(&path, &target).unwrap()),
        }
    }
}
