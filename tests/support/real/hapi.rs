//! A real FHIR R4 server: HAPI's with its database, the engine behind many.
//!
//! It takes its time to start and its memory, so there is one for all tests of a process, who have it in
//! turns. It ends with the process, and removes its data as it does.

use std::{ops::Deref, time::Duration};

use tokio::sync::{Mutex, MutexGuard};

use super::{
    folder::Folder,
    install::{self, java_missing},
    process::Process,
    rest::Rest,
};
use crate::support::skipped;

/// The variable with which a machine without a JDK fails the tests that need one.
const DEMAND: &str = "ROUNDS_DEMAND_JDK";

/// How long it may take to start, on a machine that is busy with compiling.
const START: Duration = Duration::from_secs(300);

static SERVER: Mutex<Option<Server>> = Mutex::const_new(None);

/// A turn at the HAPI server, with all that earlier turns left there.
pub(crate) struct Hapi {
    server: MutexGuard<'static, Option<Server>>,
    rest: Rest,
}

struct Server {
    /// `None` while it is down.
    process: Option<Process>,
    port: u16,
    folder: Folder,
}

impl Hapi {
    /// Waits for a turn; starts it where nobody has. `None` where this machine has no JDK, which is said
    /// aloud, or fails where `ROUNDS_DEMAND_JDK` is set.
    pub(crate) async fn turn() -> Option<Self> {
        if let Some(missing) = java_missing() {
            assert!(std::env::var_os(DEMAND).is_none(), "{missing}");
            skipped(missing);
            return None;
        }
        let mut server = SERVER.lock().await;
        if server.is_none() {
            *server = Some(Server::start(None, 0).await);
        }
        let port = server.as_ref().map_or(0, |server| server.port);
        Some(Self { server, rest: Rest::new(port, None) })
    }

    /// Kills it, as a crash does. Its records and its port stay.
    pub(crate) fn kill(&mut self) {
        if let Some(server) = self.server.as_mut() {
            server.process = None;
        }
    }

    /// Starts it again on what it stored and where it was.
    pub(crate) async fn start_again(&mut self) {
        let server = self.server.take().expect("a server");
        drop(server.process);
        *self.server = Some(Server::start(Some(server.folder), server.port).await);
    }

    /// What it last wrote, to say in a failure.
    pub(crate) fn log(&self) -> String {
        let process = self.server.as_ref().and_then(|server| server.process.as_ref());
        process.map(Process::log).unwrap_or_default()
    }
}

impl Deref for Hapi {
    type Target = Rest;

    fn deref(&self) -> &Rest {
        &self.rest
    }
}

impl Drop for Hapi {
    fn drop(&mut self) {
        // One that a test left dead has nobody who would remove its data.
        if self.server.as_ref().is_some_and(|server| server.process.is_none()) {
            *self.server = None;
        }
    }
}

impl Server {
    async fn start(folder: Option<Folder>, port: u16) -> Self {
        let mut command = install::hapi();
        let folder = folder.unwrap_or_else(|| Folder::new("hapi"));
        command.arg(&folder.0).arg(port.to_string());
        let process = Process::start_within(START, "HAPI", command).await;
        Self { port: process.port(), process: Some(process), folder }
    }
}
