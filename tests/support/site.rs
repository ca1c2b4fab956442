//! A folder of a test's own, with a configuration, connectors and data in it.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt, symlink},
    path::{Path, PathBuf},
    process::{self, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use tokio::{
    process::Command,
    sync::{OwnedSemaphorePermit, Semaphore},
};

use super::{
    connectors,
    rounds::{Ended, Rounds},
    servers::SECRET,
    wait::within,
};

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_rounds");

/// How many tests with hosts run side by side: two cores do not carry more in good time.
const SITES: usize = 2;

/// The variable with where commands keep what they compiled.
pub(crate) const CACHE_HOME: &str = "XDG_CACHE_HOME";

/// What every host here is told, unless a test writes `[host]` itself.
const HOST: &str = "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n";

/// A folder with all that a host needs. Removed with the value.
pub(crate) struct Site {
    folder: PathBuf,
    _room: OwnedSemaphorePermit,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it answered.
    pub(crate) out: String,
    /// What it said about its work.
    pub(crate) error: String,
}

impl Said {
    /// The answer's JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Site {
    /// An empty folder with these connectors. Waits while there are too many others.
    pub(crate) async fn new(connectors: &[&str]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        static ROOM: std::sync::OnceLock<Arc<Semaphore>> = std::sync::OnceLock::new();
        let room = ROOM.get_or_init(|| Arc::new(Semaphore::new(SITES)));
        let room = Arc::clone(room).acquire_owned().await.expect("never closed");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("site-{}-{number}", process::id());
        let site = Self { folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), _room: room };
        fs::create_dir_all(site.path("connectors")).unwrap();
        for name in connectors {
            let file = site.path("connectors").join(format!("{name}.wasm"));
            fs::copy(connectors::file(name), file).unwrap();
        }
        site
    }

    /// A path within.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).unwrap();
    }

    /// Has hosts here know what commands compiled, and keep what they compile beside it.
    pub(crate) fn share_cache(&self) {
        let shared = cache_home().join("rounds");
        DirBuilder::new().recursive(true).mode(0o700).create(&shared).unwrap();
        fs::create_dir_all(self.path("data")).unwrap();
        symlink(shared, self.path("data/cache")).unwrap();
    }

    /// Writes the configuration, with a `[host]` where the text has none.
    pub(crate) fn configure(&self, text: &str) {
        let host = if text.contains("[host]") { "" } else { HOST };
        self.write("rounds.toml", format!("{host}{text}"));
    }

    /// Starts the host and waits until it is ready.
    pub(crate) async fn start(&self) -> Rounds {
        self.start_with(&[]).await
    }

    /// Starts the host with these variables, too.
    pub(crate) async fn start_with(&self, variables: &[(&str, &str)]) -> Rounds {
        let mut command = self.command(&["run"]);
        command.envs(variables.iter().copied());
        Rounds::start(command).await
    }

    /// Starts the host with these variables, and its log to another place.
    pub(crate) async fn start_with_log(
        &self,
        log: impl Into<Stdio>,
        variables: &[(&str, &str)],
    ) -> Rounds {
        let mut command = self.command(&["run"]);
        command.envs(variables.iter().copied());
        Rounds::start_with_log(command, log.into()).await
    }

    /// Starts the host; how it ended where it never was ready.
    pub(crate) async fn try_start(&self) -> Result<Rounds, Ended> {
        Rounds::try_start(self.command(&["run"])).await
    }

    /// Runs a command to its end.
    pub(crate) async fn rounds(&self, arguments: &[&str]) -> Said {
        self.rounds_with(arguments, &[]).await
    }

    /// Runs a command with these variables, too.
    pub(crate) async fn rounds_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        let running = command.kill_on_drop(true).stdin(Stdio::null()).output();
        let output = within(&format!("the end of rounds {arguments:?}"), running).await;
        let output = output.expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        Said { code: output.status.code(), out: text(&output.stdout), error: text(&output.stderr) }
    }

    /// A command in the folder, not started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments);
        self.within(command)
    }

    /// Starts the host by a command that ends with running what is behind it.
    pub(crate) async fn start_by(&self, by: &str, arguments: &[&str]) -> Rounds {
        let mut command = Command::new(by);
        command.args(arguments).args([PROGRAM, "run"]);
        Rounds::start(self.within(command)).await
    }

    fn within(&self, mut command: Command) -> Command {
        command.current_dir(&self.folder);
        command.env("ROUNDS_SECRET", SECRET).env("NO_COLOR", "1").env_remove("RUST_LOG");
        command.env(CACHE_HOME, cache_home());
        command
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Fails where a host that a test forgot still writes; the next `cargo clean` has it.
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// Where the commands of all tests keep what they compiled.
pub(crate) fn cache_home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// Whether a program's log tells of a panic of its own.
pub(crate) fn has_panicked(log: &str) -> bool {
    log.lines().any(|line| line.starts_with("thread '"))
}

/// A connection whose appointments are polled every second.
pub(crate) fn connection(name: &str, connector: &str, url: &str, further: &str) -> String {
    format!(
        "[[connection]]\nname = \"{name}\"\nconnector = \"{connector}\"\nbase_url = \"{url}\"\n\
         {further}\nactions = {{ appointments = {{ every = \"1s\" }} }}\n\n"
    )
}

/// A destination that signs with [`SECRET`].
pub(crate) fn destination(name: &str, url: &str, further: &str) -> String {
    format!(
        "[[destination]]\nname = \"{name}\"\nurl = \"{url}\"\n\
         secret = {{ env = \"ROUNDS_SECRET\" }}\n{further}\n\n"
    )
}
