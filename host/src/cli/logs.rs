//! Log lines, on stderr: text or JSON, coloured on a terminal only.

use std::io;

use serde_json::json;
use tracing_subscriber::{EnvFilter, fmt};

use super::{output, spool::Spool};
use crate::{
    clock::{Clock, System},
    config::LogFormat,
};

/// The host's log, and what the program says beside it. The host never waits for who reads it;
/// its end does, for a moment.
pub(super) struct Log(Spool);

impl Log {
    /// Says something for people, whatever becomes of other lines.
    pub(super) fn say(&self, text: &str) {
        self.0.say(text);
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// For the host: all that one wants to know of it later.
pub(super) fn of_the_host(format: LogFormat) -> io::Result<Log> {
    let loss = match format {
        LogFormat::Text => loss_as_text,
        LogFormat::Json => loss_as_json,
    };
    let spool = Spool::to(io::stderr(), loss)?;
    let log = Log(spool.clone());
    let writer = move || spool.clone();
    let lines = fmt().with_env_filter(filter("info")).with_writer(writer).with_target(false);
    match format {
        LogFormat::Text => lines.with_ansi(is_coloured()).init(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).init();
        }
    }
    Ok(log)
}

const LOST: &str = "lines of this log were lost: nobody read them";

fn loss_as_text(lines: u64) -> String {
    format!("{:.6}  WARN {LOST} lines={lines}", System.now())
}

fn loss_as_json(lines: u64) -> String {
    json!({ "timestamp": System.now(), "level": "WARN", "message": LOST, "lines": lines })
        .to_string()
}

/// For a command: what went wrong, without times.
pub(super) fn of_a_command() {
    let lines = fmt().with_env_filter(filter("warn")).with_writer(io::stderr).with_target(false);
    lines.without_time().with_ansi(is_coloured()).init();
}

fn filter(usual: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual))
}

fn is_coloured() -> bool {
    let asked_not_to = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    output::is_terminal(&io::stderr()) && !asked_not_to
}
