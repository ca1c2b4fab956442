//! `rounds connector`: for those who write connectors.

mod build;
mod compile;
mod inspect;
mod new;
mod test;

use clap::Subcommand;

use super::{exit::Error, logs};

/// For those who write connectors.
#[derive(Subcommand)]
pub(super) enum Command {
    New(new::Arguments),
    Build(build::Arguments),
    Test(test::Arguments),
    Inspect(inspect::Arguments),
    #[command(hide = true)]
    Compile(compile::Arguments),
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    logs::of_a_command();
    match command {
        Command::New(arguments) => new::run(arguments),
        Command::Build(arguments) => build::run(arguments).await,
        Command::Test(arguments) => test::run(arguments).await,
        Command::Inspect(arguments) => inspect::run(arguments).await,
        Command::Compile(arguments) => compile::run(&arguments),
    }
}
