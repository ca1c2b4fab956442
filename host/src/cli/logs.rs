//! Log lines, on stderr: text or JSON, coloured on a terminal only.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use super::output;
use crate::config::LogFormat;

/// For the host: all that one wants to know of it later.
pub(super) fn of_the_host(format: LogFormat) {
    let lines = fmt().with_env_filter(filter("info")).with_writer(io::stderr).with_target(false);
    match format {
        LogFormat::Text => lines.with_ansi(is_coloured()).init(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).init()
        }
    }
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
