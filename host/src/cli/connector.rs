//! `rounds connector`: for those who write connectors.

mod build;
mod compile;
mod dev;
mod inspect;
mod new;

use clap::Subcommand;

use super::{exit::Error, logs};

/// For those who write connectors.
#[derive(Subcommand)]
pub(super) enum Command {
    New(new::Arguments),
    Build(build::Arguments),
    Dev(dev::Arguments),
    Inspect(inspect::Arguments),
    #[command(hide = true)]
    Compile(compile::Arguments),
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    logs::of_a_command();
    match command {
        Command::New(arguments) => new::run(arguments),
        Command::Dev(arguments) => dev::run(arguments).await,
        Command::Build(arguments) => build::run(arguments).await,
        Command::Inspect(arguments) => inspect::run(arguments).await,
        Command::Compile(arguments) => compile::run(&arguments),
    }
}
