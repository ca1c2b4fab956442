//! What the benchmark is told, by people and by itself.

use std::path::PathBuf;

use clap::Parser;

use crate::clinic::Language;

/// Measures what a connector costs in each language
#[derive(Clone, Debug, Parser)]
pub(crate) struct Arguments {
    /// Only these languages
    #[arg(long = "language")]
    pub(crate) languages: Vec<Language>,
    /// Calls of each kind
    #[arg(long, default_value_t = 200)]
    pub(crate) calls: usize,
    /// A folder where the connectors are built already, as rust.wasm
    #[arg(long)]
    pub(crate) built: Option<PathBuf>,
    /// Measure this file, and print that as JSON
    #[arg(long, hide = true)]
    pub(crate) measure: Option<PathBuf>,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}
