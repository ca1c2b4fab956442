//! A power cut: an ext4 file system on a loop device is shut down so that all that was not
//! synced is gone, as if the machine had lost its power.
//!
//! That takes root and loop devices; where there are none the test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::{
    fs::{self, File},
    path::PathBuf,
    process::Command,
    sync::Mutex,
};

use super::{
    tests::{
        TestFolder,
        ledger::{Ledger, work},
    },
    *,
};
use crate::store::{Store, conformance::task};

/// A file system of its own, mounted.
struct Machine {
    folder: TestFolder,
}

impl Machine {
    /// A new one, or why there is none.
    fn new() -> Result<Self, String> {
        let machine = Self { folder: TestFolder::new() };
        fs::create_dir_all(machine.mount()).map_err(|error| error.to_string())?;
        let image = File::create(machine.image()).map_err(|error| error.to_string())?;
        image.set_len(256 << 20).map_err(|error| error.to_string())?;
        run("mkfs.ext4", &["-q", "-F", &text(machine.image())])?;
        machine.start()?;
        Ok(machine)
    }

    fn start(&self) -> Result<(), String> {
        run("mount", &["-o", "loop", &text(self.image()), &text(self.mount())])
    }

    /// Loses all that is not on disk. Nothing can be written until it is started again.
    #[allow(unsafe_code, reason = "an ioctl that no crate wraps")]
    fn cut(&self) {
        // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: linux/fs/ext4/ext4.h.
        const SHUTDOWN: rustix::ioctl::Opcode = 0x8004_587d;
        let root = File::open(self.mount()).unwrap();
        // SAFETY: the operation reads a u32 through the pointer that `Setter` passes.
        unsafe {
            let shutdown = rustix::ioctl::Setter::<SHUTDOWN, u32>::new(2);
            rustix::ioctl::ioctl(&root, shutdown).unwrap();
        }
    }

    fn restart(&self) {
        // The store that failed keeps its files open, and with them the file system. So the
        // disk goes into another machine.
        run("umount", &["--lazy", &text(self.mount())]).unwrap();
        let taken_out = self.folder.path().join("taken out");
        fs::rename(self.image(), &taken_out).unwrap();
        run("cp", &["--sparse=always", &text(taken_out), &text(self.image())]).unwrap();
        self.start().unwrap();
    }

    fn mount(&self) -> PathBuf {
        self.folder.path().join("mount")
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(run("umount", &["--lazy", &text(self.mount())]));
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {said}")) }
}

fn text(path: PathBuf) -> String {
    path.to_string_lossy().into_owned()
}

fn machine() -> Option<Machine> {
    Machine::new().map_err(|why| eprintln!("SKIPPED, no power cut on this machine: {why}")).ok()
}

#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    for acknowledged in [1, 50, 300, 900] {
        let Some(machine) = machine() else { return };
        let store = SledStore::open(&Options::new(machine.mount().join("data"))).unwrap();
        let ledger = Mutex::new(Ledger::default());
        let say = |ack| {
            let mut ledger = ledger.lock().unwrap();
            ledger.add(ack);
            ledger.len() < acknowledged
        };
        work(&store, say).await;
        machine.cut();
        stops(store).await;
        machine.restart();
        let open = || SledStore::open(&Options::new(machine.mount().join("data"))).unwrap();
        ledger.into_inner().unwrap().check(&|| Box::new(open())).await;
    }
}

/// The first write that fails ends the store.
async fn stops(store: SledStore) {
    let commit = store.set_cursor(&task("appointments"), Some("on".into())).await;
    assert!(matches!(commit, Err(Error::Stopped(_))));
    assert!(matches!(store.failed().await, Error::Stopped(_)));
    assert!(matches!(
        store.memo(&"general".into(), crate::identity::RecordKey([0; 16])),
        Err(Error::Stopped(_))
    ));
    assert!(matches!(store.flush().await, Err(Error::Stopped(_))));
}

/// The control: sled's own `flush` does not sync, so this must lose what it acknowledged. If it
/// does not, the test above proves nothing.
#[tokio::test]
async fn without_a_sync_a_power_cut_loses_what_was_flushed() {
    let mut lost = 0;
    for _ in 0..3 {
        let Some(machine) = machine() else { return };
        let data = machine.mount().join("data");
        let db = super::folder::open(&data, 1 << 20).unwrap();
        for number in 0..200u32 {
            db.insert(number.to_be_bytes(), &[7u8; 500][..]).unwrap();
            db.flush().unwrap();
        }
        machine.cut();
        // Dropping it would flush, which may wait for ever now.
        std::mem::forget(db);
        machine.restart();
        let found = super::folder::open(&data, 1 << 20).map_or(0, |db| db.len());
        lost += 200 - found;
    }
    assert!(lost > 0, "the cut does not cut");
}

#[tokio::test]
async fn a_read_only_folder_is_an_error_that_says_so() {
    let Some(machine) = machine() else { return };
    let data = machine.mount().join("data");
    drop(SledStore::open(&Options::new(&data)).unwrap());
    run("mount", &["-o", "remount,ro", &text(machine.mount())]).unwrap();
    let Err(error) = SledStore::open(&Options::new(&data)) else { panic!("opened") };
    assert!(matches!(error, Error::Io { .. }), "{error}");
}
