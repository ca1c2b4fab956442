//! What a command answers: tables and lines for people, JSON for programs.

use std::io::{self, StdoutLock, Write};

use comfy_table::{Cell, ContentArrangement, Table, presets};
use serde::Serialize;

/// Stdout, for as long as a command answers.
pub(super) struct Output(StdoutLock<'static>);

impl Output {
    pub(super) fn open() -> Self {
        Self(io::stdout().lock())
    }

    /// A line of text, whole when this returns.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.0, "{line}")?;
        self.0.flush()
    }

    /// A value as JSON: laid out for people on a terminal, else in one line.
    pub(super) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = match is_terminal(&io::stdout()) {
            true => serde_json::to_string_pretty(value)?,
            false => serde_json::to_string(value)?,
        };
        self.line(&text)
    }

    /// A table, its heads above; nothing where it has no rows.
    pub(super) fn table(&mut self, heads: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
        match rows.is_empty() {
            true => Ok(()),
            false => self.line(&table(heads, rows)),
        }
    }
}

/// Says something on stderr. Where nobody hears it, the command goes on all the same.
pub(super) fn note(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

pub(super) fn is_terminal(stream: &impl io::IsTerminal) -> bool {
    stream.is_terminal()
}

/// Rows below their heads, without lines, and without blanks at their ends.
fn table(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heads.iter().map(|head| Cell::new(head.to_uppercase())));
    for row in rows {
        table.add_row(row.iter().map(|cell| Cell::new(plain(cell))));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Text of a connector or an EHR, which must not steer the terminal that shows it.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_heads_and_columns() {
        let rows = vec![
            vec!["general/appointments".into(), "every 1m".into()],
            vec!["b".into(), String::new()],
        ];
        let expected = "TASK                  CADENCE\ngeneral/appointments  every 1m\nb";
        assert_eq!(table(&["task", "cadence"], rows), expected);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\u{9b}2Jc\nd"), "a\u{fffd}[31mb\u{fffd}2Jc\u{fffd}d");
    }
}
