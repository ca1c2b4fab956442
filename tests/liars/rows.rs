//! The table's rows with their smallest inputs, each with what is right.

mod backlog;
mod clocks;
mod keys;
mod late;
mod media;
mod moving;
mod names;
mod notices;
mod pages;
mod people;
mod receivers;
mod records;
mod refusals;
mod sweeps;
mod versions;

use super::{
    chronicle::SECOND,
    lies::Lie,
    plan::Plan,
    record::{Draft, Kind},
    run::{Outcome, run},
    server::Write,
};

/// An appointment of a patient of its own, booked so many seconds after the beginning.
fn booked(id: &str, at: i64) -> Write {
    let draft = Draft::new(Kind::Appointment, Some(&format!("of-{id}")));
    Write { at: at * SECOND, late: 0, kind: Kind::Appointment, id: id.into(), draft }
}

/// So many appointments `a0`, `a1` …, one a second from then on.
fn bookings(many: i64, from: i64) -> Vec<Write> {
    (0..many).map(|place| booked(&format!("a{place}"), from + place)).collect()
}

/// A world of these writes, where this is not so.
fn world(script: Vec<Write>, lie: impl Lie + 'static) -> Plan {
    let mut plan = Plan::quiet();
    plan.script = script;
    plan.lies = vec![Box::new(lie)];
    plan.settle();
    plan
}

/// The same with a second lie.
fn and(mut plan: Plan, lie: impl Lie + 'static) -> Plan {
    plan.lies.push(Box::new(lie));
    plan
}

/// Runs a world in which nothing may be broken, and so many notifications are told.
fn all_told(plan: Plan, told: usize) -> Outcome {
    let outcome = run(plan, false);
    assert!(outcome.broken.is_empty(), "{outcome:#?}");
    assert_eq!(outcome.told, told, "{outcome:#?}");
    outcome
}

/// Runs a world in which nothing may be broken.
fn well(plan: Plan) -> Outcome {
    let outcome = run(plan, false);
    assert!(outcome.broken.is_empty(), "{outcome:#?}");
    outcome
}

/// Where all cannot be known, a person has to be told: never a task that says that it is well.
fn told_or_failing(plan: Plan, told: usize) {
    let outcome = run(plan, false);
    let is_whole = outcome.told == told && outcome.broken.is_empty();
    assert!(is_whole || outcome.fails, "{outcome:#?}");
}
