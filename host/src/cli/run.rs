//! `rounds run`: the host.

use std::io;

use clap::Args;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    arguments::ConfigFile,
    check,
    exit::Error,
    logs::{self, Log},
    output, poll,
    signals::Signals,
    spool::Spool,
};
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
    let draft = arguments.config.draft();
    if !draft.errors.is_empty() {
        let (errors, warnings) = check::faults(draft).await;
        warnings.iter().for_each(|warning| output::note(&format!("warning: {warning}")));
        return Err(errors.into());
    }
    let config = draft.finish()?;
    let log = logs::of_the_host(config.host.log)?;
    config.warnings.iter().for_each(|warning| log.say(&format!("warning: {warning}")));
    host(config, &log).await.map_err(|error| error.told(|why| log.say(why)))
}

async fn host(config: Config, log: &Log) -> Result<(), Error> {
    let format = config.host.log;
    let warning = config.host.seal.warning();
    let counts = (config.connections.len(), config.destinations.len());
    let host = poll::leftovers(builder(config)).build().await?;
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    // Until now a signal ends the process at once, as nothing has begun.
    let signals = Signals::listen()?;
    say_ready(&ready(&host, counts, format))?;
    let shutdown = CancellationToken::new();
    tokio::select! {
        ended = host.run(shutdown.clone()) => Ok(ended?),
        never = signals.obey(shutdown, |text| log.say(text)) => match never {},
    }
}

/// Says so before anything else happens. Whoever started the host may have stopped to listen; then
/// the host runs all the same, a moment later.
fn say_ready(line: &str) -> io::Result<()> {
    let out = Spool::to(io::stdout(), |_| String::new())?;
    out.say(line);
    out.finish();
    Ok(())
}

fn builder(config: Config) -> crate::host::Builder {
    // Where the program cannot be found again, connectors are compiled in the host itself.
    let compiler = std::env::current_exe().map(Compiler::Apart).unwrap_or_default();
    Host::builder(config).compiler(compiler).admin()
}

/// The one line on stdout, once all is ready.
fn ready(host: &Host, (connections, destinations): (usize, usize), format: LogFormat) -> String {
    let handle = host.handle();
    let tasks = handle.tasks().iter().filter(|task| handle.is_enabled(task)).count();
    let admin = host.admin_address().map(|address| address.to_string());
    match format {
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
