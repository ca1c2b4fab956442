//! Where a search stands: all that is kept between polls, and nothing of any patient.
//!
//! At rest it is two or three short texts. While a pass through several pages is under way it
//! holds where that stands; its size never depends on how many records there are.

use rounds_sdk::{Context, Failure};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::instant;

/// How far the server's clock may be ahead of the host's before a time is taken for a mistake,
/// in milliseconds.
pub(crate) const AHEAD: i64 = 24 * 60 * 60 * 1000;

/// What is stored of an action: where each of its searches stands.
pub(crate) trait Cursor: DeserializeOwned {
    /// All of them.
    fn positions(&self) -> impl Iterator<Item = &Position>;
}

/// Where a search stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    /// Everything that changed until then is known: the server's own text of the newest
    /// `lastUpdated` of a pass that came to its end.
    pub(crate) since: String,
    /// The host's clock when `since` was first seen, while the overlap before it is still
    /// read again. Compared with the host's clock alone, so that skew doesn't matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fresh: Option<String>,
    /// Nothing before this was ever asked for, and the overlap doesn't either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<String>,
    /// So many records share the time `since` that only later ones are asked for.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) after: bool,
    /// The pass under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pass: Option<Pass>,
}

/// A way through several pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pass {
    /// Of a server that sorts: the next page is asked for by the last time seen.
    Walk(Walk),
    /// Of any other: the next page is where the link leads, until two rounds were the same.
    Sweep(Sweep),
}

/// A pass by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Walk {
    /// From when the pass began.
    pub(crate) from: String,
    /// From when the next page is asked for.
    pub(crate) at: String,
    /// How many records there are from `at` on, as far as the server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left: Option<u64>,
}

/// A pass by links, repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sweep {
    /// From when every round asks.
    pub(crate) from: String,
    /// The next page, `None` at the start of a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The newest time of the first round, from when on that is known.
    pub(crate) newest: String,
    /// How many rounds came to their end.
    pub(crate) rounds: u32,
    /// How often a round began again, as its next page was gone.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) restarts: u32,
    /// The sum of what this round read, up to `newest`.
    pub(crate) sum: u64,
    /// The sum of the round before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<u64>,
}

impl Cursor for Position {
    fn positions(&self) -> impl Iterator<Item = &Position> {
        std::iter::once(self)
    }
}

impl Position {
    /// Where a first poll stands.
    pub(crate) fn first(since: &str) -> Self {
        let start = Some(since.to_owned());
        Self { since: since.to_owned(), fresh: None, start, after: false, pass: None }
    }

    /// The same position with this pass under way.
    pub(crate) fn passing(&self, pass: Pass) -> Self {
        Self { pass: Some(pass), ..self.clone() }
    }
}

impl Sweep {
    /// The start of a first round.
    pub(crate) fn from(from: &str) -> Self {
        Self {
            from: from.to_owned(),
            next: None,
            newest: from.to_owned(),
            rounds: 0,
            restarts: 0,
            sum: 0,
            before: None,
        }
    }
}

/// A cursor as it was stored, or what a first poll has instead.
///
/// # Errors
/// [`Failure::CursorLost`] for a text that no version of this connector wrote, and for a time of
/// the future, from when on nothing would be seen to change.
pub(crate) fn parse<T: Cursor>(
    context: &Context,
    cursor: Option<&str>,
    first: impl FnOnce(&str) -> T,
) -> Result<T, Failure> {
    let Some(text) = cursor else { return Ok(first(&context.since)) };
    let lost = |what: &str| Failure::CursorLost(what.into());
    let foreign = || lost("not a cursor of this connector");
    let cursor: T = serde_json::from_str(text).map_err(|_| foreign())?;
    let latest = instant::minus(&context.now, -AHEAD)?;
    for position in cursor.positions() {
        if instant::later(&position.since, &latest).map_err(|_| foreign())? {
            return Err(lost("a cursor of the future"));
        }
    }
    Ok(cursor)
}

/// A cursor as it is stored.
pub(crate) fn print(cursor: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(cursor).map_err(|_| Failure::Internal("a cursor is no JSON".into()))
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}
