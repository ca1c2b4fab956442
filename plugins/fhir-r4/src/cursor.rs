//! Where a search stands: all that is kept between polls, and nothing of any patient.
//!
//! At rest it is a time, and whether the server is known to sort. While a pass through several
//! pages is under way it holds where that stands; its size never depends on how many records
//! there are.

use rounds_sdk::{Context, Failure, Time};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::instant::Moment;

/// How far the server's clock may be from the host's before a time is taken for a mistake, in
/// milliseconds.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

/// What is stored of an action: where each of its searches stands.
pub(crate) trait Cursor: DeserializeOwned {
    /// All of them.
    fn positions(&self) -> impl Iterator<Item = &Position>;
}

/// Where a search stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    /// All that the server showed of earlier times is known: what is asked for is this time and
    /// later. `None` in a listing that has not left its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<String>,
    /// Whether nothing was read yet, so that the server's clock is still to be minded.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) begins: bool,
    /// Whether the server was seen to sort by time.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) sorts: bool,
    /// Whether the server refuses to be asked for a count.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) uncounted: bool,
    /// Whether the server refuses times with fractions of a second, so that seconds are all there is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) coarse: bool,
    /// When a page was found to show fewer records than there are: soon after, one that still does
    /// is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stuck: Option<String>,
    /// Where it stands with what was deleted; `None` before anything was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deletions: Option<Deletions>,
    /// The pass under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pass: Option<Pass>,
}

/// Where a search stands with what was deleted, as the server's history tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deletions {
    /// All deletions of earlier times are known, by the server's clock.
    pub(crate) since: String,
    /// When they are asked for next, by the host's clock.
    pub(crate) at: String,
}

/// A way through several pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pass {
    /// By time: `since` moves with every page.
    Walk(Walk),
    /// Asking whether the server sorts: the newest are asked for first.
    Proof(Proof),
    /// By links, from `since` to their end.
    Round(Round),
    /// Asking what there is beyond the records that cannot be paged.
    Beyond(Beyond),
    /// Through the server's history, for what was deleted.
    History(History),
}

/// A pass through a history, the newest first. It is of one poll: what that one does not read to its
/// end is asked for anew, after a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    /// When its poll began, by the host's clock.
    pub(crate) poll: String,
    /// Since when it is known what was deleted once this is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// The next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// A pass by time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Walk {
    /// The server's clock at the page before: what changed later may stand where it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clock: Option<String>,
    /// How many records the next page is to have, where a usual one was too small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// From when the next page is asked for, where that is later than the server's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
}

/// What is to be proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    /// The last time of a page that is in order, from where a walk goes on.
    pub(crate) at: String,
    /// The server's clock at that page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clock: Option<String>,
    /// How many different times it takes.
    pub(crate) needed: usize,
}

/// A pass by links, repeated until it is known to have read all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Round {
    /// The next page, `None` at the start of a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// How many records a page is to have, where that is not as many as usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// Only what has the time `since` is wanted: the server sorts, and too many have it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) ties: bool,
    /// Only records until then count: all that were there before the pass began. Without a clock,
    /// the newest of the first round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// The newest time that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) newest: Option<String>,
    /// Whether later times than `since` were seen, so that its time is over.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) passed: bool,
    /// How many records there were when the round began, as far as the server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    /// How many were read in this round.
    pub(crate) seen: u64,
    /// How many the largest of its pages has.
    #[serde(default)]
    pub(crate) most: u64,
    /// The sum of what counts in this round: of ids and versions, whatever their order.
    pub(crate) sum: u64,
    /// The sum of the round before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<u64>,
    /// How many rounds came to their end.
    pub(crate) rounds: u32,
    /// Whether the server's count is known to be wrong.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) miscounted: bool,
    /// How often a round began again, as its next page was gone.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) restarts: u32,
    /// The link of its first page, as a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first: Option<u64>,
    /// What the page shows that was read last, as a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<u64>,
    /// How many pages without a record came last.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) empty: u32,
    /// When its links were found to lead nowhere: soon after, none is followed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gone: Option<String>,
}

