//! `rounds connector`: for those who write connectors.

mod build;
mod compile;
mod dev;
mod inspect;
mod keygen;
mod new;
mod pull;
mod push;
mod shadow;
mod sign;
mod test;
mod verify;

use clap::Subcommand;

use super::{exit::Error, logs};

/// For those who write connectors.
#[derive(Subcommand)]
pub(super) enum Command {
    New(new::Arguments),
    Build(build::Arguments),
    Test(test::Arguments),
    Dev(dev::Arguments),
    Inspect(inspect::Arguments),
    #[command(hide = true)]
    Compile(compile::Arguments),
    Keygen(keygen::Arguments),
    Pull(pull::Arguments),
    Push(push::Arguments),
    Shadow(shadow::Arguments),
    Sign(sign::Arguments),
    Verify(verify::Arguments),
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    logs::of_a_command();
    match command {
        Command::New(arguments) => new::run(arguments),
        Command::Dev(arguments) => dev::run(arguments).await,
        Command::Build(arguments) => build::run(arguments).await,
        Command::Test(arguments) => test::run(arguments).await,
        Command::Inspect(arguments) => inspect::run(arguments).await,
        Command::Compile(arguments) => compile::run(&arguments),
        Command::Keygen(arguments) => keygen::run(arguments),
        Command::Pull(arguments) => pull::run(arguments).await,
        Command::Push(arguments) => push::run(arguments).await,
        Command::Shadow(arguments) => shadow::run(arguments).await,
        Command::Sign(arguments) => sign::run(arguments).await,
        Command::Verify(arguments) => verify::run(arguments).await,
    }
}
