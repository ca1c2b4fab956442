//! What is to be in service under a name: what the folder has, if it may be; else what was.

use std::path::PathBuf;

use crate::{
    config::Config,
    connector::Connector,
    reload::{self, File, Refusal, file_name},
    service::{Record, Resumed},
};

/// A file that was loaded.
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) connector: Connector,
    pub(super) file: File,
    pub(super) origin: Origin,
}

/// Where a file comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The connectors' folder.
    Folder,
    /// A registry, by the lock file.
    Registry,
    /// The program that runs the host, which answers for it.
    Program,
}

/// What was in service before.
pub(super) struct Served {
    pub(super) connector: Connector,
    /// What that was on trial against.
    pub(super) previous: Option<Connector>,
    pub(super) record: Record,
}

/// What is to be in service under a name.
pub(super) struct Chosen {
    pub(super) connector: Connector,
    pub(super) file: String,
    /// What is to be kept for the next start.
    pub(super) to_keep: Option<File>,
    pub(super) resumed: Option<Resumed>,
    /// Why another file is not.
    pub(super) refused: Option<String>,
}

impl Chosen {
    /// What the program that runs the host brought, loaded.
    pub(super) fn of(
        connector: &Connector,
        served: Option<Served>,
        record: Option<Record>,
    ) -> Self {
        Self {
            connector: connector.clone(),
            file: connector.manifest().label(),
            to_keep: None,
            resumed: resumed(connector, served, record),
            refused: None,
        }
    }
}

/// All that a choice depends on.
pub(super) struct Choice<'a> {
    pub(super) config: &'a Config,
    pub(super) name: &'a str,
    pub(super) record: Option<Record>,
    pub(super) served: Option<Served>,
}

impl Choice<'_> {
    /// Chooses among the files of the name; those left over are told as refused. `None` where
    /// there is nothing to choose. Fails where nothing can be in service.
    pub(super) fn of(
        self,
        candidates: Vec<Candidate>,
        refused: &mut Vec<(PathBuf, String)>,
    ) -> Result<Option<Chosen>, String> {
        let offered = match self.one_of(candidates, refused) {
            Ok(Some(offered)) => offered,
            Ok(None) => return Ok(self.stay("its file is gone".into())),
            Err(why) => return self.stay(why.clone()).map(Some).ok_or(why),
        };
        let record = self.record.as_ref().filter(|_| offered.origin != Origin::Program);
        match reload::judge(self.config, &offered.connector, record) {
            Ok(()) => Ok(Some(self.accept(offered))),
            // What does not fit the configuration is told with its places there.
            Err(Refusal::Unfit { .. }) if self.served.is_none() => Ok(Some(self.accept(offered))),
            Err(why) => self.stay(why.to_string()).map(Some).ok_or_else(|| why.to_string()),
        }
    }

    /// The one file of the name: where they differ, that which was in service.
    fn one_of(
        &self,
        mut candidates: Vec<Candidate>,
        refused: &mut Vec<(PathBuf, String)>,
    ) -> Result<Option<Candidate>, String> {
        let serving = self.record.as_ref().map(|record| record.serving.as_str());
        let was_served = |it: &Candidate| serving == Some(it.connector.digest());
        let digest = |it: &Candidate| it.connector.digest().to_owned();
        let first = candidates.first().map(digest);
        let are_same = candidates.iter().all(|it| Some(digest(it)) == first);
        let at = candidates.iter().position(|it| it.origin != Origin::Folder);
        let at = at.or_else(|| candidates.iter().position(was_served));
        if at.is_none() && !are_same {
            let paths: Vec<_> = candidates.iter().map(|it| it.path.display().to_string()).collect();
            let paths = paths.join(" and ");
            return Err(format!("{paths} have the connector `{}`; remove all but one", self.name));
        }
        if candidates.is_empty() {
            return Ok(None);
        }
        let chosen = candidates.remove(at.unwrap_or_default());
        let path = chosen.path.display();
        let why = format!("{path} has the connector `{}` already; remove one of them", self.name);
        refused.extend(candidates.into_iter().map(|twin| {
            let told = format!("{}: {why}", twin.path.display());
            (twin.path, told)
        }));
        Ok(Some(chosen))
    }

    /// What was in service stays.
    fn stay(self, why: String) -> Option<Chosen> {
        let Served { connector, previous, record } = self.served?;
        let label = connector.manifest().label();
        tracing::warn!(connector = label, why, "in service is what was before");
        let file = record.file.clone();
        let resumed = Some(Resumed { previous, record });
        Some(Chosen { connector, file, to_keep: None, resumed, refused: Some(why) })
    }

    /// What is offered, on trial against what was in service, where that is another.
    fn accept(self, offered: Candidate) -> Chosen {
        let Candidate { path, connector, file, .. } = offered;
        let resumed = resumed(&connector, self.served, self.record);
        let to_keep = Some(file);
        Chosen { connector, file: file_name(&path), to_keep, resumed, refused: None }
    }
}

/// What an earlier run leaves to a connector that is to be in service.
fn resumed(
    connector: &Connector,
    served: Option<Served>,
    record: Option<Record>,
) -> Option<Resumed> {
    let Some(Served { connector: was, previous, record }) = served else {
        return record.map(|record| Resumed { previous: None, record });
    };
    let is_same = was.digest() == connector.digest();
    // What has proven itself stays what a failure goes back to.
    let previous = if is_same { previous } else { Some(previous.unwrap_or(was)) };
    Some(Resumed { previous, record })
}
