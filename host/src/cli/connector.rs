//! `rounds connector`: for those who write connectors.

mod build;
mod compile;
mod inspect;
mod test;

use clap::Subcommand;

use super::{exit::Error, logs};

/// Builds, tests or inspects connectors.
#[derive(Subcommand)]
pub(super) enum Command {
    Build(build::Arguments),
    Test(test::Arguments),
    Inspect(inspect::Arguments),
    #[command(hide = true)]
    Compile(compile::Arguments),
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    logs::of_a_command();
    match command {
        Command::Build(arguments) => build::run(arguments).await,
        Command::Test(arguments) => test::run(arguments).await,
        Command::Inspect(arguments) => inspect::run(arguments).await,
        Command::Compile(arguments) => compile::run(&arguments),
    }
}
