//! What is printed.

use std::sync::atomic::Ordering;

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{Arguments, polls::Polls, runs::Starts, spread::Spread, usage::Usage};

const MEBIBYTE: f64 = (1 << 20) as f64;
/// How late starts may be at the 99th percentile, in milliseconds.
const LATE: f64 = 250.0;
/// MiB.
const MEMORY: f64 = 200.0;

pub(crate) fn begin(arguments: &Arguments) {
    let Arguments { tasks, seconds, polling, connections, .. } = arguments;
    println!(
        "{tasks} tasks, each due once a minute, for {seconds} s, in the host's own scheduler."
    );
    println!(
        "{polling} in 100 are whole polls with nothing new: a fresh guest of fhir-r4, a request of one of"
    );
    println!(
        "{connections} clients to a practice EHR in another process, a commit to sled. The rest end at once.\n"
    );
}

pub(crate) fn end(
    arguments: &Arguments,
    starts: &Starts,
    polls: &Polls,
    before: Usage,
    after: Usage,
) {
    let late = Spread::of(starts.late().into_iter().map(f64::from));
    let cores = (after.cpu - before.cpu).as_secs_f64() / arguments.seconds.max(1) as f64;
    let memory = after.peak as f64 / MEBIBYTE;
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    for (name, value) in [
        ("starts", starts.late().len().to_string()),
        ("polls committed", polls.done.load(Ordering::Relaxed).to_string()),
        ("polls failed", starts.failed.load(Ordering::Relaxed).to_string()),
        ("late, median, ms", format!("{:.1}", late.median())),
        ("late, p99, ms", format!("{:.1}", late.at(0.99))),
        ("late, most, ms", format!("{:.1}", late.at(1.0))),
        ("CPU, cores", format!("{cores:.2}")),
        ("memory before the first start, MiB", format!("{:.0}", before.peak as f64 / MEBIBYTE)),
        ("memory, peak, MiB", format!("{memory:.0}")),
    ] {
        table.add_row([name.to_owned(), value]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    println!("late: p99 {:.1} ms (limit {LATE}): {}", late.at(0.99), verdict(late.at(0.99) < LATE));
    println!("memory: {memory:.0} MiB (limit {MEMORY}): {}", verdict(memory < MEMORY));
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}
