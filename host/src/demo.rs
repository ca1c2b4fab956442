//! Everything at once on one machine: an EHR that changes, the host with its real connector, and
//! a receiver that verifies what it gets; change by change on the terminal, and a count at the end.

mod script;
mod show;

use std::{
    future::Future,
    io,
    path::{Path, PathBuf},
    pin::pin,
    time::Duration,
};

use tokio::{net::TcpListener, time};
use tokio_util::sync::CancellationToken;
use url::Url;

use self::show::Show;
use crate::{
    Host,
    config::{Config, Connection, Destination, Secret, SigningSecret, Since, Task},
    host,
    practice::{Ehr, Kind, Received, Receiver, Tally},
    schedule::cadence::Cadence,
    signature::Key,
};

/// What the demo's EHR changes, and what the host polls of it.
const KINDS: [Kind; 1] = [Kind::Appointment];
/// The notifications that are still under way when the EHR stops changing may take so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// How far back the host looks at its first poll: over all that the EHR has.
const BACKFILL: Duration = Duration::from_secs(24 * 60 * 60);

/// How the demo goes.
pub struct Options {
    /// The connector's `.wasm` file.
    pub connector: PathBuf,
    /// When it ends by itself; `None` is when it is told to.
    pub seconds: Option<u64>,
    /// Patients of the EHR.
    pub patients: usize,
    /// How often the EHR changes an appointment.
    pub every: Duration,
    /// Lines for programs instead of people.
    pub json: bool,
}

/// Why there was no demo.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The host could not start, or stopped.
    #[error(transparent)]
    Host(#[from] host::Error),
    /// The EHR or the receiver could not listen, or nothing could be written.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The demo's own words are wrong.
    #[error("the demo's configuration is wrong: {0}")]
    Configuration(String),
}

impl Error {
    fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}

/// Runs until its time is over or `stop` is cancelled; answers what became of the changes.
///
/// # Errors
/// Where a part of it could not be started, or the host failed.
pub async fn run(
    options: Options,
    out: &mut (dyn io::Write + Send),
    stop: CancellationToken,
) -> Result<Tally, Error> {
    let ends = CancellationToken::new();
    let secret =
        secret().ok_or_else(|| Error::Configuration("no random secret can be made".into()))?;
    let signing =
        SigningSecret::parse(&secret).map_err(|error| Error::Configuration(error.to_string()))?;
    let listener = || TcpListener::bind(("127.0.0.1", 0));
    let ehr = listener().await.map_err(Error::io("the practice EHR cannot listen"))?;
    let (ehr, serve_ehr) = Ehr::builder()
        .patients(options.patients)
        .start(ehr, ends.clone())
        .map_err(Error::io("the practice EHR cannot start"))?;
    let receiver = listener().await.map_err(Error::io("the receiver cannot listen"))?;
    let (receiver, serve_receiver) = Receiver::builder()
        .key(Key::from(&signing))
        .start(receiver, ends.clone())
        .map_err(Error::io("the receiver cannot start"))?;
    let folder = Folder::new().map_err(Error::io("no temporary folder can be made"))?;
    let config = config(&folder.0, ehr.base_url(), receiver.url(), signing)?;
    let host = Host::builder(config).connector(&options.connector).build().await?;
    let host = host.run(ends.clone());
    let servers = async { tokio::join!(serve_ehr, serve_receiver) };
    let mut show = Show::new(out, options.json);
    show.start(&ehr, &receiver).map_err(Error::io("nothing can be written"))?;
    let script = script::play(&options, &ehr, &receiver, &mut show, stop);
    play(script, host, servers, &ends).await?;
    let tally = tally(&ehr, &receiver.received());
    show.end(&tally).map_err(Error::io("nothing can be written"))?;
    Ok(tally)
}

/// Plays the script while host and servers run, then has them end.
async fn play(
    script: impl Future<Output = io::Result<()>>,
    host: impl Future<Output = Result<(), host::Error>>,
    servers: impl Future,
    ends: &CancellationToken,
) -> Result<(), Error> {
    let (mut host, mut servers) = (pin!(host), pin!(servers));
    let played = tokio::select! {
        played = script => played.map_err(Error::io("nothing can be written")),
        ended = &mut host => return ended.map_err(Error::from),
        _ = &mut servers => Ok(()),
    };
    ends.cancel();
    let (ended, _) = tokio::join!(host, time::timeout(PATIENCE, servers));
    played.and(ended.map_err(Error::from))
}

fn tally(ehr: &Ehr, received: &[Received]) -> Tally {
    let changes: Vec<_> =
        ehr.changes().into_iter().filter(|change| KINDS.contains(&change.kind)).collect();
    let arrivals: Vec<_> = received.iter().filter_map(Received::arrival).collect();
    Tally::of(&changes, &arrivals)
}

fn config(
    folder: &Path,
    ehr: &str,
    receiver: &str,
    signing: SigningSecret,
) -> Result<Config, Error> {
    let url =
        |text: &str| Url::parse(text).map_err(|error| Error::Configuration(error.to_string()));
    let mut connection = Connection::new("practice-ehr", "fhir-r4", url(ehr)?);
    // What there is at the start is told as backfill: so the connector knows each appointment's
    // time, and can tell a reschedule from another change.
    connection.since = Some(Since::Ago(BACKFILL));
    connection.tasks = vec![Task::new("appointments", Cadence::Every(Duration::from_secs(1)))];
    let mut config = Config::default();
    config.host.data = folder.join("data");
    config.host.connectors = folder.join("connectors");
    config.connections = vec![connection];
    config.destinations = vec![Destination::new("receiver", url(receiver)?, vec![signing])];
    Ok(config)
}

fn secret() -> Option<Secret> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(Secret::new(format!("whsec_{}", data_encoding::BASE64.encode(&bytes))))
}

/// A folder that is gone when the demo is.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("rounds-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "the demo's folder cannot be removed");
        }
    }
}