/// A page or a round that shows fewer records than there are, by the server's count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Short {
    pub(crate) shown: u64,
    pub(crate) said: u64,
}

/// What is asked to know whether a count is right: there must be as many fewer beyond what it
/// counts as were shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beyond {
    /// The newest time that was shown.
    pub(crate) newest: String,
    /// What was shown.
    pub(crate) of: Short,
    /// Where the search rests should that have been all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rest: Option<String>,
    /// The round that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) round: Option<Round>,
}

impl Cursor for Position {
    fn positions(&self) -> impl Iterator<Item = &Position> {
        std::iter::once(self)
    }
}

impl Position {
    /// Where a first poll stands: at the whole second, as some servers refuse finer times than
    /// they have. A listing begins with everything.
    pub(crate) fn first(context: &Context) -> Result<Self, Failure> {
        let since = Time::parse(&context.since)?;
        Ok(match context.listing {
            true => Self::since(None),
            false => Self { begins: true, ..Self::since(Some(Moment::second_of(since))) },
        })
    }

    /// A position at rest.
    pub(crate) fn since(since: Option<Moment>) -> Self {
        let since = since.map(|since| since.text().to_owned());
        let (stuck, deletions, pass) = (None, None, None);
        let [begins, sorts, uncounted, coarse] = [false; 4];
        Self { since, begins, sorts, uncounted, coarse, stuck, deletions, pass }
    }

    /// From when is asked.
    pub(crate) fn from(&self) -> Result<Option<Moment>, Failure> {
        self.since.as_deref().map(Moment::parse).transpose()
    }

    /// The same position with all that it asks in whole seconds, where it isn't so yet: what was
    /// under way begins anew.
    pub(crate) fn in_seconds(&self) -> Option<Self> {
        let is_fine = |text: &String| text.contains('.');
        let asked = match &self.pass {
            Some(Pass::Walk(Walk { at: Some(at), .. })) => Some(at),
            Some(Pass::Beyond(beyond)) => Some(&beyond.newest),
            _ => self.since.as_ref(),
        };
        if self.coarse || !asked.is_some_and(is_fine) {
            return None;
        }
        let since = self.from().ok()?.map(|since| Moment::second_of(since.time()));
        Some(Self { coarse: true, uncounted: false, ..self.resting(since) })
    }

    /// The page that it stands at, where a link led there.
    pub(crate) fn asked(&self) -> Option<&str> {
        match &self.pass {
            Some(Pass::Round(round)) => round.next.as_deref(),
            Some(Pass::History(history)) => history.next.as_deref(),
            _ => None,
        }
    }

    /// The same position with this pass under way.
    pub(crate) fn passing(&self, pass: Pass) -> Self {
        Self { pass: Some(pass), ..self.clone() }
    }

    /// The same position as a poll finds it: the history of a poll before is not read on.
    pub(crate) fn of_poll(&self, context: &Context) -> Self {
        let is_before = |history: &History| history.poll != context.now;
        match &self.pass {
            Some(Pass::History(history)) if is_before(history) => self.resting(None),
            _ => self.clone(),
        }
    }

    /// The same position at rest, from this time on where there is one.
    pub(crate) fn resting(&self, since: Option<Moment>) -> Self {
        let since = since.map(|since| since.text().to_owned()).or_else(|| self.since.clone());
        Self { since, stuck: None, pass: None, ..self.clone() }
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
    first: impl FnOnce(&Context) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Some(text) = cursor else { return first(context) };
    let lost = |what: &str| Failure::CursorLost(what.into());
    let foreign = || lost("not a cursor of this connector");
    let cursor: T = serde_json::from_str(text).map_err(|_| foreign())?;
    let latest = Time::parse(&context.now)?.minus_millis(-DAY);
    for position in cursor.positions() {
        let since = position.from().map_err(|_| foreign())?;
        if since.is_none() && !context.listing {
            return Err(foreign());
        }
        if since.is_some_and(|since| since.time() > latest) {
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
