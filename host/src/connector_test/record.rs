//! Recording a live EHR as a scenario that can be shown to anyone.
//!
//! The connector is polled twice. First with the EHR's own answers; then with the same answers in
//! which everything that may be somebody's is replaced. What it asks and tells the second time is
//! what the scenario expects: so a recording fits itself by construction, and as a connector knows
//! only what it is given, nothing of what was replaced can be in it.

mod answers;
mod clock;
mod dates;
mod disguise;
mod draw;
mod markup;
mod origins;
mod pseudonyms;
mod scan;
mod structure;
mod tape;
mod verify;

use jiff::Timestamp;

use self::{
    disguise::Disguise,
    tape::{Again, Exchanged, Tape},
};
use super::{
    drive::{Drive, Ehr, Polled, Setup, Stopped, Why},
    json::Json,
    scenario::{Exchange, Fails, Poll, Scenario, notifications, skipped, unreadable},
};
use crate::{
    config::Secret,
    connection,
    connector::{Connector, Fault},
};

/// What is to be recorded.
#[derive(Debug)]
pub struct Options {
    /// What is polled.
    pub setup: Setup,
    /// Keys whose values are nobody's, and values that are.
    pub keep: Vec<String>,
    /// Keys whose values are somebody's, though they look like words of the answer's form.
    pub replace: Vec<String>,
    /// What must not be in the file, whatever else is.
    pub secrets: Vec<Secret>,
}

/// A recording.
#[derive(Debug)]
pub struct Recording {
    /// The polls, as they can be replayed.
    pub scenario: Scenario,
    /// What to look at before showing it to anyone.
    pub notes: Vec<String>,
}

/// Why there is no recording. Names places, never what stands there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The EHR did not answer, or the connector asked what it may not.
    #[error("{0}")]
    Poll(Why),
    /// With its answers replaced, the connector went another way.
    #[error(
        "with everything replaced that may be a patient's, the connector goes another way: {0}; \
         name keys or values that it needs as they are with --keep, and headers of answers that it \
         reads in its manifest"
    )]
    Diverged(String),
    /// Something of what was replaced stands in the recording.
    #[error(
        "nothing was written: {path} would still hold something that was replaced elsewhere; if it \
         is nobody's, name its value or the key where it was replaced with --keep, else name the \
         key here with --replace"
    )]
    Leak {
        /// Where, in the file that was not written.
        path: String,
    },
    /// A credential stands in the recording.
    #[error("nothing was written: it would hold one of the connection's secrets")]
    Secret,
    /// The settings hold what sounds like a credential.
    #[error(
        "nothing was written: the setting `{0}` sounds like a secret, which a recording cannot hold"
    )]
    Setting(String),
    /// The recording does not replay.
    #[error("nothing was written: a second poll with the same answers came out differently: {0}")]
    NotRepeatable(String),
}

/// Polls a live EHR, and makes a scenario of it that holds nothing of its patients.
pub struct Recorder {
    connector: Connector,
    options: Options,
    drive: Drive,
    tape: Vec<Exchanged>,
    polls: Vec<Seen>,
}

/// One poll as it was.
struct Seen {
    now: Timestamp,
    polled: Polled,
}

impl Recorder {
    /// A recorder of a connection that has never been polled.
    ///
    /// # Errors
    /// Where its settings sound like what must not be in a file.
    pub fn new(connector: &Connector, options: Options) -> Result<Self, Error> {
        check_settings(&options.setup)?;
        let drive = Drive::new(connector, options.setup.clone());
        let connector = connector.clone();
        Ok(Self { connector, options, drive, tape: Vec::new(), polls: Vec::new() })
    }

    /// Polls once, from where the poll before ended.
    ///
    /// # Errors
    /// Why there is nothing to record: no answer, or what a host would refuse. That a connector
    /// fails can be recorded as well.
    pub async fn poll(&mut self, now: Timestamp, ehr: &mut dyn Ehr) -> Result<&Polled, Error> {
        let mut tape = Tape::new(ehr);
        let (polled, why) = poll(&mut self.drive, now, &mut tape).await;
        self.tape.extend(tape.exchanged);
        if let Some(why) = why.filter(|why| !is_an_end(why)) {
            return Err(Error::Poll(why.discreet()));
        }
        let index = self.polls.len();
        self.polls.push(Seen { now, polled });
        self.polls.get(index).map(|seen| &seen.polled).ok_or(Error::Diverged(String::new()))
    }

