//! The program's commands: one file each, and what they share.
//!
//! What a command answers goes to stdout, what it says about its work to stderr, so that a pipe
//! gets the answer alone. Colour and progress are for terminals only.

mod answer;
mod arguments;
mod audit;
mod check;
mod config;
mod connector;
mod cursor;
mod dead;
mod delivered;
mod demo;
mod exit;
mod keeper;
mod keys;
mod last_words;
mod logs;
mod output;
mod poll;
mod purge;
mod run;
mod signals;
mod spool;
mod status;
mod task;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::exit::Error;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  failed: the reason is on stderr
  2  wrong usage, or a configuration or connector that cannot work
  130, 143  ended by a second SIGINT or SIGTERM

Logs go to stderr; RUST_LOG chooses them, as RUST_LOG=rounds=debug.";

/// Makes the rounds of EHR systems that push no events: polls, collects, and delivers one signed
/// notification a changed record.
#[derive(Parser)]
#[command(name = "rounds", version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Run(run::Arguments),
    Check(check::Arguments),
    #[command(subcommand)]
    Config(config::Command),
    Poll(poll::Arguments),
    Status(status::Arguments),
    #[command(subcommand)]
    Dead(dead::Command),
    #[command(subcommand)]
    Delivered(delivered::Command),
    #[command(subcommand)]
    Cursor(cursor::Command),
    #[command(subcommand)]
    Answer(answer::Command),
    #[command(subcommand)]
    Task(task::Command),
    Purge(purge::Arguments),
    #[command(subcommand)]
    Audit(audit::Command),
    #[command(subcommand)]
    Keys(keys::Command),
    #[command(subcommand)]
    Connector(connector::Command),
}

/// Runs the program with this process's arguments, and says how it ends.
pub fn main() -> ExitCode {
    last_words::choose();
    let cli = Cli::parse();
    exit::code(start(cli.command))
}

fn start(command: Command) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)?;
    runtime.block_on(run(command))
}

async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Run(arguments) => run::run(arguments).await,
        Command::Check(arguments) => check::run(arguments).await,
        Command::Config(command) => config::run(&command),
        Command::Poll(arguments) => poll::run(arguments).await,
        Command::Status(arguments) => status::run(arguments).await,
        Command::Dead(command) => dead::run(command).await,
        Command::Delivered(command) => delivered::run(command).await,
        Command::Cursor(command) => cursor::run(command).await,
        Command::Answer(command) => answer::run(command).await,
        Command::Task(command) => task::run(command).await,
        Command::Purge(arguments) => purge::run(arguments).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Keys(command) => keys::run(command).await,
        Command::Connector(command) => connector::run(command).await,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands_are_read_or_refused() {
        for (line, fits) in [
            ("run", true),
            ("run -c other.toml", true),
            ("run --json", false),
            ("check --json --config other.toml", true),
            ("config reference", true),
            ("config schema", true),
            ("config", false),
            ("poll general appointments", true),
            ("poll general appointments --since 2026-05-05T10:00:00Z --dry-run", true),
            ("poll general appointments --since 2h --wait 10s", true),
            ("poll general appointments --since yesterday", false),
            ("poll general appointments --record exchanges --name one --polls 3 --every 10s", true),
            ("poll general appointments --record exchanges --keep name --keep North", true),
            ("poll general appointments --record exchanges --dry-run", false),
            ("poll general appointments --name one", false),
            ("poll general", false),
            ("status --admin 127.0.0.1:7070", true),
            ("status --admin 127.0.0.1", false),
            ("status --admin https://rounds.example:7070 --ca ca.pem --token-env TOKEN", true),
            ("status --admin http://rounds.example:7070", false),
            ("audit list --since 2h --json", true),
            ("audit verify --head 7:00", true),
            ("audit", false),
            ("delivered list --record general/orders/Order/7 --destination app --since 2h", true),
            ("delivered list --connection general --key general/Patient/7", false),
            ("delivered list --limit 5 --json", true),
            ("delivered show msg_7", true),
            ("delivered show", false),
            ("purge --connection general --yes", true),
            ("purge --record general/orders/Order/7", true),
            ("purge --key general/Patient/7 --json", true),
            ("purge --key general", false),
            ("purge --connection general --key general/Patient/7", false),
            ("purge", false),
            ("dead show 7", true),
            ("dead show", false),
            ("dead list --json", true),
            ("dead replay 1 2", true),
            ("dead replay --all", true),
            ("dead replay", false),
            ("dead replay 1 --all", false),
            ("dead replay one", false),
            ("cursor show general appointments", true),
            ("cursor set general appointments abc", true),
            ("cursor set general appointments --reset", true),
            ("cursor set general appointments", false),
            ("cursor set general appointments abc --reset", false),
            ("answer show general appointments", true),
            ("answer bury general appointments --json", true),
            ("answer bury general", false),
            ("task accept general appointments", true),
            ("task reject general appointments --json --admin 127.0.0.1:7070", true),
            ("task accept general", false),
            ("task", false),
            ("keys rotate --json", true),
            ("keys verify --admin 127.0.0.1:7070", true),
            ("keys", false),
            ("connector new my-ehr --lang rust", true),
            ("connector new my-ehr", false),
            ("connector new my-ehr --lang fortran", false),
            ("connector build", true),
            ("connector build sdk/rust/hello -o hello.wasm", true),
            ("connector dev my-ehr", true),
            ("connector dev my-ehr -c other.toml", true),
            ("connector test", false),
            ("connector test hello.wasm --exchanges exchanges --update --only once --json", true),
            ("connector inspect", false),
            ("connector inspect hello.wasm --json", true),
            ("connector keygen -o key.pem", true),
            ("connector pull --update --json", true),
            ("connector push hello.wasm oci://127.0.0.1:5000/hello:1 --user me", true),
            ("connector push hello.wasm oci://127.0.0.1:5000/hello", false),
            ("connector push hello.wasm", false),
            ("connector shadow old.wasm new.wasm", true),
            ("connector shadow old.wasm new.wasm general orders patients --since 2h --json", true),
            ("connector shadow old.wasm new.wasm --polls 3 --every 10s --show-values", true),
            ("connector shadow old.wasm new.wasm --polls 3 --for 1h", false),
            ("connector shadow old.wasm new.wasm --polls 0", false),
            ("connector shadow old.wasm", false),
            ("connector sign hello.wasm --key key.pem", true),
            ("connector sign hello.wasm", false),
            ("connector verify hello.wasm -c other.toml", true),
            ("connector verify hello.wasm --key acme.pem --json", true),
            ("demo --seconds 20 --patients 8 --every 2s --json", true),
            ("demo --every often", false),
            ("", false),
        ] {
            let words = std::iter::once("rounds").chain(line.split_whitespace());
            let read = Cli::try_parse_from(words);
            assert_eq!(read.is_ok(), fits, "{line}");
        }
    }
}
