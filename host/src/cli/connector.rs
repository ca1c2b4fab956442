//! `rounds connector`: for those who write connectors.

mod build;
mod inspect;
mod keygen;
mod pull;
mod push;
mod sign;
mod verify;

use clap::Subcommand;

use super::{exit::Error, logs};

/// Builds, inspects, signs and distributes connectors.
#[derive(Subcommand)]
pub(super) enum Command {
    Build(build::Arguments),
    Inspect(inspect::Arguments),
    Keygen(keygen::Arguments),
    Pull(pull::Arguments),
    Push(push::Arguments),
    Sign(sign::Arguments),
    Verify(verify::Arguments),
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    logs::of_a_command();
    match command {
        Command::Build(arguments) => build::run(arguments).await,
        Command::Inspect(arguments) => inspect::run(arguments).await,
        Command::Keygen(arguments) => keygen::run(arguments),
        Command::Pull(arguments) => pull::run(arguments).await,
        Command::Push(arguments) => push::run(arguments).await,
        Command::Sign(arguments) => sign::run(arguments).await,
        Command::Verify(arguments) => verify::run(arguments).await,
    }
}
