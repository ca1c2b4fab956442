//! What a connector costs, in each language that one can be written in.
//!
//! `cargo bench -p rounds --bench languages` builds the clinic, which is the same connector in all
//! of them, and prints a table: what it takes to load, to start, to be called, and in memory. A
//! language whose tools are missing is told and left out. Each is measured in a process of its
//! own, call by call, in CPU time of the thread that calls; whole polls, in a host with its store
//! and an EHR on this machine, by the clock on the wall.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark is there to print")]

mod arguments;
mod calls;
#[path = "../support/clinic.rs"]
mod clinic;
mod cost;
mod ehr;
#[path = "../support/folder.rs"]
mod folder;
mod guests;
mod measured;
mod memory;
mod native;
mod polls;
mod records;
mod report;
#[path = "../support/spread.rs"]
mod spread;

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use tokio::runtime::{Builder, Runtime};

use self::{arguments::Arguments, clinic::Language, folder::Folder, measured::Measured};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.measure {
        Some(file) => measure(&arguments, file),
        None => {
            clinic::find_tools()?;
            compare(&arguments)
        }
    }
}

fn compare(arguments: &Arguments) -> Result<()> {
    let folder = Folder::new("languages")?;
    let built = arguments.built.as_deref();
    let clinics = threads()?.block_on(clinic::clinics(&arguments.languages, built, &folder.0))?;
    report::begin(arguments);
    let mut measured = Vec::new();
    for (language, file) in clinics {
        measured.push((language, apart(arguments, language, &file)?));
        println!("{} is measured; load {}", language.name(), report::load());
    }
    report::end(&measured);
    Ok(())
}

/// Has a connector measured by a process of its own, so that nothing of another is in its memory.
fn apart(arguments: &Arguments, language: Language, file: &Path) -> Result<Measured> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["--calls", &arguments.calls.to_string(), "--language", &language.name()]);
    command.arg("--measure").arg(file);
    let ended = command.stderr(Stdio::inherit()).output()?;
    ensure!(ended.status.success(), "{} cannot be measured", file.display());
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let last = said.lines().last().context("it said nothing")?;
    Ok(serde_json::from_str(last)?)
}

fn measure(arguments: &Arguments, file: &Path) -> Result<()> {
    let folder = Folder::new("languages-one")?;
    let calling = Builder::new_current_thread().enable_all().build()?;
    let mut measured = calling.block_on(guests::measure(arguments, file, &folder.0))?;
    drop(calling);
    measured.poll = threads()?.block_on(polls::measure(arguments, file, &folder.0))?;
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

/// The runtime of the program `rounds`: a thread a core.
fn threads() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}
