//! What reading whole listings costs: a sweep beside polls, and a snapshot of a million records.
//!
//! `cargo bench -p rounds --bench listings` has the real program do two jobs.
//!
//! *Sweep.* The FHIR connector has read a hundred thousand appointments as a baseline, a hundred a
//! page, and the host was restarted. Now it sweeps them, pass after pass, each of which finds
//! nothing, while other connections of it are polled every second. In turns, the same host runs on
//! the same store without the sweep. It compares the most memory that either ever had, and how late
//! the others' polls reach their EHR: each from the tick of its own interval, which is known.
//!
//! *Snapshot.* A guest that has nothing but a listing reads a million records, a thousand a page,
//! and the host remembers them; then, restarted, it reads them again, when nothing has changed. It
//! shows how long each pass takes, the most memory that the host ever had, how many containers are
//! under way at most, and by how much the data folder grows where there is nothing to write.

#![allow(clippy::print_stdout, reason = "a benchmark is there to print")]

#[path = "../support/connector.rs"]
mod connector;
#[path = "../support/folder.rs"]
mod folder;
mod hospital;
mod others;
mod program;
mod register;
mod report;
mod site;
mod snapshot;
#[path = "../support/spread.rs"]
mod spread;
mod sweep;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// Measures what reading whole listings costs.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Appointments that are swept; none leaves that out
    #[arg(long, default_value_t = 100_000)]
    records: usize,
    /// Connections beside the sweep, each polled every second
    #[arg(long, default_value_t = 5)]
    others: usize,
    /// Times that the host is started with the sweep, and without it
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    /// Seconds that sweeps go on in each round, and then to the end of the pass
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Records of the snapshot; none leaves that out
    #[arg(long, default_value_t = 1_000_000)]
    listing: usize,
    /// Passes over them that change nothing
    #[arg(long, default_value_t = 2)]
    passes: usize,
    /// Records on each of its pages
    #[arg(long, default_value_t = 1_000)]
    page: usize,
    /// A program other than that of this benchmark, to compare the two
    #[arg(long, default_value = env!("CARGO_BIN_EXE_rounds"))]
    program: PathBuf,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!("Load of the machine now: {}", report::load());
    if arguments.records > 0 {
        report::sweep(&arguments, &sweep::measure(&arguments).await?);
    }
    if arguments.listing > 0 {
        report::snapshot(&arguments, &snapshot::measure(&arguments).await?);
    }
    println!("Load of the machine now: {}", report::load());
    Ok(())
}
