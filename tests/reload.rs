//! Connectors that come, change and go while the real host polls with them.

mod back;
mod blame;

use std::{fs, os::unix::fs::symlink, path::Path};

use rounds::practice::{Received, Receiver};
use serde_json::Value;

use crate::support::{
    Clinic, Line, Rounds, Running, Site, assert_fits, connection, destination, fits, guest,
    receiver, within,
};

const TASK: &str = "ward/appointments";

/// A host that polls a clinic with `plain`, version 0.1.0, and has told of one appointment.
struct Ward {
    clinic: Running<Clinic>,
    receiver: Running<Receiver>,
    site: Site,
    host: Rounds,
}

impl Ward {
    async fn new(further: &str) -> Self {
        Self::that_polls("every = \"1s\"", further).await
    }

    async fn that_polls(cadence: &str, further: &str) -> Self {
        let ward = Self::start(cadence, further).await;
        assert_eq!(ward.told_of_another().await, "plain@0.1.0");
        ward
    }

    /// One that polls when it is told to, so that what is on trial proves itself when it is to.
    async fn that_waits(further: &str) -> Self {
        let ward = Self::start("every = \"1h\"", further).await;
        ward.clinic.book(7);
        ward.host.poll(&[TASK]).await;
        within("a notification", ward.receiver.wait_for(1)).await;
        ward
    }

    async fn start(cadence: &str, further: &str) -> Self {
        let (clinic, receiver) = (Clinic::start().await, receiver().await);
        let site = Site::new(&["plain"]).await;
        let host = "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n";
        let connection = connection("ward", "plain", clinic.url(), "");
        let connection = connection.replace("every = \"1s\"", cadence);
        let destination = destination("app", receiver.url(), "");
        site.configure(&format!("{host}{further}\n{connection}{destination}"));
        let host = site.start().await;
        Self { clinic, receiver, site, host }
    }

    /// The same site and clinic with another host, after something was done to the site.
    async fn restarted(self, meanwhile: impl FnOnce(&Site)) -> Self {
        let Self { clinic, receiver, site, host } = self;
        host.stop().await;
        meanwhile(&site);
        let host = site.start().await;
        Self { clinic, receiver, site, host }
    }

    /// Puts a guest where `plain` is, in one step.
    fn offer(&self, name: &str) {
        self.place(&fs::read(guest(name)).unwrap(), "plain.wasm");
    }

    fn place(&self, bytes: &[u8], file: &str) {
        self.site.write("connectors/draft", bytes);
        fs::rename(self.site.path("connectors/draft"), self.file(file)).unwrap();
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.site.path("connectors").join(name)
    }

    async fn wait_for_version(&self, version: &str) {
        let serves = |report: &rounds::status::Report| {
            (report.connectors.get("plain")?.version == version).then_some(())
        };
        self.host.wait_for(version, serves).await;
    }

    /// Books an appointment and waits until it was told; by which connector.
    async fn told_of_another(&self) -> String {
        let number = self.receiver.received().len() + 1;
        self.clinic.book(7);
        within("a notification", self.receiver.wait_for(number)).await;
        by(self.receiver.received().last().unwrap())
    }

    /// Waits until a file is refused in words that fit.
    async fn refused(&self, file: &str, pattern: &str) {
        let refused = |report: &rounds::status::Report| {
            fits(pattern, report.refused.get(file)?).then_some(())
        };
        self.host.wait_for(&format!("{file}: {pattern}"), refused).await;
        assert_eq!(self.told_of_another().await, "plain@0.1.0", "{pattern}: the old one polls");
    }

    /// Puts all as it was.
    async fn restore(&self, other: &str) {
        let path = self.file(other);
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir(&path)
        } else {
            fs::remove_file(&path)
        }
        .unwrap();
        self.offer("plain");
        let well = |report: &rounds::status::Report| {
            let held = report.connectors.get("plain")?.error.is_some();
            (report.refused.is_empty() && !held).then_some(())
        };
        self.host.wait_for("nothing refused", well).await;
    }
}

fn by(received: &Received) -> String {
    let told: Value = serde_json::from_slice(&received.body).unwrap();
    told["meta"]["connector"].as_str().unwrap().to_owned()
}

