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
mod pseudonyms;
mod scan;
mod structure;
mod tape;
mod verify;

use jiff::Timestamp;

use self::{
    disguise::{Disguise, Disguised},
    tape::{Again, Tape},
};
use super::{
    drive::{Drive, Ehr, Polled, Setup, Stopped, Why},
    json::Json,
    scenario::{Exchange, Fails, Poll, Scenario, notifications, skipped},
};
use crate::connector::{Connector, Fault};

/// What is to be recorded.
pub struct Options {
    /// What is polled.
    pub setup: Setup,
    /// When the poll begins.
    pub now: Timestamp,
    /// Keys whose values are nobody's, and values that are.
    pub keep: Vec<String>,
    /// Keys whose values are somebody's, though they look like words of the answer's form.
    pub replace: Vec<String>,
    /// What must not be in the file, whatever else is.
    pub secrets: Vec<String>,
}

/// A recording.
#[derive(Debug)]
pub struct Recording {
    /// One poll, as it can be replayed.
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
         name keys or values that it needs as they are with --keep"
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

/// Polls a live EHR once, and makes a scenario of it that holds nothing of its patients.
///
/// # Errors
/// Why there is none.
pub async fn record(
    connector: &Connector,
    options: &Options,
    ehr: &mut dyn Ehr,
) -> Result<Recording, Error> {
    check_settings(&options.setup)?;
    let mut tape = Tape::new(ehr);
    let (polled, why) = poll(connector, &options.setup, options.now, &mut tape).await;
    let tape = tape.exchanged;
    if let Some(why) = why.filter(|why| !is_an_end(why)) {
        return Err(Error::Poll(why));
    }
    let disguise = Disguise::new(connector, options, &tape);
    let disguised = disguise.put_on(&tape);
    let mut again = Again::new(&tape, disguised.answers.clone(), &disguise.named);
    let (told, why) = poll(connector, &disguised.setup, disguised.now, &mut again).await;
    if let Some(why) = why.as_ref().filter(|why| !is_an_end(why)) {
        return Err(Error::Diverged(why.to_string()));
    }
    let exchanges = again.exchanges().map_err(Error::Diverged)?;
    let scenario = scenario(&disguised, exchanges, &told, why.as_ref());
    verify::Before::new(&disguised.masks, &disguise.paths, options).look(&scenario)?;
    match scenario.run(connector).await.differences.first() {
        Some(difference) => Err(Error::NotRepeatable(difference.place.clone())),
        None => Ok(Recording { scenario, notes: notes(&polled, &told) }),
    }
}

async fn poll(
    connector: &Connector,
    setup: &Setup,
    now: Timestamp,
    ehr: &mut dyn Ehr,
) -> (Polled, Option<Why>) {
    match Drive::new(connector, setup.clone()).poll(now, ehr).await {
        Ok(polled) => (polled, None),
        Err(Stopped { why, until }) => (*until, Some(why)),
    }
}

/// Whether a scenario can say that a poll ended so.
fn is_an_end(why: &Why) -> bool {
    matches!(why, Why::Fault(Fault::Failure(_)))
}

/// The scenario of a poll in disguise.
fn scenario(
    disguised: &Disguised<'_>,
    exchanges: Vec<Exchange>,
    polled: &Polled,
    why: Option<&Why>,
) -> Scenario {
    let Setup { action, settings, base_url, since } = &disguised.setup;
    let fails = match why {
        Some(Why::Fault(Fault::Failure(failure))) => Some(Fails::from(failure)),
        _ => None,
    };
    let poll = Poll {
        now: Some(disguised.now),
        exchanges,
        cursor: (polled.pages > 0).then(|| polled.cursor.clone()),
        notifications: notifications(polled),
        skipped: skipped(polled),
        fails,
    };
    Scenario {
        action: action.clone(),
        settings: Json::parse(&settings.to_string()).ok(),
        base_url: Some(base_url.as_str().trim_end_matches('/').to_owned()),
        since: Some(*since),
        polls: vec![poll],
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
fn notes(before: &Polled, after: &Polled) -> Vec<String> {
    let events =
        |polled: &Polled| polled.told.iter().map(|told| told.event.clone()).collect::<Vec<_>>();
    let mut notes = Vec::new();
    if events(before) != events(after) || before.skipped.len() != after.skipped.len() {
        let (was, is) = (before.told.len(), after.told.len());
        notes.push(format!(
            "the connector told other events of the answers with everything replaced ({is} \
             notifications, {was} of the EHR's own): --keep names keys or values that it needs"
        ));
    }
    notes
}
