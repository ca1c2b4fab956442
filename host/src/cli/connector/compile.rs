//! `rounds connector compile`: what a running host starts to compile a connector in a process of
//! its own. Not for people.

use std::io;

use clap::Args;

use crate::{cli::exit::Error, connector::compile};

/// Reads a component from stdin and writes compiled code to stdout.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// Bytes of memory that it may take
    #[arg(long)]
    memory: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    match compile(io::stdin().lock(), io::stdout().lock(), arguments.memory) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Err(Error::Wrong(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}
