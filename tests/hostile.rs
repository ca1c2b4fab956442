//! Everything that a hostile connector is known to try, beside connectors that behave: each is
//! stopped with its own error, and nothing of the host or of the others suffers. `HOSTILE.md`
//! beside this file says for each case where it is proven.
//!
//! What no compiler writes is written by hand, in `hostile/component.rs`.

mod canary;
mod component;
mod deadline;
mod files;
mod footprint;
mod fuzz;
mod guests;
mod vanished;
mod wasi;

use std::{
    fs::{File, create_dir},
    os::unix::fs::symlink,
};

use rounds::{practice::Receiver, status::Report};
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

use self::{
    component::{NOWHERE, Odd},
    footprint::Footprint,
    guests::Guest,
};
use crate::{
    bad_connectors::{COLLECTS, POLLS},
    support::{
        Clinic, Line, Rounds, Running, Site, assert_fits, connection, destination, eventually,
        fits, has_panicked, listener, receiver, skipped, within,
    },
};

const HOST: &str = "\
[host]
admin = \"127.0.0.1:0\"
log = \"json\"
connector_log = true
limits = { guest_memory = \"64MiB\", answer_body = \"4MiB\", guest_wall = \"6s\", poll_pages = 20 }

";

/// Files that cannot be copied in.
const UNFIT: [(&str, &str); 6] = [
    ("huge", "is larger than 256 MiB, more than a connector may be"),
    ("pipe", "is no plain file"),
    ("socket", "is no plain file"),
    ("device", "is no plain file"),
    ("link", "cannot be read*"),
    ("folder", "is a folder, not a connector's file"),
];

/// Puts them into the folder; answers which this user may not make.
fn put_unfit(site: &Site) -> Option<&'static str> {
    let at = |name: &str| site.path(&format!("connectors/{name}.wasm"));
    File::create(at("huge")).unwrap().set_len(257 << 20).unwrap();
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(CWD, at("pipe"), FileType::Fifo, mode, 0).unwrap();
    mknodat(CWD, at("socket"), FileType::Socket, mode, 0).unwrap();
    symlink(at("nowhere"), at("link")).unwrap();
    create_dir(at("folder")).unwrap();
    // The one of zeroes without end.
    let made = mknodat(CWD, at("device"), FileType::CharacterDevice, mode, makedev(1, 5));
    made.err().map(|_| {
        skipped("this user may not make a device; run it as root");
        "device"
    })
}

