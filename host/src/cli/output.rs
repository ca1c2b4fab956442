//! What a command answers: tables and lines for people, JSON for programs.

use std::io::{self, StdoutLock, Write};

use comfy_table::{Cell, ContentArrangement, Table, presets};
use serde::Serialize;

use crate::plain::is_plain;

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
        match is_terminal(&io::stdout()) {
            true => self.json_text(&serde_json::to_string_pretty(value)?),
            false => self.json_text(&serde_json::to_string(value)?),
        }
    }

    /// JSON of others as it is, but for what would steer a terminal.
    pub(super) fn json_text(&mut self, text: &str) -> io::Result<()> {
        match is_terminal(&io::stdout()) {
            true => self.line(&escaped(text)),
            false => self.line(text),
        }
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
    let lines = text.split('\n').map(plain).collect::<Vec<_>>().join("\n");
    drop(writeln!(io::stderr().lock(), "{lines}"));
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

/// The same JSON, with nothing in its texts that steers a terminal: all else of it is plain.
fn escaped(json: &str) -> String {
    let letter = |letter: char| match letter == '\n' || is_plain(letter) {
        true => letter.to_string(),
        false => {
            letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        }
    };
    json.chars().map(letter).collect()
}

/// Text of a connector or an EHR, which must not steer the terminal that shows it.
pub(super) fn plain(text: &str) -> String {
    crate::plain::plain(text, '\u{fffd}')
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
        let json = "{\n  \"a\": \"b\u{9b}2J\u{202e}c\u{e0041}\"\n}";
        let expected = "{\n  \"a\": \"b\\u009b2J\\u202ec\\udb40\\udc41\"\n}";
        assert_eq!(escaped(json), expected);
    }
}
