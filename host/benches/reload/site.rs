//! A folder with a configuration and many connectors.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::Result;
use rounds::connector;

use crate::{
    Arguments,
    copies::{self, Copies},
    folder::Folder,
};

const HOST: &str = r#"
[host]
data = "data"
connectors = "connectors"
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
    copies: Copies,
    connectors: usize,
    pub(crate) program: PathBuf,
}

/// A file that is written, and not in its place yet.
pub(crate) struct Draft {
    pub(crate) path: PathBuf,
    pub(crate) place: PathBuf,
    pub(crate) digest: String,
}

impl Site {
    pub(crate) fn new(
        folder: Folder,
        copies: Copies,
        arguments: &Arguments,
        ehr: &str,
    ) -> Result<Self> {
        let Arguments { connectors, program, .. } = arguments.clone();
        let site = Self { folder, copies, connectors, program };
        fs::create_dir_all(site.path("connectors"))?;
        for place in 0..connectors {
            fs::write(site.connector(place), site.copies.make(place, 0))?;
        }
        let connections = (0..connectors).map(|place| connection(&copies::name(place), ehr));
        let text = [HOST.to_owned()].into_iter().chain(connections);
        fs::write(site.path("rounds.toml"), text.collect::<String>())?;
        Ok(site)
    }

    /// Somewhere below.
    pub(crate) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.folder.0.join(below)
    }

    /// The name of the connector of a place.
    pub(crate) fn name(&self, place: usize) -> String {
        copies::name(place)
    }

    /// How many tasks there are.
    pub(crate) fn tasks(&self) -> usize {
        self.connectors
    }

    /// Makes every connector's file look changed.
    #[expect(clippy::disallowed_methods, reason = "files carry the machine's time")]
    pub(crate) fn touch(&self) -> Result<()> {
        for place in 0..self.connectors {
            File::options()
                .append(true)
                .open(self.connector(place))?
                .set_modified(SystemTime::now())?;
        }
        Ok(())
    }

    /// Another state of the first connector, beside the folder.
    pub(crate) fn draft(&self, state: usize) -> Result<Draft> {
        let (bytes, path) = (self.copies.make(0, state), self.path("draft"));
        fs::write(&path, &bytes)?;
        Ok(Draft { path, place: self.connector(0), digest: connector::digest_of(&bytes) })
    }

    fn connector(&self, place: usize) -> PathBuf {
        self.path("connectors").join(format!("{}.wasm", copies::name(place)))
    }
}

fn connection(name: &str, ehr: &str) -> String {
    format!(
        "\n[[connection]]\nname = \"{name}\"\nconnector = \"{name}\"\nbase_url = \"{ehr}\"\n\
         auth = {{ type = \"none\" }}\nactions = {{ appointments = {{ every = \"1m\" }} }}\n"
    )
}
