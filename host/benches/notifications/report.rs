//! What is printed.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{arguments::Arguments, contenders::Run, job, latency, parts::Parts, spread::Spread};

const MEBIBYTE: f64 = (1 << 20) as f64;
/// What the host may cost, of what the native job costs.
const AIM: f64 = 2.0;
const LIMIT: f64 = 3.0;
const MOST_MEMORY: f64 = 150.0;

/// All runs that count, in pairs.
pub(crate) struct Report<'a> {
    arguments: &'a Arguments,
    pairs: Vec<(Run, Run)>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(arguments: &'a Arguments) -> Self {
        Self { arguments, pairs: Vec::new() }
    }

    pub(crate) fn begin(&self) {
        let Arguments { changes, concurrency, rounds, .. } = self.arguments;
        println!(
            "{changes} changed appointments in pages of {}, a GET of each patient and a POST each, {concurrency} at once.",
            job::PAGE
        );
        println!(
            "native: reqwest and tokio, the connector's mapping called natively, no sandbox, no store."
        );
        println!(
            "rounds: the host, the connector as .wasm, sled. {rounds} pairs of runs after one that does not count.\n"
        );
    }

    pub(crate) fn round(&mut self, number: usize, native: Run, rounds: Run) {
        let [native_cpu, rounds_cpu] = [native, rounds].map(|run| self.each(run.usage.cpu));
        let name = if number == 0 { "warm-up".into() } else { format!("pair {number}") };
        println!(
            "{name:>8}: native {native_cpu:6.1} µs, rounds {rounds_cpu:6.1} µs, {:.2} times",
            rounds_cpu / native_cpu
        );
        if number > 0 {
            self.pairs.push((native, rounds));
        }
    }

    pub(crate) fn spread(&self) {
        let mut table = table(&["", "native", "rounds"]);
        let shares = [("least", 0.0), ("median", 0.5), ("most", 1.0)];
        for (name, share) in shares {
            self.row(&mut table, &format!("CPU a notification, {name}, µs"), share, |run| {
                self.each(run.usage.cpu)
            });
        }
        self.row(&mut table, "of which before the first request, µs", 0.5, |run| {
            self.each(run.start)
        });
        self.row(&mut table, "wall, median, s", 0.5, |run| run.wall.as_secs_f64());
        self.row(&mut table, "peak memory, most, MiB", 1.0, |run| run.usage.peak as f64 / MEBIBYTE);
        println!("\n{table}");
        let ratio = Spread::of(self.pairs.iter().map(|(native, rounds)| {
            rounds.usage.cpu.as_secs_f64() / native.usage.cpu.as_secs_f64()
        }));
        let memory = self.column(1.0, |run| run.usage.peak as f64 / MEBIBYTE).1;
        println!(
            "CPU: {:.2} times native, median of pairs (aim {AIM}, limit {LIMIT}): {}",
            ratio.median(),
            verdict(ratio.median(), LIMIT)
        );
        println!("memory: {memory:.0} MiB (limit {MOST_MEMORY}): {}", verdict(memory, MOST_MEMORY));
    }

    /// Where the host's time goes.
    pub(crate) fn parts(&self, parts: Parts) {
        let whole = self.column(0.5, |run| self.each(run.usage.cpu)).1;
        let start = self.column(0.5, |run| self.each(run.start)).1;
        let rows = [
            ("HTTP: GETs and POSTs by reqwest", self.each(parts.http)),
            (
                "egress: policy, limits and pace around it",
                self.each(parts.egress) - self.each(parts.http),
            ),
            ("guest: the connector's work, as natively", self.each(parts.mapping)),
            ("guest: the sandbox around it", self.each(parts.guest) - self.each(parts.mapping)),
            ("store: commit, fill, settle, reads", self.each(parts.store)),
            ("envelope and signature", self.each(parts.signing)),
            ("start: engine, connector, store", start),
        ];
        let known: f64 = rows.iter().map(|(_, micros)| micros).sum();
        let mut table = table(&["where the time goes", "µs a notification", "share"]);
        for (name, micros) in rows
            .into_iter()
            .chain([("rest: lines, tasks, wake-ups", whole - known), ("all, median", whole)])
        {
            table.add_row([
                name.to_owned(),
                format!("{micros:.1}"),
                format!("{:.0} %", 100.0 * micros / whole),
            ]);
        }
        right(&mut table);
        println!("\n{table}");
        println!(
            "Each part was measured alone, over the same data; the rest is what is missing to the whole."
        );
    }

    /// How the host's time on the clock compares with what waiting alone costs.
    pub(crate) fn latency(&self, latency: Duration) {
        let wall = self.column(0.5, |run| run.wall.as_secs_f64()).1;
        latency::print(self.arguments, latency, wall);
    }

    fn row(&self, table: &mut Table, name: &str, share: f64, value: impl Fn(&Run) -> f64) {
        let (native, rounds) = self.column(share, value);
        table.add_row([name.to_owned(), format!("{native:.2}"), format!("{rounds:.2}")]);
        right(table);
    }

    fn column(&self, share: f64, value: impl Fn(&Run) -> f64) -> (f64, f64) {
        let native = Spread::of(self.pairs.iter().map(|(native, _)| value(native)));
        let rounds = Spread::of(self.pairs.iter().map(|(_, rounds)| value(rounds)));
        (native.at(share), rounds.at(share))
    }

    /// Microseconds a notification.
    fn each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.arguments.changes.max(1) as f64
    }
}

/// Whether a goal is met, in a word.
pub(crate) fn verdict(value: f64, limit: f64) -> &'static str {
    if value <= limit { "met" } else { "missed" }
}

pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    table
}

fn right(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}
