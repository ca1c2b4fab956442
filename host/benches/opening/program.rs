//! The real program on a folder of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{Arguments, SECRET, connector, folder::Folder};

/// Its configuration, connector and data.
pub(crate) struct Site {
    folder: Folder,
    program: PathBuf,
}

/// A host that runs.
pub(crate) struct Program {
    child: Child,
    began: Instant,
    log: PathBuf,
    /// How long until it said that it is ready.
    pub(crate) ready: Duration,
}

impl Site {
    pub(crate) fn new(folder: Folder, program: &Path, receiver: &str) -> Result<Self> {
        let site = Self { folder, program: program.to_owned() };
        fs::create_dir(site.path("connectors"))?;
        fs::copy(connector::build()?, site.path("connectors/fhir-r4.wasm"))?;
        // Nobody listens where the EHR should be: all that is told was found before.
        let text = format!(
            "[host]\ndata = \"data\"\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n\
             [[connection]]\nname = \"practice\"\nconnector = \"fhir-r4\"\n\
             base_url = \"http://127.0.0.1:9/fhir\"\nauth = {{ type = \"none\" }}\n\
             actions = {{ appointments = {{ every = \"1h\" }} }}\n\
             [[destination]]\nname = \"app\"\nurl = \"{receiver}\"\nevents = [\"*\"]\n\
             secret = {{ env = \"ROUNDS_BENCH_SECRET\" }}\n"
        );
        fs::write(site.path("rounds.toml"), text)?;
        Ok(site)
    }

    /// Has a process write containers and die; how long it lived.
    pub(crate) async fn fill(&self, arguments: &Arguments) -> Result<Duration> {
        let began = now();
        let mut command = Command::new(env::current_exe()?);
        command.args(["--containers", &arguments.containers.to_string()]);
        command.args(["--payload", &arguments.payload.to_string()]);
        let ended = command.arg("--fill").arg(self.path("data")).status().await?;
        ensure!(ended.code().is_none(), "it ended with {ended}");
        Ok(began.elapsed())
    }

    /// Starts the program.
    pub(crate) async fn start(&self) -> Result<Program> {
        let log = self.path("log");
        let mut command = Command::new(&self.program);
        command.args(["run", "-c"]).arg(self.path("rounds.toml"));
        command.env("ROUNDS_BENCH_SECRET", SECRET);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(fs::File::create(&log)?);
        let began = now();
        let mut child = command.kill_on_drop(true).spawn()?;
        let output = child.stdout.take().context("its output")?;
        let line = BufReader::new(output).lines().next_line().await?;
        line.with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
        Ok(Program { child, began, log, ready: began.elapsed() })
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.0.join(below)
    }
}

impl Program {
    /// How long ago it was started.
    pub(crate) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// Kills it; what it said of its store.
    pub(crate) async fn kill(mut self) -> Result<String> {
        self.child.kill().await?;
        let log = fs::read_to_string(&self.log)?;
        let line = log.lines().find(|line| line.contains("store opened"));
        Ok(line.context("it opened its store")?.to_owned())
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures by the machine's clock")]
fn now() -> Instant {
    Instant::now()
}
