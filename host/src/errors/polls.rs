//! Why a poll ends early, and what the store has to say.

use std::io;

use super::{Row, row};
use crate::{
    connector::{Failure, Fault},
    host,
    poll::Error,
    store,
};

const RELOAD: &str = "tests/reload.rs";
const DISKS: &str = "tests/bad_disks.rs";
const SEAL: &str = "host/src/store/sled/tests/seal.rs";

fn ended(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Fault(_) | Error::Egress(_) | Error::Store(_) | Error::Unknown(_) => ("", ""),
        Error::Anew(_) => ("tests/listings.rs", "the listing is read anew"),
        Error::Stuck { .. } => ("tests/bad_connectors.rs", "asks for more from a cursor where it"),
        Error::Unread { .. } => ("tests/answers.rs", "rounds answer bury"),
        Error::Fenced => ("tests/simulation/mutants.rs", "NoFence"),
        Error::RolledBack(_) => (RELOAD, "what_fails_is_rolled_back_with_the_cursor_from_before"),
        Error::Replaced => (RELOAD, "a_thousand_swaps_under_load_lose_and_repeat_nothing"),
        Error::HeldBack { .. } => ("tests/hostile.rs", "containers and deliveries are under way"),
    }
}

pub(super) fn rows() -> Vec<Row> {
    let odd = || Fault::Failure(Failure::UnexpectedResponse("…".into()));
    let task = crate::model::TaskId { connection: "ward".into(), action: "orders".into() };
    let errors = [
        Error::Anew(odd()),
        Error::Stuck { page: 3 },
        Error::Unread { task, why: Box::new(odd().into()) },
        Error::Fenced,
        Error::RolledBack("…".into()),
        Error::Replaced,
        Error::HeldBack {
            pending: 100_000,
            limit: 100_000,
            most: Some(("warehouse".into(), 99_000)),
        },
    ];
    let rows = errors.iter().map(|error| {
        let (file, needle) = ended(error);
        row(error, file, needle)
    });
    rows.collect()
}

fn kept(error: &store::Error) -> (&'static str, &'static str) {
    use store::Error;
    match error {
        Error::InUse { .. } => (DISKS, "is in use by"),
        Error::Damaged { .. } => (DISKS, "is damaged"),
        Error::Version { .. } => ("host/src/store/sled/tests/damage.rs", "Error::Version"),
        Error::Old { .. } => (SEAL, "Error::Old"),
        Error::Key { .. } => ("tests/keys.rs", "does not open"),
        Error::Unopened { .. } => (SEAL, "Error::Unopened"),
        Error::Full { .. } => (DISKS, "are kept in reserve"),
        Error::Io { .. } => (DISKS, "cannot"),
        Error::Stopped(_) => ("tests/faults/disk.rs", "the store stopped"),
    }
}

pub(super) fn start_and_store() -> Vec<Row> {
    use store::Error;
    let folder = || "data".to_owned();
    let errors = [
        Error::InUse { folder: folder(), holder: "process 4711".into() },
        Error::Damaged { folder: folder(), what: "…".into(), way_out: "…".into() },
        Error::Version { folder: folder(), found: 99, known: 6 },
        Error::Old { folder: folder(), found: 5 },
        Error::Key { folder: folder(), why: "…".into() },
        Error::Unopened { folder: folder() },
        Error::Full { folder: folder(), free: 1 << 20, needed: 64 << 20 },
        Error::Io { action: "write", path: "…".into(), source: io::Error::other("…") },
        Error::Stopped("…".into()),
    ];
    let rows = errors.iter().map(|error| {
        let (file, needle) = kept(error);
        row(error, file, needle)
    });
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 7070));
    let taken = io::Error::from(io::ErrorKind::AddrInUse);
    let admin = host::Error::Admin { address, source: taken };
    rows.chain([row(admin, "tests/admin.rs", "host.admin")]).collect()
}