#[tokio::test]
async fn a_file_that_does_harm_as_it_is_loaded_is_told_and_the_others_go_on() {
    let site = Site::new(&["plain"]).await;
    site.share_cache();
    let files = files::all();
    for (name, bytes, _) in &files {
        site.write(&format!("connectors/{name}.wasm"), bytes);
    }
    let missing = put_unfit(&site);
    site.write("connectors/padded.wasm", files::padded("padded", 64 << 20));
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    let wards = ["plain", "padded"].map(|name| connection(name, name, clinic.url(), "")).concat();
    site.configure(&(HOST.to_owned() + &wards + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let refused = host.status().await.refused;
    let told = |name: &str| refused.get(&format!("{name}.wasm")).cloned().unwrap_or_default();
    let made = files.iter().map(|(name, _, pattern)| (*name, *pattern, told(name)));
    let found = UNFIT.into_iter().filter(|(name, _)| Some(*name) != missing);
    let found = found.map(|(name, pattern)| (name, pattern, told(name)));
    let told = made.chain(found);
    let unlike = |(_, pattern, told): &(&str, &str, String)| !fits(&format!("*{pattern}"), told);
    let wrong: Vec<_> = told.filter(unlike).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\nof {refused:#?}");
    clinic.book(1);
    within("a notification", receiver.wait_for(1)).await;
    host.poll(&["padded/appointments"]).await;
    assert_eq!(host.status().await.tasks["padded/appointments"].error, None);
    assert!(!has_panicked(&host.log()), "{}", host.log());
}

/// How many wards behave beside all that do not.
const WARDS: usize = 3;
/// Rounds of all polls until the host has what it needs, and those after which it has no more.
const WARM: usize = 2;
const ROUNDS: usize = 3;

/// A host with every guest that does harm in a call, and wards beside them that behave.
struct Ward {
    clinic: Running<Clinic>,
    app: Running<Receiver>,
}

/// The connections' names: those of `bad_connectors`, and those made by hand.
fn polled(odd: &[Guest]) -> Vec<(&'static str, &'static str)> {
    POLLS.into_iter().chain(odd.iter().map(|(name, told, _)| (*name, *told))).collect()
}

fn collected(odd: &[Guest]) -> Vec<(&'static str, &'static str)> {
    COLLECTS.into_iter().chain(odd.iter().map(|(name, told, _)| (*name, *told))).collect()
}

#[tokio::test]
async fn guests_that_do_harm_take_nothing_of_the_host_and_nothing_of_the_others() {
    let (polls, collects) = (guests::all(), guests::collecting());
    let odd = [polls.as_slice(), &collects].concat();
    let site = Site::new(&built()).await;
    site.share_cache();
    for (name, _, spoil) in &odd {
        let mut guest = Odd::new(name);
        spoil(&mut guest);
        site.write(&format!("connectors/{name}.wasm"), guest.encode());
    }
    site.write("connectors/odd.wasm", Odd::new("odd").encode());
    let (polls, collects) = (polled(&polls), collected(&collects));
    let clinic = Clinic::start().await;
    clinic.book(1);
    let mut wards = Vec::new();
    for _ in 0..WARDS {
        wards.push(Ward { clinic: Clinic::start().await, app: receiver().await });
    }
    let names = polls.iter().chain(&collects).map(|(name, _)| *name).chain(["odd"]);
    let names: Vec<_> = names.collect();
    site.configure(&configuration(&names, &clinic, &wards));
    let host = site.start().await;

    assert_told(&host, &polls, &collects).await;
    let tasks: Vec<_> = names.iter().map(|name| format!("{name}/appointments")).collect();
    let tasks: Vec<_> = tasks.iter().map(String::as_str).collect();
    for round in 1..=WARM {
        all_polled(&host, &tasks, &wards, round).await;
    }
    let before = Footprint::of(host.id());
    for round in WARM + 1..=WARM + ROUNDS {
        all_polled(&host, &tasks, &wards, round).await;
    }
    let after = Footprint::of(host.id());
    eprintln!("before {before:?}, after {after:?}");
    // Beside other tests more polls overlap by chance: alone it is 5 % at most.
    assert!(after.resident * 100 <= before.resident * 110, "before {before:?}, after {after:?}");
    let now = || Footprint::of(host.id());
    let story = async || format!("before {before:?}, after {:?}", now());
    let is_back = |now: Footprint| now.threads <= before.threads && now.open <= before.open;
    let back = async || is_back(now()).then_some(());
    eventually("as few threads and open files as before", back, story).await;
    assert_told(&host, &polls, &collects).await;
    assert!(!has_panicked(&host.log()), "{}", host.log());
}

/// The guests that are built from Rust.
fn built() -> Vec<&'static str> {
    POLLS.iter().chain(&COLLECTS).map(|(name, _)| *name).chain(["plain"]).collect()
}

fn configuration(names: &[&str], clinic: &Clinic, wards: &[Ward]) -> String {
    let mut text = HOST.to_owned();
    for name in names {
        text += &connection(name, name, clinic.url(), "");
    }
    for (number, ward) in wards.iter().enumerate() {
        let name = format!("ward-{number}");
        text += &connection(&name, "plain", ward.clinic.url(), "");
        let only = format!("connections = [\"{name}\"]");
        text += &destination(&format!("app-{number}"), ward.app.url(), &only);
    }
    text
}

/// Every guest is told by its error, and the one that nothing was spoilt of by none.
async fn assert_told(host: &Rounds, polls: &[(&str, &str)], collects: &[(&str, &str)]) {
    let is_polled = |report: &Report| {
        let task = |name: &str| report.tasks.get(&format!("{name}/appointments"));
        polls.iter().all(|(name, _)| task(name).is_some_and(|it| it.polls > 0)).then_some(())
    };
    host.wait_for("a poll of every guest", is_polled).await;
    let report = host.status().await;
    let error = |name: &str| report.tasks[&format!("{name}/appointments")].error.clone();
    let told = polls.iter().map(|(name, pattern)| (*name, *pattern, error(name)));
    let unlike = |(_, pattern, told): &(&str, &str, Option<String>)| {
        !fits(pattern, told.as_deref().unwrap_or_default())
    };
    let wrong: Vec<_> = told.filter(unlike).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(error("odd"), None);
    for (name, pattern) in collects {
        let failed = |line: &Line| line.text("connection") == *name && line.has("error");
        let line = host.wait_for_log(&format!("a failure of {name}"), failed).await;
        assert_fits(pattern, line.text("error"));
    }
}

/// Has all that do harm polled once more, while every ward has something to tell, and does.
async fn all_polled(host: &Rounds, tasks: &[&str], wards: &[Ward], round: usize) {
    wards.iter().for_each(|ward| drop(ward.clinic.book(7)));
    let told = async {
        for ward in wards {
            within("a ward's notification", ward.app.wait_for(round)).await;
        }
    };
    tokio::join!(host.poll(tasks), told);
    for ward in wards {
        assert_eq!(ward.app.received().len(), round, "something else was told, or twice");
    }
}

#[tokio::test]
async fn answers_that_are_too_much_together_are_told() {
    let site = Site::new(&[]).await;
    let mut odd = Odd::new("collects-all");
    odd.pages = 512;
    odd.describes("collects-all", "GET /patient/*");
    let patient = odd.memory.text("/patient/0");
    odd.asks(0, patient, [NOWHERE, 0]);
    odd.finds_one("1");
    odd.fetches(&(0..32).map(|number| format!("/patient/{number}")).collect::<Vec<_>>());
    site.write("connectors/collects-all.wasm", odd.encode());
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.call_patients(&"x".repeat(3 << 20));
    let ward = connection("ward", "collects-all", clinic.url(), "");
    site.configure(&(HOST.to_owned() + &ward + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let failed = |line: &Line| line.text("connection") == "ward" && line.has("error");
    let line = host.wait_for_log("a failure", failed).await;
    let expected = "collects-all@0.1.0 of connection ward: the limit of answers about one change was reached: 67108864 bytes (host.limits.guest_memory)";
    assert_fits(expected, line.text("error"));
}

#[tokio::test]
async fn polling_waits_where_too_much_is_not_told_yet() {
    let site = Site::new(&["plain"]).await;
    let clinic = Clinic::start().await;
    (0..20).for_each(|_| drop(clinic.book(7)));
    let nobody = listener().await.local_addr().unwrap();
    let head = HOST.replace("limits = ", "max_pending = 5\nlimits = ");
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(head + &ward + &destination("app", &format!("http://{nobody}/"), "")));
    let host = site.start().await;
    let expected = "20 containers and deliveries are under way, of 5 at most (host.max_pending), 20 of which wait for destination app: see its state in `rounds status`; polling goes on when there are fewer";
    host.wait_for_error("ward/appointments", expected).await;
}