fn records(receiver: &Receiver) -> Vec<u64> {
    let record = |it: &Received| it.arrival().unwrap().record.parse().unwrap();
    receiver.attempts().iter().map(record).collect()
}

#[tokio::test]
async fn a_new_version_polls_on_from_where_the_old_one_stood() {
    let ward = Ward::new("").await;
    ward.offer("next");
    ward.wait_for_version("0.2.0").await;
    assert_eq!(ward.told_of_another().await, "plain@0.2.0");
    assert_eq!(records(&ward.receiver), [1, 2], "each once");
    let status = ward.site.rounds(&["status", "--admin", &ward.host.address()]).await;
    assert_fits("*plain*0.2.0*on trial against 0.1.0*", &status.out);
    ward.host.wait_for_polls(TASK, 3).await;
    let proven = |report: &rounds::status::Report| {
        report.connectors.get("plain")?.on_trial_against.is_none().then_some(())
    };
    ward.host.wait_for("the end of the trial", proven).await;
    ward.host.stop().await;
}

#[tokio::test]
async fn what_is_rolled_back_keeps_no_turn_at_the_ehr() {
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    let site = Site::new(&["plain"]).await;
    // Polled when it is told to be: its next version proves itself at nothing else.
    let connection = connection("ward", "plain", clinic.url(), "").replace("\"1s\"", "\"1h\"");
    site.configure(&(connection + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let ward = Ward { clinic, receiver, site, host };
    // Found by the one, and collected by the other.
    ward.clinic.forget_patient(Some(7));
    ward.clinic.book(7);
    ward.host.poll(&[TASK]).await;
    let failed = |line: &Line| line.text("message").contains("could not be collected");
    ward.host.wait_for_log("a failure", failed).await;
    ward.offer("next-asks-too-much");
    let is_offered = |report: &rounds::status::Report| {
        let plain = report.connectors.get("plain")?;
        (plain.version == "0.2.0" || plain.error.is_some()).then_some(())
    };
    ward.host.wait_for("its next version", is_offered).await;
    ward.clinic.forget_patient(None);
    within("its notification", ward.receiver.wait_for(1)).await;
    assert_eq!(by(&ward.receiver.received()[0]), "plain@0.1.0");
    let why = ward.host.status().await.connectors["plain"].error.clone().unwrap_or_default();
    assert_fits("*declares no GET*", &why);
}

#[tokio::test]
async fn what_fails_is_rolled_back_with_the_cursor_from_before() {
    for (name, why) in [
        ("next-traps", "*panicked*this version never worked*"),
        ("next-cannot-map", "*this version never worked*"),
        ("next-refuses-all", "*it says so*"),
    ] {
        let ward = Ward::new("").await;
        ward.offer(name);
        // It has something to fail at, whenever it comes into service.
        let mut booked = 1;
        let failed = |report: &rounds::status::Report| {
            let plain = report.connectors.get("plain")?;
            let why = plain.error.as_ref().filter(|why| why.contains("rolled back"));
            if why.is_none() {
                booked = ward.clinic.book(7).parse().unwrap();
            }
            Some((plain.version.clone(), why?.clone()))
        };
        let (version, told) = ward.host.wait_for("a rolling back", failed).await;
        assert_eq!(version, "0.1.0");
        assert_fits(why, &told);
        within("all notifications", ward.receiver.wait_for(booked)).await;
        let expected: Vec<u64> = (1..=booked as u64).collect();
        assert_eq!(records(&ward.receiver), expected, "{name}: each once, in order");
        assert_eq!(
            ward.site
                .rounds(&["dead", "list", "--json", "--admin", &ward.host.address()])
                .await
                .json()
                .as_array()
                .map(Vec::len),
            Some(0),
            "{name}"
        );
        // Nobody falls for it again: not the running host, and not the next.
        let ward = ward.restarted(|_| {}).await;
        assert_eq!(ward.told_of_another().await, "plain@0.1.0", "{name}: after a restart");
        ward.offer("next");
        ward.wait_for_version("0.2.0").await;
        ward.host.stop().await;
    }
}

/// A host whose `next` misses changes: it moved the cursor past one.
async fn blinded() -> Ward {
    let ward = Ward::that_waits("").await;
    ward.offer("next-misses-changes");
    ward.wait_for_version("0.2.0").await;
    ward.clinic.book(7);
    ward.host.poll(&[TASK]).await;
    assert_eq!(ward.receiver.received().len(), 1, "it was missed");
    ward
}

#[tokio::test]
async fn what_is_put_back_by_hand_takes_its_tasks_back() {
    let ward = blinded().await;
    ward.offer("plain");
    ward.wait_for_version("0.1.0").await;
    let plain = ward.host.status().await.connectors["plain"].clone();
    assert_eq!((plain.on_trial_against, plain.error), (None, None), "it has nothing to prove");
    ward.host.poll(&[TASK]).await;
    within("what was missed", ward.receiver.wait_for(2)).await;
    assert_eq!(records(&ward.receiver), [1, 2], "each once");
    // Who puts the other in its place again means it.
    ward.offer("next-misses-changes");
    ward.wait_for_version("0.2.0").await;
    ward.host.stop().await;
}

#[tokio::test]
async fn what_is_put_back_while_no_host_runs_takes_its_tasks_back() {
    let put_back = |site: &Site| {
        fs::copy(guest("plain"), site.path("connectors/plain.wasm")).unwrap();
    };
    let ward = blinded().await.restarted(put_back).await;
    let plain = ward.host.status().await.connectors["plain"].clone();
    assert_eq!((plain.version.as_str(), plain.on_trial_against), ("0.1.0", None));
    ward.host.poll(&[TASK]).await;
    within("what was missed", ward.receiver.wait_for(2)).await;
    assert_eq!(records(&ward.receiver), [1, 2], "each once");
    ward.host.stop().await;
}

#[tokio::test]
async fn an_outage_of_the_ehr_rolls_nothing_back() {
    let ward = Ward::new("").await;
    ward.offer("next");
    ward.wait_for_version("0.2.0").await;
    ward.clinic.answer(Some(500));
    ward.host.wait_for_error(TASK, "*500*").await;
    ward.clinic.answer(None);
    ward.host.poll(&[TASK]).await;
    assert_eq!(ward.told_of_another().await, "plain@0.2.0");
    ward.host.stop().await;
}

#[tokio::test]
async fn a_file_that_may_not_be_in_service_leaves_the_old_one_polling() {
    let ward = Ward::new("").await;
    let next = fs::read(guest("next")).unwrap();
    let plain = fs::read(guest("plain")).unwrap();

    fs::write(ward.file("plain.wasm"), &next[..next.len() / 2]).unwrap();
    ward.refused(
        "plain.wasm",
        "*plain.wasm: ends in the middle, as a file does that is still being copied*",
    )
    .await;
    fs::write(ward.file("plain.wasm"), &next).unwrap();
    ward.wait_for_version("0.2.0").await;
    ward.host.stop().await;

    let ward = Ward::new("").await;
    ward.place(b"", "plain.wasm");
    ward.refused("plain.wasm", "*is an empty file*").await;
    ward.place(&plain, "plain.wasm");

    symlink("nowhere.wasm", ward.file("link.wasm")).unwrap();
    ward.refused("link.wasm", "*cannot be read*").await;
    ward.restore("link.wasm").await;

    fs::create_dir(ward.file("folder.wasm")).unwrap();
    ward.refused("folder.wasm", "*is a folder*").await;
    ward.restore("folder.wasm").await;

    ward.place(&next, "twin.wasm");
    ward.refused("twin.wasm", "*plain.wasm has the connector `plain` already; remove one of them*")
        .await;
    ward.restore("twin.wasm").await;

    for (name, pattern) in [
        ("older", "plain@0.0.9: *older than 0.1.0*host.trust.allow_older*"),
        ("next-wants-setting", "plain@0.2.0 does not fit*settings: `site` is missing*"),
        ("next-without-action", "plain@0.2.0 does not fit*has no action `appointments`*"),
        ("no-action", "*its manifest is wrong: it declares no action*"),
        ("forbidden-import", "*imports acme:tools/shell@1.0.0*"),
        ("unknown-contract", "*built against rounds:connector@0.9.0*"),
    ] {
        ward.offer(name);
        ward.refused("plain.wasm", pattern).await;
    }

    // Another connector under the file's name: what was there stays.
    ward.offer("bad-schema");
    ward.refused("plain.wasm", "*its settings schema is no JSON*").await;
    ward.offer("panics");
    ward.host
        .wait_for_log("the renaming", |line| line.text("message").contains("another connector"))
        .await;
    assert_eq!(ward.told_of_another().await, "plain@0.1.0");
    let log = ward.host.stop().await.log;
    assert!(!crate::support::has_panicked(&log), "{log}");
}

#[tokio::test]
async fn what_compiles_for_too_long_or_into_too_much_is_stopped() {
    let bomb = component_of(&slow(8, 2_000_000));
    for (limits, told) in [
        (
            "{ compile_time = \"20s\", compile_memory = \"16GiB\" }",
            "*it took longer than 20s (host.limits.compile_time)*",
        ),
        (
            "{ compile_memory = \"512MiB\" }",
            "*it needs more than 512 MiB of memory (host.limits.compile_memory)*",
        ),
    ] {
        let ward = Ward::new(&format!("limits = {limits}")).await;
        ward.place(&bomb, "plain.wasm");
        // Polls go on meanwhile.
        assert_eq!(ward.told_of_another().await, "plain@0.1.0");
        ward.refused("plain.wasm", told).await;
        ward.host.stop().await;
    }
}

#[tokio::test]
async fn a_file_that_is_gone_changes_nothing_also_after_a_restart() {
    let ward = Ward::new("").await;
    fs::remove_file(ward.file("plain.wasm")).unwrap();
    ward.host
        .wait_for_log("the file's absence", |line| {
            line.text("message").contains("its file is gone")
        })
        .await;
    assert_eq!(ward.told_of_another().await, "plain@0.1.0");
    let ward = ward.restarted(|_| {}).await;
    assert_eq!(ward.told_of_another().await, "plain@0.1.0");
    ward.host.stop().await;
}

/// How often; each is a whole swap that was seen.
const SWAPS: u64 = 1000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_swaps_under_load_lose_and_repeat_nothing() {
    // Without what is read again for what came late, which grows with what is booked.
    let cadence = "every = \"1s\", late = \"0s\"";
    let ward = Ward::that_polls(cadence, "trust = { allow_older = [\"plain\"] }").await;
    let versions = [("next", "0.2.0"), ("plain", "0.1.0")];
    let mut before = 0;
    for swap in 0..SWAPS {
        let (name, version) = versions[usize::from(swap % 2 == 1)];
        ward.offer(name);
        ward.clinic.book(swap % 10);
        ward.wait_for_version(version).await;
        if swap == SWAPS / 10 {
            before = resident(&ward.host);
        }
    }
    within("all notifications", ward.receiver.wait_for(SWAPS as usize + 1)).await;
    let told = records(&ward.receiver);
    assert_eq!(told.len() as u64, SWAPS + 1, "each once");
    let of = |patient: u64| told.iter().filter(move |id| (**id + 8) % 10 == patient);
    for patient in 0..10 {
        assert!(of(patient).is_sorted(), "patient {patient}: in order");
    }
    let after = resident(&ward.host);
    assert!(after < before + (8 << 10), "{before} KiB after a tenth, {after} KiB after all");
    let log = ward.host.stop().await.log;
    assert!(!log.contains("rolled back"), "{log}");
}

/// Kilobytes of a process in memory.
fn resident(host: &Rounds) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(host.id().to_string()).join("status"));
    let status = status.unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A core module of functions that add so many times each.
fn slow(functions: usize, times: usize) -> Vec<u8> {
    let mut body = vec![0, 0x20, 0];
    for _ in 0..times {
        body.extend([0x20, 0, 0x6a]);
    }
    body.push(0x0b);
    let body = [leb(body.len()), body].concat();
    let types = vec![0; functions];
    let sections = [
        section(1, &[1, 0x60, 1, 0x7f, 1, 0x7f]),
        section(3, &[leb(functions), types].concat()),
        section(10, &[leb(functions), body.repeat(functions)].concat()),
    ];
    [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
}

fn component_of(module: &[u8]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".to_vec(), section(1, module)].concat()
}

fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    [vec![id], leb(contents.len()), contents.to_vec()].concat()
}

/// A number in WebAssembly's LEB128.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
