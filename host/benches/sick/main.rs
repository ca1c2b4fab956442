//! What one sick destination of a hundred costs the others.
//!
//! `cargo bench -p rounds --bench sick` runs the host with a hundred destinations that are well,
//! and with one of them that takes each notification and never answers, in turns, and compares
//! how long the others wait: from when a notification is filled until it has arrived.

#![allow(clippy::print_stdout, reason = "a benchmark is there to print")]

#[path = "../support/connector.rs"]
mod connector;
#[path = "../support/folder.rs"]
mod folder;
#[path = "../support/spread.rs"]
mod spread;

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use clap::Parser;
use jiff::Timestamp;
use rounds::{
    Host,
    config::{Config, Secret, SigningSecret},
    practice::{Ehr, Fault, Kind, Received, Receiver},
    signature::Key,
};
use serde::Deserialize;
use tokio::{net::TcpListener, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{folder::Folder, spread::Spread};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the others may take, of what they take where all are well.
const LIMIT: f64 = 1.2;

/// Measures what a sick destination costs the others.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Destinations
    #[arg(long, default_value_t = 100)]
    destinations: usize,
    /// Milliseconds between two changes
    #[arg(long, default_value_t = 100)]
    every: u64,
    /// Seconds of changes in a run
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Runs of each kind
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let connector = connector::build()?;
    let (mut well, mut sick) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        well.extend(run(&arguments, &connector, false).await?);
        sick.extend(run(&arguments, &connector, true).await?);
    }
    let (well, sick) = (Spread::of(well), Spread::of(sick));
    for (name, spread) in [("all well", &well), ("one sick", &sick)] {
        println!("{name}: median {:.1} ms, p99 {:.1} ms", spread.median(), spread.at(0.99));
    }
    let ratio = sick.at(0.99) / well.at(0.99);
    let verdict = if ratio <= LIMIT { "within" } else { "beyond" };
    println!("p99 of the others: {ratio:.2} times, {verdict} the limit of {LIMIT}");
    Ok(())
}

/// A host and all that it speaks to for a while; how many milliseconds each notification took
/// to all destinations but the first, which may be sick.
async fn run(arguments: &Arguments, connector: &Path, is_sick: bool) -> Result<Vec<f64>> {
    let (folder, ends, servers) =
        (Folder::new("sick")?, CancellationToken::new(), TaskTracker::new());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let (ehr, serving) =
        Ehr::builder().patients(50).appointments(200).start(listener, ends.clone())?;
    servers.spawn(serving);
    let mut receivers = Vec::new();
    for _ in 0..arguments.destinations {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let key = Key::from(&SigningSecret::parse(&Secret::from(SECRET))?);
        let (receiver, serving) = Receiver::builder().key(key).start(listener, ends.clone())?;
        servers.spawn(serving);
        receivers.push(receiver);
    }
    if let Some(first) = receivers.first().filter(|_| is_sick) {
        first.faults().next(u32::MAX, Fault::Silence);
    }
    let config = configure(&folder.0, &ehr, &receivers)?;
    let host = Host::builder(config).connector(connector).build().await?;
    let changes = async {
        let while_changing =
            ehr.run_changes(Duration::from_millis(arguments.every), &[Kind::Appointment]);
        drop(time::timeout(Duration::from_secs(arguments.seconds), while_changing).await);
        ends.cancel();
    };
    let (ended, ()) = tokio::join!(host.run(ends.clone()), changes);
    ended?;
    servers.close();
    servers.wait().await;
    let others = receivers.iter().skip(1).flat_map(Receiver::received);
    others.map(|received| took(&received)).collect()
}

fn configure(folder: &Path, ehr: &Ehr, receivers: &[Receiver]) -> Result<Config> {
    let file = |name: &str| -> PathBuf { folder.join(name) };
    fs::create_dir(file("connectors"))?;
    fs::write(file("secret"), SECRET)?;
    let mut text = format!(
        "[host]\ndata = \"data\"\n\n[[connection]]\nname = \"practice\"\nconnector = \"fhir-r4\"\n\
         base_url = \"{}\"\nactions = {{ appointments = {{ every = \"1s\" }} }}\n",
        ehr.base_url()
    );
    for (at, receiver) in receivers.iter().enumerate() {
        let url = receiver.url();
        text += &format!(
            "\n[[destination]]\nname = \"app-{at}\"\nurl = \"{url}\"\nsecret = {{ file = \"secret\" }}\n"
        );
    }
    fs::write(file("rounds.toml"), text)?;
    Ok(Config::load(file("rounds.toml"))?)
}

/// When a notification was filled.
#[derive(Deserialize)]
struct Told {
    timestamp: Timestamp,
}

/// How many milliseconds a notification waited for its arrival.
fn took(received: &Received) -> Result<f64> {
    let told: Told = serde_json::from_slice(&received.body)?;
    Ok(received.at.duration_since(told.timestamp).as_secs_f64() * 1000.0)
}
