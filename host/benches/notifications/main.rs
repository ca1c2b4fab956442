//! What a notification costs: Rounds beside the same job written by hand.
//!
//! `cargo bench -p rounds --bench notifications` reads so many changed appointments from a
//! practice EHR, asks for the patient of each, and tells a receiver of each by a signed POST;
//! by the host, with its sandbox and its store, and by a program of reqwest and tokio with
//! neither. The two take turns. Each run is a process of its own, whose CPU time and memory are
//! counted; EHR and receiver run in another, which is not.

#![allow(clippy::print_stdout, reason = "a benchmark is there to print")]

mod arguments;
#[path = "../support/connector.rs"]
mod connector;
mod contenders;
#[path = "../support/folder.rs"]
mod folder;
mod guest;
mod host;
mod http;
mod job;
mod latency;
mod native;
mod parts;
mod receiver;
mod recorded;
mod report;
mod servers;
#[path = "../support/spread.rs"]
mod spread;
mod storing;
#[path = "../support/usage.rs"]
mod usage;

use anyhow::Result;
use clap::Parser;

use self::{
    arguments::{Arguments, Part},
    contenders::Contenders,
    report::Report,
    servers::Servers,
};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.part {
        None => compare(&arguments),
        Some(Part::Serve) => runtime()?.block_on(servers::serve(&arguments)),
        Some(Part::Native) => runtime()?.block_on(native::contend(&arguments)),
        Some(Part::Rounds) => runtime()?.block_on(host::contend(&arguments)),
        Some(Part::Parts) => runtime()?.block_on(parts::measure(&arguments)),
    }
}

/// The runtime of the program `rounds`: a thread a core.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn compare(arguments: &Arguments) -> Result<()> {
    let connector = connector::build()?;
    let mut servers = Servers::start(arguments)?;
    let mut contenders = Contenders::new(arguments, connector, &mut servers)?;
    let mut report = Report::new(arguments);
    report.begin();
    for round in 0..=arguments.rounds {
        let native = contenders.run(Part::Native)?;
        let rounds = contenders.run(Part::Rounds)?;
        report.round(round, native, rounds);
    }
    report.spread();
    match arguments.latency {
        Some(latency) => report.latency(latency),
        None => report.parts(contenders.parts()?),
    }
    Ok(())
}
