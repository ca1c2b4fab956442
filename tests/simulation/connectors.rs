//! The simulated EHR's connector in three releases, the last of which fails: real guests, compiled
//! once a process.

use std::{fs, sync::OnceLock};

use rounds::{
    config::Limits,
    connector::{Compiler, Connector, Engine},
};

use crate::support;

const NAMES: [&str; 3] = ["simulated", "simulated-next", "simulated-broken"];

/// The one that fails.
pub(super) const BROKEN: usize = 2;

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

async fn load() -> Vec<Connector> {
    let engine = Engine::untimed(&Limits::default(), GUESTS, None, Compiler::default()).unwrap();
    let mut loaded = Vec::new();
    for name in NAMES {
        let bytes = fs::read(support::guest(name)).unwrap();
        loaded.push(Connector::from_bytes(&engine, name, bytes.into()).await.unwrap());
    }
    loaded
}
