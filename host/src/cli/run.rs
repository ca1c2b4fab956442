//! `rounds run`: the host.

use clap::Args;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{arguments::ConfigFile, exit::Error, logs, output::Output, poll, signals::Signals};
use crate::{
    Host,
    config::{Config, LogFormat},
    connector::Compiler,
};

/// Runs the host until SIGINT or SIGTERM.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let config = arguments.config.load()?;
    let log = config.host.log;
    logs::of_the_host(log);
    let warning = config.host.seal.warning();
    let counts = (config.connections.len(), config.destinations.len());
    let host = poll::leftovers(builder(config)).build().await?;
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    // Until now a signal ends the process at once, as nothing has begun.
    let signals = Signals::listen()?;
    // Whoever started the host may have stopped to listen; the host runs all the same.
    drop(Output::open().line(&ready(&host, counts, log)));
    let shutdown = CancellationToken::new();
    tokio::select! {
        ended = host.run(shutdown.clone()) => Ok(ended?),
        never = signals.obey(shutdown) => match never {},
    }
}

fn builder(config: Config) -> crate::host::Builder {
    // Where the program cannot be found again, connectors are compiled in the host itself.
    let compiler = std::env::current_exe().map(Compiler::Apart).unwrap_or_default();
    Host::builder(config).compiler(compiler).admin()
}

/// The one line on stdout, once all is ready.
fn ready(host: &Host, (connections, destinations): (usize, usize), log: LogFormat) -> String {
    let handle = host.handle();
    let tasks = handle.tasks().iter().filter(|task| handle.is_enabled(task)).count();
    let admin = host.admin_address().map(|address| address.to_string());
    match log {
        LogFormat::Json => json!({ "ready": true, "tasks": tasks, "admin": admin }).to_string(),
        LogFormat::Text => {
            let admin = admin.unwrap_or_default();
            format!(
                "running: tasks {tasks}, connections {connections}, destinations {destinations}; \
                 admin API at {admin}"
            )
        }
    }
}
