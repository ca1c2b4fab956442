//! Arguments that several commands take.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{exit::Error, output};
use crate::{
    admin::{self, Client, Way},
    config::{Config, Draft, Secret, Since},
    duration,
    model::TaskId,
};

/// The configuration.
#[derive(Args)]
pub(super) struct ConfigFile {
    /// The configuration
    #[arg(short = 'c', long = "config", value_name = "FILE", default_value = "rounds.toml")]
    path: PathBuf,
}

impl ConfigFile {
    /// Reads it, and tells its warnings.
    pub(super) fn load(&self) -> Result<Config, Error> {
        let config = Config::load(&self.path)?;
        for warning in &config.warnings {
            output::note(&format!("warning: {warning}"));
        }
        Ok(config)
    }

    /// Reads what says where a running host is asked; what else is wrong is no matter.
    pub(super) fn to_ask(&self) -> Result<Config, Error> {
        let draft = self.draft();
        if draft.admin_is_known { Ok(draft.config) } else { Ok(draft.finish()?) }
    }

    /// Reads what is the host's own; what else is wrong is no matter, as a secret of others that
    /// this shell does not have.
    pub(super) fn of_the_host(&self) -> Result<Config, Error> {
        let draft = self.draft();
        if draft.host_is_known { Ok(draft.config) } else { Ok(draft.finish()?) }
    }

    /// Reads what can be read of it, and leaves its findings to the caller.
    pub(super) fn draft(&self) -> Draft {
        Draft::load(&self.path)
    }
}

/// Which host to look after.
#[derive(Args)]
pub(super) struct Which {
    #[command(flatten)]
    pub(super) config: ConfigFile,
    #[command(flatten)]
    pub(super) at: At,
}

/// Where a running host is, and what one shows there.
#[derive(Args)]
pub(super) struct At {
    /// Where the running host's admin API listens: an address, or https://…; the configuration is
    /// not read then
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<Way>,
    /// The variable with a token of the host [default: ROUNDS_TOKEN, where it is set]
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,
    /// Further authorities to trust, in PEM, where the host's certificate is of none that this
    /// machine knows
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// The variable with a token where none is named.
const TOKEN: &str = "ROUNDS_TOKEN";

impl At {
    /// Asks the host where it was said to be; `None` where nobody said.
    pub(super) fn named(&self) -> Result<Option<Client>, Error> {
        self.admin.clone().map(|way| self.by(way)).transpose()
    }

    /// Asks the host where it was said to be, else where the configuration says.
    pub(super) fn client(&self, config: &Config) -> Result<Client, Error> {
        let way = match &self.admin {
            Some(way) => way.clone(),
            None => Way::here(&config.host.admin).map_err(admin::Error::from)?,
        };
        self.by(way)
    }

    fn by(&self, mut way: Way) -> Result<Client, Error> {
        way.token = self.token()?;
        way.ca = self.ca.as_deref().map(read).transpose()?;
        Ok(Client::by(way)?)
    }

    fn token(&self) -> Result<Option<Secret>, Error> {
        let name = self.token_env.as_deref().unwrap_or(TOKEN);
        match std::env::var(name) {
            Ok(token) if !token.is_empty() => Ok(Some(Secret::new(token.trim()))),
            _ if self.token_env.is_none() => Ok(None),
            _ => Err(Error::Wrong(format!("the environment has no token in `{name}`"))),
        }
    }
}

fn read(file: &Path) -> Result<String, Error> {
    let text = std::fs::read_to_string(file);
    text.map_err(|error| Error::Wrong(format!("cannot read {}: {error}", file.display())))
}

/// Which task.
#[derive(Args)]
pub(super) struct TaskName {
    /// The connection's name
    connection: String,
    /// The action's name
    action: String,
}

impl TaskName {
    /// As it is written, known or not.
    pub(super) fn id(&self) -> TaskId {
        TaskId { connection: self.connection.as_str().into(), action: self.action.as_str().into() }
    }

    /// The task, if the configuration has it.
    pub(super) fn of(&self, config: &Config) -> Result<TaskId, Error> {
        let wanted = self.id();
        let ids = || {
            config.connections.iter().flat_map(|it| it.tasks.iter().map(|task| it.task_id(task)))
        };
        if ids().any(|id| id == wanted) {
            return Ok(wanted);
        }
        let known: Vec<_> = ids().map(|id| id.to_string()).collect();
        Err(Error::Wrong(format!(
            "{} has no task {wanted}; it has: {}",
            config.file,
            known.join(", ")
        )))
    }
}

/// A point in time, or a span before now.
pub(super) fn since(text: &str) -> Result<Since, String> {
    if let Ok(at) = text.parse() {
        return Ok(Since::At(at));
    }
    let ago = duration::parse(text).map(Since::Ago);
    ago.map_err(|_| {
        "write a time with its offset, as 2026-05-05T10:00:00Z, or a span, as 2h or 30d".into()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        config::{Connection, connection::Task},
        schedule::cadence::Cadence,
    };

    fn config() -> Config {
        let mut connection =
            Connection::new("general", "fhir-r4", "http://127.0.0.1:1/".parse().unwrap());
        connection.tasks.push(Task::new("appointments", Cadence::Every(Duration::from_secs(60))));
        connection.tasks.push(Task::new("orders", Cadence::Every(Duration::from_secs(60))));
        Config { file: "rounds.toml".into(), connections: vec![connection], ..Config::default() }
    }

    #[test]
    fn a_task_that_is_not_there_is_told_with_those_that_are() {
        let name = |action: &str| TaskName { connection: "general".into(), action: action.into() };
        assert_eq!(name("orders").of(&config()).unwrap().to_string(), "general/orders");
        let Err(Error::Wrong(why)) = name("order").of(&config()) else { panic!("it was found") };
        assert_eq!(
            why,
            "rounds.toml has no task general/order; it has: general/appointments, general/orders"
        );
    }

    #[test]
    fn since_is_a_time_or_a_span() {
        assert_eq!(since("2h"), Ok(Since::Ago(Duration::from_secs(7200))));
        assert!(matches!(since("2026-05-05T10:00:00+02:00"), Ok(Since::At(_))));
        assert!(since("2026-05-05").is_err());
    }
}
