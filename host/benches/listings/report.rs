//! What is printed.

use std::{fs, time::Duration};

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{Arguments, snapshot::Cost, spread::Spread, sweep::Swept};

const MEBIBYTE: f64 = (1 << 20) as f64;

/// MiB that a sweep may take beyond the host's own.
const SWEEP_MEMORY: f64 = 150.0;
/// Milliseconds that it may keep a poll of another connection.
const SWEEP_LATE: f64 = 250.0;
/// MiB that a host may have in all for a snapshot.
const SNAPSHOT_MEMORY: f64 = 1024.0;
/// MiB that the data folder may grow by a pass that changes nothing.
const SNAPSHOT_GROWTH: f64 = 1.0;

pub(crate) fn sweep(arguments: &Arguments, swept: &Swept) {
    let Arguments { records, others, rounds, .. } = arguments;
    let took = Spread::of(swept.took.iter().copied());
    println!(
        "\nSweep of {records} appointments that finds nothing, {others} others polled every second, in {rounds} turns;\n\
         {} passes, {:.1} s each (median).",
        swept.took.len(),
        took.median()
    );
    let [with, without] = [&swept.late, &swept.own_late].map(|it| Spread::of(it.iter().copied()));
    let most = mebibytes(swept.peaks.iter().copied().max());
    let own = mebibytes(swept.own.iter().copied().min());
    let rows = [
        ["memory, peak, MiB".into(), format!("{most:.0}"), format!("{own:.0}")],
        ["others' polls".into(), swept.late.len().to_string(), swept.own_late.len().to_string()],
        ["late, median, ms".into(), tenth(with.median()), tenth(without.median())],
        ["late, p99, ms".into(), tenth(with.at(0.99)), tenth(without.at(0.99))],
        ["late, most, ms".into(), tenth(with.at(1.0)), tenth(without.at(1.0))],
    ];
    let header = ["", "with the sweep", "without"].map(str::to_owned);
    print(header.into(), rows.map(Vec::from).into());
    judge("memory beyond the host's own, MiB", most - own, SWEEP_MEMORY);
    // What the latest is later than the usual one without a sweep is the most that it can have cost.
    judge("latest poll beyond the median without, ms", with.at(1.0) - without.median(), SWEEP_LATE);
    judge("p99 beyond p99 without, ms", with.at(0.99) - without.at(0.99), SWEEP_LATE);
}

pub(crate) fn snapshot(arguments: &Arguments, costs: &[Cost]) {
    let Arguments { listing, page, .. } = arguments;
    println!(
        "\nSnapshot of {listing} records, {page} a page; the host restarts after the first pass."
    );
    let row = |name: &str, value: fn(&Cost) -> String| {
        let values = costs.iter().map(value);
        [name.to_owned()].into_iter().chain(values).collect()
    };
    let rows = [
        row("read, s", |it| seconds(it.passed.read)),
        row("read and remembered, s", |it| seconds(it.passed.took)),
        row("held back for room", |it| it.passed.held_back.to_string()),
        row("containers under way, most", |it| it.passed.pending.to_string()),
        row("memory, peak, MiB", |it| format!("{:.0}", mebibytes(Some(it.peak)))),
        row("data folder before, MiB", |it| tenth(mebibytes(Some(it.before)))),
        row("data folder grew, MiB", |it| format!("{:.3}", grown(it))),
    ];
    let passes = (1..=costs.len()).map(|number| match number {
        1 => "first pass".to_owned(),
        _ => format!("pass {number}, nothing new"),
    });
    print([String::new()].into_iter().chain(passes).collect(), rows.into());
    judge("memory, MiB", mebibytes(costs.iter().map(|it| it.peak).max()), SNAPSHOT_MEMORY);
    // sled splits a leaf that has grown when it is next looked at: the first pass after much news
    // pays for that, and no other.
    let unchanged = costs.get(1..).unwrap_or_default();
    for (which, cost) in [("first", unchanged.first()), ("last", unchanged.last())] {
        let growth = cost.map(grown).unwrap_or_default();
        judge(
            &format!("growth by the {which} pass with nothing new, MiB"),
            growth,
            SNAPSHOT_GROWTH,
        );
    }
}

fn print(header: Vec<String>, rows: Vec<Vec<String>>) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header).add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}

fn judge(name: &str, value: f64, limit: f64) {
    let verdict = if value <= limit { "met" } else { "missed" };
    println!("{name}: {value:.1} (limit {limit}): {verdict}");
}

fn grown(cost: &Cost) -> f64 {
    (cost.after as f64 - cost.before as f64) / MEBIBYTE
}

fn mebibytes(bytes: Option<u64>) -> f64 {
    bytes.unwrap_or_default() as f64 / MEBIBYTE
}

fn seconds(time: Duration) -> String {
    tenth(time.as_secs_f64())
}

fn tenth(value: f64) -> String {
    format!("{value:.1}")
}

/// How busy the machine is, in the last minute, five and fifteen.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
