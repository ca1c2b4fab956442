//! What records that are refused cost the others.
//!
//! `cargo bench -p rounds --bench refused` has the host tell of a backlog, each record of a patient
//! of its own, where none is refused, where thirty of five hundred are refused for ever (503, then
//! 400), and where one request in twenty is answered 503 by chance; in turns, once by the
//! destination, once by the EHR as patients are looked up there. It compares how long the others
//! waited, from when the EHR showed them, and how many arrived in a second.

#![allow(clippy::print_stdout, reason = "a benchmark is there to print")]

#[path = "../support/folder.rs"]
mod folder;
mod server;
#[path = "../support/spread.rs"]
mod spread;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;
use rounds::{Host, config::Config, connector_build};
use tokio::time;
use tokio_util::sync::CancellationToken;

use self::{
    folder::Folder,
    server::{Server, Trouble, Whose},
    spread::Spread,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Nothing takes so long that goes on at all.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the others may take, of what they take where none is refused.
const MOST_TIME: f64 = 1.2;
/// What of the throughput is to be left where some are refused by chance.
const LEAST_THROUGHPUT: f64 = 0.8;

/// Measures what records that are refused cost the others.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Records where some are refused for ever
    #[arg(long, default_value_t = 500)]
    records: usize,
    /// Of these, how many
    #[arg(long, default_value_t = 30)]
    refused: usize,
    /// Records where some are refused by chance
    #[arg(long, default_value_t = 4000)]
    many: usize,
    /// Milliseconds until each answer
    #[arg(long, default_value_t = 5)]
    latency: u64,
    /// Runs of each kind
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// What runs of one kind came to.
#[derive(Default)]
struct Measured {
    /// Milliseconds that each record took that was not refused.
    waits: Vec<f64>,
    /// Records a second, of each run.
    throughput: Vec<f64>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = Folder::new("refused")?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("examples/clinic/rust");
    let connector =
        connector_build::build(&source, Some(&folder.0.join("clinic.wasm")), false).await?.file;
    for whose in [Whose::Destination, Whose::Ehr] {
        let Arguments { records, refused, many, .. } = arguments;
        compare(&arguments, &connector, whose, records, Trouble::ForEver(refused)).await?;
        compare(&arguments, &connector, whose, many, Trouble::ByChance).await?;
    }
    Ok(())
}

/// Runs with a trouble and without it, in turns, and prints how they compare.
async fn compare(
    arguments: &Arguments,
    connector: &Path,
    whose: Whose,
    records: usize,
    trouble: Trouble,
) -> Result<()> {
    let (mut none, mut some) = (Measured::default(), Measured::default());
    for _ in 0..arguments.rounds {
        run(arguments, connector, (whose, Trouble::None, records), &mut none).await?;
        run(arguments, connector, (whose, trouble, records), &mut some).await?;
    }
    println!("{records} records, {trouble} by the {whose}:");
    let (none_rate, some_rate) =
        (Spread::of(none.throughput).median(), Spread::of(some.throughput).median());
    let (none, some) = (Spread::of(none.waits), Spread::of(some.waits));
    for (name, share) in [("median", 0.5), ("p95", 0.95)] {
        let (before, after) = (none.at(share), some.at(share));
        let verdict = verdict(after / before <= MOST_TIME || trouble == Trouble::ByChance);
        println!("  {name} {before:.0} ms, {after:.0} ms: {:.2} times{verdict}", after / before);
    }
    let ratio = some_rate / none_rate;
    println!(
        "  throughput {none_rate:.0}/s, {some_rate:.0}/s: {ratio:.2} times{}",
        verdict(ratio >= LEAST_THROUGHPUT)
    );
    Ok(())
}

fn verdict(is_within: bool) -> &'static str {
    if is_within { "" } else { ", BEYOND THE LIMIT" }
}

/// A host with its EHR and its receiver, until all have arrived that can.
async fn run(
    arguments: &Arguments,
    connector: &Path,
    (whose, trouble, records): (Whose, Trouble, usize),
    measured: &mut Measured,
) -> Result<()> {
    let (folder, ends) = (Folder::new("refused-run")?, CancellationToken::new());
    let latency = Duration::from_millis(arguments.latency);
    let (server, serving) = Server::start(records, latency, whose, trouble).await?;
    let serving = ends.run_until_cancelled(serving);
    let config = configure(&folder.0, &server)?;
    let host = Host::builder(config).connector(connector).build().await?;
    let arriving = async {
        let arrived = time::timeout(PATIENCE, server.arrived()).await;
        ends.cancel();
        arrived.context("not all arrived")
    };
    let (ended, arrived, _) = tokio::join!(host.run(ends.clone()), arriving, serving);
    ended?;
    let waits = arrived?;
    let longest = waits.iter().copied().fold(f64::MIN, f64::max);
    measured.throughput.push(waits.len() as f64 * 1000.0 / longest);
    measured.waits.extend(waits);
    Ok(())
}

fn configure(folder: &Path, server: &Server) -> Result<Config> {
    let file = |name: &str| -> PathBuf { folder.join(name) };
    fs::create_dir(file("connectors"))?;
    fs::write(file("secret"), SECRET)?;
    let url = server.url();
    let text = format!(
        "[host]\ndata = \"data\"\n\n[[connection]]\nname = \"clinic\"\nconnector = \"clinic\"\n\
         base_url = \"{url}\"\nsince = \"2020-01-01T00:00:00Z\"\nsettings = {{ page_size = 500 }}\n\
         actions = {{ appointments = {{ every = \"1h\" }} }}\n\n[[destination]]\nname = \"app\"\n\
         url = \"{url}/hook\"\nsecret = {{ file = \"secret\" }}\n"
    );
    fs::write(file("rounds.toml"), text)?;
    Ok(Config::load(file("rounds.toml"))?)
}
