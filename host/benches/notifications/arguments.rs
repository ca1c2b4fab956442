//! What the benchmark is told, by people and by itself.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};
use url::Url;

/// Measures what a notification costs, beside the same job written natively.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Arguments {
    /// Pairs of runs that count, after one that does not
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Changed appointments, each of a patient of its own
    #[arg(long, default_value_t = 10_000)]
    pub(crate) changes: usize,
    /// How long EHR and receiver take for every answer, as 20ms
    #[arg(long, value_parser = duration)]
    pub(crate) latency: Option<Duration>,
    /// Requests at once, to the EHR and to the receiver
    #[arg(long, default_value_t = 64)]
    pub(crate) concurrency: usize,
    /// What this process is to do, of all
    #[arg(long, hide = true)]
    pub(crate) part: Option<Part>,
    /// The EHR's base URL
    #[arg(long, hide = true, default_value = "http://127.0.0.1:1/fhir")]
    pub(crate) ehr: Url,
    /// The receiver's URL
    #[arg(long, hide = true, default_value = "http://127.0.0.1:1/hooks")]
    pub(crate) receiver: Url,
    /// The connector's file
    #[arg(long, hide = true, default_value = ".")]
    pub(crate) connector: PathBuf,
    /// The host's data folder
    #[arg(long, hide = true, default_value = ".")]
    pub(crate) data: PathBuf,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// What a process of the benchmark does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// EHR and receiver.
    Serve,
    /// The job by hand.
    Native,
    /// The job by the host.
    Rounds,
    /// What the host's job is made of, one after another.
    Parts,
}

fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|error: jiff::Error| error.to_string())?;
    Duration::try_from(span).map_err(|error| error.to_string())
}
