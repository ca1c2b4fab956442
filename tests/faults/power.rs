//! Power cuts: the data folder is an ext4 of its own on a loop device, which is shut down so that
//! all that was not synced is gone, as if the machine had lost its power.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rounds::practice::{Chance, Kind};

use super::shim::{Orders, Shim};
use crate::support::{
    Practice, Rounds, Site, below, chance, eventually, has_panicked, rounds_of, skipped, within,
};

/// A file system of its own at a site's data folder.
struct Machine {
    image: PathBuf,
    data: PathBuf,
}

impl Machine {
    /// `None`, and said aloud, where this user may not.
    fn of(site: &Site) -> Option<Self> {
        let machine = Self { image: site.path("image"), data: site.path("data") };
        machine
            .make(site)
            .map_err(|why| skipped(&format!("there is no power to cut: {why}")))
            .ok()?;
        Some(machine)
    }

    fn make(&self, site: &Site) -> Result<(), String> {
        fs::create_dir_all(&self.data).unwrap();
        File::create(&self.image).unwrap().set_len(192 << 20).unwrap();
        run("mkfs.ext4", &[Path::new("-q"), Path::new("-F"), &self.image])?;
        self.power_up()?;
        // What was compiled is not compiled anew after every cut.
        site.share_cache();
        run("sync", &[Path::new("-f"), &self.data])
    }

    fn power_up(&self) -> Result<(), String> {
        run("mount", &[Path::new("-o"), Path::new("loop"), &self.image, &self.data])
    }

    /// Loses all that is not on disk, and fails whatever comes.
    #[allow(unsafe_code, reason = "an ioctl that no crate wraps")]
    fn cut(&self) {
        // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: linux/fs/ext4/ext4.h.
        const SHUTDOWN: rustix::ioctl::Opcode = 0x8004_587d;
        let root = File::open(&self.data).unwrap();
        // SAFETY: the operation reads a u32 through the pointer that `Setter` passes.
        unsafe {
            let shutdown = rustix::ioctl::Setter::<SHUTDOWN, u32>::new(2);
            rustix::ioctl::ioctl(&root, shutdown).unwrap();
        }
    }

    /// The same disk, once nobody has a file of it open.
    async fn restart(&self) {
        let unmounted = async || run("umount", &[&self.data]).ok();
        eventually("the disk's end", unmounted, async || String::new()).await;
        self.power_up().unwrap();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(run("umount", &[Path::new("--lazy"), &self.data]));
    }
}

fn run(program: &str, arguments: &[&Path]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// Cuts the power once a host has made so many more attempts, at a moment in the next
/// milliseconds.
async fn cut(practice: &Practice, machine: &Machine, host: Rounds, chance: &mut Chance) {
    let receiver = &practice.receivers[0];
    let enough = receiver.attempts().len() + 1 + below(chance, 60);
    within("attempts", receiver.wait_until(|all| all.len() >= enough)).await;
    tokio::time::sleep(Duration::from_micros(chance.below(30_000))).await;
    machine.cut();
    match below(chance, 2) {
        0 => drop(host.kill().await),
        _ => ended_by_itself(host).await,
    }
}

/// A host whose disk is gone ends with the reason: it cannot know what is on it.
async fn ended_by_itself(mut host: Rounds) {
    let ended = host.ended().await;
    assert_eq!(ended.status.code(), Some(1), "{}", ended.log);
    assert!(ended.log.contains("the store"), "{}", ended.log);
    assert!(!has_panicked(&ended.log), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_in_power_cuts_under_load() {
    let practice = Practice::new(78, 1).await;
    let Some(machine) = Machine::of(&practice.site) else { return };
    let load = practice.ehr.run_changes(Duration::from_millis(20), &[Kind::Appointment]);
    let cuts = async {
        for round in 0..rounds_of(10, 100) {
            let host = practice.site.start().await;
            cut(&practice, &machine, host, &mut chance(round)).await;
            machine.restart().await;
        }
    };
    tokio::select! {
        () = load => {}
        () = cuts => {}
    }
    let host = practice.site.start().await;
    practice.all_arrive("power cuts").await;
    practice.check("power cuts");
    practice.end(host, "power cuts").await;
}

/// The control: where nothing is synced, what the host said to be on disk is not. If this finds
/// no fault, the test above proves nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_sync_a_power_cut_breaks_what_is_promised() {
    let practice = Practice::new(79, 1).await;
    let Some(machine) = Machine::of(&practice.site) else { return };
    let Some(shim) = Shim::of(&practice.site) else { return };
    shim.order(Orders { sync_millis: -1, ..Orders::default() });
    for round in 0..5 {
        practice.change(&mut chance(round), 20);
        let host = practice.site.start_with(&shim.variables()).await;
        within("attempts", practice.receivers[0].wait_until(|all| all.len() >= 20)).await;
        machine.cut();
        host.kill().await;
        machine.restart().await;
        if is_broken(&practice).await {
            return;
        }
    }
    panic!("without a sync all that was promised held: the cut does not cut");
}

/// Whether the host does not even start, or tells what it had told in other words.
async fn is_broken(practice: &Practice) -> bool {
    let letters = practice.site.rounds(&["dead", "list"]).await;
    if letters.code != Some(0) {
        return true;
    }
    let host = practice.site.start().await;
    practice.all_arrive("the control").await;
    host.stop().await;
    practice.is_wrong()
}
