//! `results`: DiagnosticReport and Observation, told as Results.
//!
//! One poll asks for both, reports first. An observation that a report lists is told with that
//! report; it is told by itself when it changes later, and when no report lists it at all.

mod listed;
mod observation;
mod report;
mod value;

use rounds_sdk::{
    Action, Change, Context, Failure, Notification, Page, Request, Response, Skipped, Step,
    model::{ResultOrder, Results},
};
use serde::{Deserialize, Serialize};

use crate::{
    cursor::{self, Cursor, Position},
    moved,
    related::{Case, UNHEARD},
    search::{self, Feed},
    settings::Settings,
};

const REPORTS: Feed = Feed {
    resource: "DiagnosticReport",
    include: &["DiagnosticReport:patient", "DiagnosticReport:result"],
    typed_ids: true,
    asks_together: false,
};

const OBSERVATIONS: Feed = Feed {
    resource: "Observation",
    include: &["Observation:patient"],
    typed_ids: true,
    asks_together: true,
};

/// What the manifest says.
pub(crate) fn action() -> Action {
    let events = ["Results.New", "Results.Modification"];
    Action::feed("results", "Reports and observations, new and changed", &events, 1).lists()
}

/// Where both searches stand, and whose turn it is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    turn: Turn,
    reports: Position,
    observations: Position,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Turn {
    Reports,
    Observations,
}

impl Cursor for Both {
    fn positions(&self) -> impl Iterator<Item = &Position> {
        [&self.reports, &self.observations].into_iter()
    }
}

impl Both {
    fn first(context: &Context) -> Result<Self, Failure> {
        let position = Position::first(context)?;
        Ok(Self { turn: Turn::Reports, reports: position.clone(), observations: position })
    }

    fn turn(&mut self) -> (&'static Feed, &mut Position) {
        match self.turn {
            Turn::Reports => (&REPORTS, &mut self.reports),
            Turn::Observations => (&OBSERVATIONS, &mut self.observations),
        }
    }
}

/// The next request: of whose turn it is.
pub(crate) fn poll(
    context: &Context,
    settings: &Settings,
    cursor: Option<&str>,
) -> Result<Request, Failure> {
    let mut both = cursor::parse(context, cursor, Both::first)?;
    let (feed, position) = both.turn();
    search::request(context, settings, feed, position)
}

/// What the answer to it says. The turn passes when a search has come to its end.
pub(crate) fn changes(
    context: &Context,
    settings: &Settings,
    cursor: Option<&str>,
    answer: &Response,
) -> Result<Page, Failure> {
    let mut both = cursor::parse(context, cursor, Both::first)?;
    let (feed, position) = both.turn();
    let found = search::read(context, settings, feed, position, answer)?;
    *position = found.position.clone();
    let mut more = found.more;
    if !more {
        more = settings.observations && both.turn == Turn::Reports;
        both.turn = if more { Turn::Observations } else { Turn::Reports };
    }
    let cursor = cursor::print(&both)?;
    Ok(found.page(cursor, more))
}

/// Maps one report or observation, once it has all that belongs to it.
pub(crate) fn collect(case: &Case) -> Result<Step, Failure> {
    if is_report(case.change) { report::collect(case) } else { observation::collect(case) }
}

fn is_report(change: &Change) -> bool {
    change.id.starts_with("DiagnosticReport/")
}

/// Tells of a report or observation that is gone that it was entered in error, as there is no event
/// that takes a result back.
pub(crate) fn gone(case: &Case) -> Result<Step, Failure> {
    moved::gone(case, case.memo == Some(TOLD), |patient| {
        let (_, id) = case.change.id.split_once('/').unwrap_or_default();
        let order = ResultOrder {
            application_order_id: Some(id.to_owned()),
            results_status: Some("entered-in-error".to_owned()),
            ..ResultOrder::default()
        };
        let results = Results { patient, visit: None, orders: vec![order] };
        Notification::new("Results.Modification", &results)
    })
}

/// What another patient had is new to the one who has it now; there is no event that takes a result
/// back.
pub(crate) fn moved_away() -> Step {
    Skipped::new("a result that is another patient's cannot be taken back").memo(UNHEARD).into()
}

/// The event of a record: its first, or a later one.
fn event(case: &Case) -> &'static str {
    match case.is_unheard() || case.memo == Some(UNTOLD) {
        true => "Results.New",
        false => "Results.Modification",
    }
}

/// What is remembered of a record that was told.
const TOLD: &str = "told";

/// What is remembered of a record that had nothing to tell yet.
const UNTOLD: &str = "untold";
