//! What waiting alone costs.

use std::time::Duration;

use crate::{
    arguments::Arguments,
    job,
    report::{table, verdict},
};

/// What the host may take, of what waiting alone costs.
const LIMIT: f64 = 1.3;

/// Prints how long the answers alone take, beside how long the host took.
///
/// A page is asked for after the one before, as its cursor is in that. Patients are asked for,
/// and notifications sent, so many at once, and both while pages are read: so the job takes as
/// long as the longest of the three, behind the first page and before the last notification.
pub(crate) fn print(arguments: &Arguments, latency: Duration, wall: f64) {
    let answer = latency.as_secs_f64();
    let turns = arguments.changes.div_ceil(arguments.concurrency.max(1)) as f64 * answer;
    // Each page begins with the last record of the one before.
    let pages = arguments.changes.div_ceil(job::PAGE - 1) as f64 * answer;
    let ideal = pages.max(turns) + 2.0 * answer;
    let mut table = table(&["answers take this long", "s"]);
    for (name, seconds) in [
        ("pages, one after another", pages),
        ("patients, so many at once", turns),
        ("notifications, so many at once, meanwhile", turns),
        ("the first page and the last notification", 2.0 * answer),
        ("waiting alone", ideal),
        ("rounds, median", wall),
    ] {
        table.add_row([name.to_owned(), format!("{seconds:.2}")]);
    }
    println!("\n{table}");
    println!(
        "wall: {:.2} times waiting alone (limit {LIMIT}): {}",
        wall / ideal,
        verdict(wall / ideal, LIMIT)
    );
}
