//! How soon a host delivers again that was killed with a million containers in its store.
//!
//! `cargo bench -p rounds --bench opening` has a process write so many filled containers and kill
//! itself, starts the real program on what it left, and waits for the first notification to arrive;
//! then that is killed, and so on.

#![allow(clippy::print_stdout, reason = "a benchmark is there to print")]

#[path = "../support/connector.rs"]
mod connector;
mod fill;
#[path = "../support/folder.rs"]
mod folder;
mod program;
#[path = "../support/spread.rs"]
mod spread;

use std::{net::Ipv4Addr, path::PathBuf};

use anyhow::Result;
use clap::Parser;
use rounds::{
    config::{Secret, SigningSecret},
    practice::Receiver,
    signature::Key,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::{folder::Folder, program::Site, spread::Spread};

/// What notifications are signed with.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Measures how soon a host delivers again.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Containers, all of them filled and owed to one destination
    #[arg(long, default_value_t = 1_000_000)]
    containers: usize,
    /// Bytes of a notification's payload
    #[arg(long, default_value_t = 1_000)]
    payload: usize,
    /// Starts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// A program other than that of this benchmark, to compare the two
    #[arg(long, default_value = env!("CARGO_BIN_EXE_rounds"))]
    program: PathBuf,
    /// The data folder to be filled, for the process that fills it
    #[arg(long, hide = true)]
    fill: Option<PathBuf>,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(data) = &arguments.fill {
        return fill::fill_and_die(data, &arguments).await;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let key = Key::from(&SigningSecret::parse(&Secret::from(SECRET))?);
    let (receiver, serving) =
        Receiver::builder().key(key).start(listener, CancellationToken::new())?;
    let site = Site::new(Folder::new("opening")?, &arguments.program, receiver.url())?;
    tokio::select! {
        served = serving => Ok(served?),
        measured = measure(&arguments, &site, &receiver) => measured,
    }
}

async fn measure(arguments: &Arguments, site: &Site, receiver: &Receiver) -> Result<()> {
    // The connector is compiled once, before anything counts.
    site.start().await?.kill().await?;
    let filled = site.fill(arguments).await?;
    let Arguments { containers, payload, .. } = arguments;
    println!(
        "{containers} containers of {payload} bytes, written in {:.0} s",
        filled.as_secs_f64()
    );
    let (mut ready, mut delivered) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        let seen = receiver.attempts().len();
        let program = site.start().await?;
        receiver.attempts_after(seen).await;
        delivered.push(program.age().as_secs_f64());
        ready.push(program.ready.as_secs_f64());
        println!("  {}", program.kill().await?);
    }
    for (name, seconds) in [("ready", ready), ("first delivery", delivered)] {
        let spread = Spread::of(seconds);
        let [least, most] = [0.0, 1.0].map(|share| spread.at(share));
        println!("{name}: median {:.2} s, {least:.2} to {most:.2}", spread.median());
    }
    Ok(())
}
