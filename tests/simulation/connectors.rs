//! The simulated EHRs' connector in four releases, the last two of which fail: real guests,
//! compiled once a process.

use std::{fs, sync::OnceLock};

use rounds::{
    config::Limits,
    connector::{Compiler, Connector, Engine},
};

use super::mutants::Mutant;
use crate::support;

const NAMES: [&str; 4] = ["simulated", "simulated-next", "simulated-broken", "simulated-blind"];

/// What there is for a good one.
pub(super) const NEXT: usize = 1;

/// The one that fails at some entries.
pub(super) const BROKEN: usize = 2;

/// The one that leaves entries out, until it fails.
pub(super) const BLIND: usize = 3;

/// Guests at once, of all worlds that run side by side: none ever waits for another's.
const GUESTS: usize = 64;

/// All of them.
pub(super) fn all() -> &'static [Connector] {
    static LOADED: OnceLock<Vec<Connector>> = OnceLock::new();
    LOADED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(load())
    })
}

/// As a world has them.
pub(super) fn of(mutant: Option<Mutant>) -> Vec<Connector> {
    match mutant {
        Some(Mutant::ReusesInstances) => all().iter().map(Connector::reusing).collect(),
        _ => all().to_vec(),
    }
}

async fn load() -> Vec<Connector> {
    let engine = Engine::untimed(&Limits::default(), GUESTS, None, Compiler::default()).unwrap();
    let mut loaded = Vec::new();
    for name in NAMES {
        let bytes = fs::read(support::guest(name)).unwrap();
        loaded.push(Connector::from_bytes(&engine, name, bytes.into()).await.unwrap());
    }
    loaded
}