    /// The scenario of all polls so far, once more with everything replaced.
    ///
    /// # Errors
    /// Where that is not possible, or would not be safe.
    pub async fn finish(self) -> Result<Recording, Error> {
        let times: Vec<_> = self.polls.iter().map(|seen| seen.now).collect();
        let disguise = Disguise::new(&self.connector, &self.options, &self.tape);
        let disguised = disguise.put_on(&self.tape, &times);
        let mut again = Again::new(&self.tape, disguised.answers.clone(), &disguise.named);
        let mut drive = Drive::new(&self.connector, disguised.setup.clone()).candid();
        let (mut polls, mut notes) = (Vec::new(), Vec::new());
        for (seen, now) in self.polls.iter().zip(&disguised.times) {
            let (polled, why) = poll(&mut drive, *now, &mut again).await;
            if let Some(why) = why.as_ref().filter(|why| !is_an_end(why)) {
                return Err(Error::Diverged(why.to_string()));
            }
            notes.extend(note(&seen.polled, &polled));
            polls.push(recorded(*now, again.take(), &polled, why.as_ref()));
        }
        again.finished().map_err(Error::Diverged)?;
        let scenario = scenario(&disguised.setup, polls);
        verify::Before::new(&disguised.masks, &disguise.paths, &self.options).look(&scenario)?;
        match scenario.run(&self.connector).await.differences.first() {
            Some(difference) => Err(Error::NotRepeatable(difference.place.clone())),
            None => Ok(Recording { scenario, notes }),
        }
    }
}

async fn poll(drive: &mut Drive, now: Timestamp, ehr: &mut dyn Ehr) -> (Polled, Option<Why>) {
    match drive.poll(now, ehr).await {
        Ok(polled) => (polled, None),
        Err(Stopped { why, until }) => (*until, Some(why)),
    }
}

/// Whether a scenario can say that a poll ended so.
fn is_an_end(why: &Why) -> bool {
    matches!(why, Why::Fault(Fault::Failure(_)))
}

fn recorded(now: Timestamp, exchanges: Vec<Exchange>, polled: &Polled, why: Option<&Why>) -> Poll {
    let fails = match why {
        Some(Why::Fault(Fault::Failure(failure))) => Some(Fails::from(failure)),
        _ => None,
    };
    Poll {
        now: Some(now),
        exchanges,
        cursor: (polled.pages > 0).then(|| polled.cursor.clone()),
        notifications: notifications(polled),
        skipped: skipped(polled),
        unreadable: unreadable(polled),
        notices: polled.notices.clone(),
        fails,
        ..Poll::default()
    }
}

fn scenario(setup: &Setup, polls: Vec<Poll>) -> Scenario {
    let Setup { action, settings, base_url, allow_origins, since } = setup;
    Scenario {
        action: action.clone(),
        settings: Json::parse(&settings.to_string()).ok(),
        base_url: Some(base_url.as_str().trim_end_matches('/').to_owned()),
        allow_origins: connection::origins(allow_origins),
        since: Some(*since),
        polls,
        file: std::path::PathBuf::new(),
        about: String::new(),
    }
}

/// A setting that sounds like a credential has no place in a file that is shown.
fn check_settings(setup: &Setup) -> Result<(), Error> {
    const SECRET: [&str; 7] =
        ["secret", "password", "passwd", "token", "apikey", "credential", "credentials"];
    let settings = setup.settings.as_object();
    let mut names = settings.into_iter().flat_map(|settings| settings.keys());
    let sounds_secret = |name: &&String| {
        let words = structure::words(name);
        words.iter().any(|word| SECRET.contains(&word.as_str()))
            || words.concat().contains("apikey")
    };
    names.find(sounds_secret).map_or(Ok(()), |name| Err(Error::Setting(name.clone())))
}

/// Where the connector told something else of the answers in disguise.
fn note(before: &Polled, after: &Polled) -> Option<String> {
    let events =
        |polled: &Polled| polled.told.iter().map(|told| told.event.clone()).collect::<Vec<_>>();
    let same = events(before) == events(after) && before.skipped.len() == after.skipped.len();
    let (was, is) = (before.told.len(), after.told.len());
    (!same).then(|| {
        format!(
            "with everything replaced the connector told other events ({is} notifications, {was} \
             with the EHR's own words); --keep names keys or values that it needs"
        )
    })
}
