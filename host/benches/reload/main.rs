//! How soon a host with many connectors is ready, and how soon it polls with a new file.
//!
//! `cargo bench -p rounds --bench reload` makes so many connectors of the clinic, each with a name
//! of its own and used by a connection, and starts the real program on them: with nothing
//! compiled, with all compiled, and after each file was touched. In a host that runs, a new file is
//! then moved into its place, and the status asked until it is in service: one that nobody
//! compiled before, and one that is in the cache.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark is there to print")]

#[path = "../support/clinic.rs"]
mod clinic;
mod copies;
mod ehr;
#[path = "../support/folder.rs"]
mod folder;
mod program;
mod report;
mod site;
#[path = "../support/spread.rs"]
mod spread;

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use clap::Parser;
use tokio::time;

use self::{
    clinic::Language,
    copies::Copies,
    folder::Folder,
    program::{Program, Took},
    report::Report,
    site::Site,
};

/// Measures how soon connectors are in service.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Connectors, each of a connection
    #[arg(long, default_value_t = 50)]
    connectors: usize,
    /// Languages that they are written in, in turns [default: Rust]
    #[arg(long = "language")]
    languages: Vec<Language>,
    /// Starts and swaps of each kind
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// A folder where the clinic is built already, as rust.wasm
    #[arg(long)]
    built: Option<PathBuf>,
    /// A program other than that of this benchmark, to compare the two
    #[arg(long, default_value = env!("CARGO_BIN_EXE_rounds"))]
    program: PathBuf,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    clinic::find_tools()?;
    if arguments.languages.is_empty() {
        arguments.languages.push(Language::Rust);
    }
    let folder = Folder::new("reload")?;
    let built = arguments.built.as_deref();
    let clinics = clinic::clinics(&arguments.languages, built, &folder.0).await?;
    let copies = Copies::read(clinics)?;
    let site = Site::new(folder, copies, &arguments, &ehr::start().await?)?;
    let mut report = Report::new(&arguments);
    starts(&arguments, &site, &mut report).await?;
    swaps(&arguments, &site, &mut report).await?;
    report.print();
    Ok(())
}

async fn starts(arguments: &Arguments, site: &Site, report: &mut Report) -> Result<()> {
    report.row("first start, all compiled", vec![start(site).await?]);
    let (mut warm, mut touched, mut checked) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        warm.push(start(site).await?);
        site.touch()?;
        touched.push(start(site).await?);
        site.touch()?;
        checked.push(program::check(site).await?);
    }
    report.row("start from cache", warm);
    report.ready(&touched);
    report.row("start from cache, files touched", touched);
    report.row("`rounds check`, files touched", checked);
    Ok(())
}

async fn start(site: &Site) -> Result<Took> {
    let (program, took) = Program::start(site).await?;
    program.stop().await?;
    Ok(took)
}

async fn swaps(arguments: &Arguments, site: &Site, report: &mut Report) -> Result<()> {
    let (program, _) = Program::start(site).await?;
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        new.push(swap(site, &program, round).await?);
        // Back to what it was at the start, which is compiled.
        known.push(swap(site, &program, 0).await?);
    }
    program.stop().await?;
    report.row("swap to a file that is new", new);
    report.row("swap to one in the cache", known);
    Ok(())
}

/// Puts another file in the first one's place; how long until it is in service.
async fn swap(site: &Site, program: &Program, number: usize) -> Result<Took> {
    let file = site.draft(number)?;
    let took = program.until_serving(&site.name(0), file).await?;
    // What comes at once after a swap would be measured with what is left of that.
    time::sleep(Duration::from_millis(300)).await;
    Ok(took)
}
