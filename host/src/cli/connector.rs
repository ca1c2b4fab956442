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

use std::{env, path::PathBuf};

use clap::Subcommand;

use super::{exit::Error, logs};
use crate::{
    config::Limits,
    connector::{self, Cache, Engine},
};

/// Bytes of compiled code that are kept: more than a dozen of the largest connectors.
const KEPT: u64 = 512 << 20;

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

/// An engine for one guest. What it compiles is kept for the author's next command: a connector
/// in Python takes seconds.
fn engine() -> Result<Engine, connector::Error> {
    Engine::new(&Limits::default(), 1, cache())
}

/// What commands compiled, in the user's cache; none where there is no room for one.
fn cache() -> Option<Cache> {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = named.or_else(|| Some(env::home_dir()?.join(".cache")))?;
    Cache::open(&home.join("rounds")).ok().map(|cache| cache.with_most(KEPT))
}
