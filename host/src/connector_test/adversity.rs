//! Adversity: what the world does to connectors, done to one on a bench, before production does.
//!
//! Recorded scenarios are the raw material. They are played once as they are; then every call
//! that they lead to is made again with something wrong in it: answers that fail, lie, repeat,
//! lack something or come at the wrong moment. As connectors are pure functions, each call can
//! be made alone, and whatever comes of it is the connector's own doing.
//!
//! But for how a FHIR Bundle pages, no check knows an EHR's format. Which part of an answer is
//! its records, which field is an id or a time, how the connector asks since when: all of it is
//! found by taking things away and looking at what changes.
//!
//! | file | it |
//! | --- | --- |
//! | `recording`, `play`, `material` | what was recorded, played; every call that it leads to |
//! | `plant` | canaries in place of what answers say of patients |
//! | `lab`, `watch` | calls, and what is watched at each |
//! | `records`, `shape`, `ehr` | an answer's records, how they are asked for, an EHR made of both |
//! | `json`, `stamp` | places within a value; times in the form that an EHR writes |
//! | `checks` | what is tried, a file a check |
//! | `report`, `table` | what came of it, for programs and for people |

mod checks;
mod ehr;
mod json;
mod lab;
mod material;
mod plant;
mod play;
mod recording;
mod records;
mod report;
mod shape;
mod stamp;
mod table;
mod watch;

pub use report::{Case, Check, Cost, Counts, Finding, Outcome, Report};

use self::{checks::Bench, lab::Lab};
use super::scenario::Scenario;
use crate::connector::Connector;

/// Tries a connector with all that can be made of scenarios; without any, with what needs none.
///
/// There is never more than one guest at a time, so an engine for one will do.
pub async fn run(connector: &Connector, scenarios: &[Scenario]) -> Report {
    let mut lab = Lab::new(connector);
    let recordings = scenarios.iter().map(Into::into).collect();
    let planted = plant::plant(&mut lab, recordings).await;
    let material = play::play(&mut lab, &planted).await;
    let bench = Bench::of(&mut lab, &material).await;
    let done = checks::run(&mut lab, &bench).await;
    Report::of(connector.manifest().label(), material.notes.clone(), done)
}
