//! What is printed.

use std::{fs, time::Duration};

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{Arguments, program::Took, spread::Spread};

/// How soon a host must be ready that has all compiled, in milliseconds.
const READY: f64 = 2000.0;

/// The rows so far.
pub(crate) struct Report {
    table: Table,
    ready: f64,
}

impl Report {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let Arguments { connectors, rounds, languages, .. } = arguments;
        let languages: Vec<_> = languages.iter().map(|language| language.name()).collect();
        println!(
            "{connectors} connectors with a connection each, in turns in {}; {rounds} times each.",
            languages.join(", ")
        );
        println!("CPU time with that of compilers that ended. Load of the machine now: {}", load());
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header(["ms", "wall, median", "least", "most", "CPU, median", "least"]);
        Self { table, ready: 0.0 }
    }

    pub(crate) fn row(&mut self, name: &str, took: Vec<Took>) {
        let wall = Spread::of(took.iter().map(|it| millis(it.wall)));
        let cpu = Spread::of(took.iter().map(|it| millis(it.cpu)));
        let values = [wall.median(), wall.at(0.0), wall.at(1.0), cpu.median(), cpu.at(0.0)];
        let values = values.map(|value| format!("{value:.0}"));
        self.table.add_row([name.to_owned()].into_iter().chain(values));
    }

    /// What is judged.
    pub(crate) fn ready(&mut self, took: &[Took]) {
        self.ready = Spread::of(took.iter().map(|it| millis(it.wall))).median();
    }

    pub(crate) fn print(mut self) {
        for column in self.table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        println!("\n{}", self.table);
        let verdict = if self.ready <= READY { "met" } else { "missed" };
        println!(
            "ready from cache: {:.0} ms (limit {READY}): {verdict}; load now: {}",
            self.ready,
            load()
        );
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How busy the machine is, in the last minute, five and fifteen.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
