//! A folder with a configuration, a connector and a host's data.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::Result;
use tokio::process::Command;

use crate::{folder::Folder, program::Program};

const HOST: &str = r#"
[host]
data = "data"
admin = "127.0.0.1:0"
log = "json"

[[destination]]
name = "nobody"
url = "http://127.0.0.1:9/hooks"
secret = { env = "ROUNDS_BENCH_SECRET" }
events = ["*"]
"#;

/// What a host is started on.
pub(crate) struct Site {
    folder: Folder,
    program: PathBuf,
}

impl Site {
    /// An empty one, but for a connector under this name.
    pub(crate) fn new(program: &Path, name: &str, connector: &Path) -> Result<Self> {
        let folder = Folder::new(&format!("listings-{name}"))?;
        let site = Self { folder, program: program.to_owned() };
        fs::create_dir(site.path("connectors"))?;
        fs::copy(connector, site.path("connectors").join(format!("{name}.wasm")))?;
        Ok(site)
    }

    /// Starts the program on these connections, and waits until it is ready.
    pub(crate) async fn start(&self, connections: &str) -> Result<Program> {
        fs::write(self.path("rounds.toml"), format!("{HOST}{connections}"))?;
        let log = self.path("log");
        let mut command = Command::new(&self.program);
        command.args(["run", "-c"]).arg(self.path("rounds.toml"));
        command.env("ROUNDS_BENCH_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(fs::File::create(&log)?);
        Program::start(command, log).await
    }

    /// Bytes of all files that the host keeps, but what it compiled.
    pub(crate) fn stored(&self) -> io::Result<u64> {
        let mut bytes = 0;
        let mut folders = vec![self.path("data")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                match entry.file_type()?.is_dir() {
                    true if entry.file_name() == "cache" => {}
                    true => folders.push(entry.path()),
                    false => bytes += entry.metadata()?.len(),
                }
            }
        }
        Ok(bytes)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.0.join(below)
    }
}
