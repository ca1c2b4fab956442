//! What is printed.

use std::fs;

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{
    arguments::Arguments,
    clinic::Language,
    measured::{Beside, Measured},
    memory, records,
};

const KIBIBYTE: f64 = 1024.0;
/// What `changes` may cost in the sandbox, of what it costs natively.
const NATIVE: f64 = 2.5;
/// Milliseconds that a poll in Python may take beyond the connector's own work.
const BEYOND: f64 = 50.0;

type Row<'a> = (&'a str, fn(&Measured) -> String);

const ROWS: [Row<'_>; 16] = [
    ("file, KiB", |it| format!("{:.0}", it.size as f64 / KIBIBYTE)),
    ("compile and load, CPU s", |it| format!("{:.2}", it.compile.median / 1e6)),
    ("load from cache, CPU ms", |it| it.load.per(1e3).to_string()),
    ("poll: reused guest, µs", |it| it.start.reused.to_string()),
    ("poll: fresh guest, µs", |it| it.start.fresh.to_string()),
    ("a guest's start and end, µs", |it| {
        format!("{:.0}", it.start.fresh.median - it.start.reused.median)
    }),
    ("collect: reused guest, µs", |it| it.collect.reused.to_string()),
    ("collect: fresh guest, µs", |it| it.collect.fresh.to_string()),
    ("changes of 500: native, ms", |it| match it.native {
        Some(Beside { changes, .. }) => changes.per(1e3).to_string(),
        None => String::new(),
    }),
    ("changes of 500: reused guest, ms", |it| it.changes.reused.per(1e3).to_string()),
    ("changes of 500: fresh guest, ms", |it| it.changes.fresh.per(1e3).to_string()),
    ("memory of a guest, idle, KiB", |it| format!("{:.0}", it.memory.idle as f64 / KIBIBYTE)),
    ("memory after 500 records, KiB", |it| {
        format!("{:.0}", it.memory.after_page as f64 / KIBIBYTE)
    }),
    ("linear memory then, KiB", |it| format!("{:.0}", it.memory.linear as f64 / KIBIBYTE)),
    ("whole poll of one change, wall ms", |it| it.poll.per(1e3).to_string()),
    ("of which the connector's own, ms", |it| format!("{:.2}", it.own_work(records::PAGE) / 1e3)),
];

pub(crate) fn begin(arguments: &Arguments) {
    println!("The clinic in each language, {} calls of a kind: median (least).", arguments.calls);
    println!(
        "CPU time of the calling thread; loading, of the process; whole polls, by the clock. Memory: private\npages, mean of {} guests. Load of the machine now: {}\n",
        memory::LIVE,
        load()
    );
}

/// How busy the machine is, in the last minute, five and fifteen.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

pub(crate) fn end(measured: &[(Language, Measured)]) {
    let mut table = Table::new();
    let names = measured.iter().map(|(language, _)| language.name());
    table.load_style(UTF8_FULL_CONDENSED).set_header([String::new()].into_iter().chain(names));
    for (name, value) in ROWS {
        let values = measured.iter().map(|(_, measured)| value(measured));
        table.add_row([name.to_owned()].into_iter().chain(values));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("\n{table}");
    for (language, measured) in measured {
        judge(*language, measured);
    }
}

fn judge(language: Language, measured: &Measured) {
    if let Some(Beside { reused, fresh, .. }) = measured.native {
        println!(
            "changes: {reused:.2} times native in a reused guest, {fresh:.2} in a fresh one, medians of pairs (limit {NATIVE}): {}",
            verdict(fresh <= NATIVE)
        );
    }
    if language == Language::Python {
        let beyond = (measured.poll.median - measured.own_work(records::PAGE)) / 1e3;
        println!(
            "a poll in Python: {beyond:.1} ms beyond the connector's own work, EHR and store among them (limit {BEYOND}): {}",
            verdict(beyond <= BEYOND)
        );
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}
