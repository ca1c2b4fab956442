//! The reference of all keys, in Markdown that reads well in a terminal, too: written from the very
//! lists that the reader walks.

use std::collections::BTreeMap;

use super::{
    read,
    shape::{Found, Preset, Row, Rule, Shape, Sheet},
};

/// How long a line is.
const WIDTH: usize = 100;

const HEAD: &str = "\
# Configuration

Every key that `rounds.toml` may have. This page is what `rounds config reference` prints, which is made of the lists \
that the reader itself goes by; `rounds config schema` prints the same as a JSON Schema for editors.

A **time span** is text: whole numbers with the units `w`, `d`, `h`, `m`, `s` and `ms`, the larger first, as `\"90s\"` \
or `\"1h30m\"`. A **size** is text with the unit `B`, `KiB`, `MiB` or `GiB`, as `\"16MiB\"`, or a whole number of \
bytes. A **time** has its offset, as `2026-05-05T10:00:00Z`. **Paths** are seen from the folder of `rounds.toml`. \
Unknown keys are errors.";

/// The whole reference.
pub fn markdown() -> String {
    let book = read::book();
    let mut text =
        HEAD.split("\n\n").map(|paragraph| wrapped(paragraph, "", "")).collect::<Vec<_>>();
    let found = book.all();
    let mut titles = Titles::new();
    for table in found.iter().filter(|it| it.variant.is_none() && !it.way.is_empty()) {
        titles.entry(table.sheet.what).or_insert_with(|| title(table, &found));
    }
    let mut told = Vec::new();
    for table in &found {
        if let Some(title) = titles.get(table.sheet.what)
            && !told.contains(&table.sheet.what)
        {
            told.push(table.sheet.what);
            section(title, table, &titles, &mut text);
        }
    }
    text.join("\n\n") + "\n"
}

/// What tables are headed with, by what they describe.
type Titles = BTreeMap<&'static str, String>;

/// What a table is headed with: as one heads it in TOML, where it has one place alone.
fn title(table: &Found<'_>, all: &[Found<'_>]) -> String {
    let same = all.iter().filter(|it| it.variant.is_none() && it.sheet.what == table.sheet.what);
    match table.header() {
        Some(header) if same.count() == 1 => format!("`{header}`"),
        _ => format!("*{}*", capital(table.sheet.what)),
    }
}

fn section(title: &str, table: &Found<'_>, titles: &Titles, text: &mut Vec<String>) {
    text.push(format!("## {}", title.trim_matches('*')));
    text.push(wrapped(table.sheet.about, "", ""));
    text.extend(rules(table.sheet));
    text.push(rows(table.sheet, titles));
    for variant in &table.sheet.variants {
        let tag = table.sheet.rows.first().map_or("", |row| row.key);
        text.push(format!("### `{tag} = \"{}\"`", variant.name));
        text.push(wrapped(variant.sheet.about, "", ""));
        text.extend(rules(&variant.sheet));
        if !variant.sheet.rows.is_empty() {
            text.push(rows(&variant.sheet, titles));
        }
    }
}

fn rules(sheet: &Sheet) -> Option<String> {
    let rule = |rule: &Rule| match rule {
        Rule::One(keys) => format!("Exactly one of `{}` is there.", keys.join("`, `")),
        Rule::With(key, other) => format!("`{key}` goes with `{other}` only."),
    };
    let rules: Vec<_> = sheet.rules.iter().map(rule).collect();
    (!rules.is_empty()).then(|| wrapped(&rules.join(" "), "", ""))
}

fn rows(sheet: &Sheet, titles: &Titles) -> String {
    sheet.rows.iter().map(|it| row(it, titles)).collect::<Vec<_>>().join("\n")
}

fn row(row: &Row, titles: &Titles) -> String {
    let preset = match &row.preset {
        Preset::Needed => ", **required**".to_owned(),
        Preset::Value(value) => format!(", default `{value}`"),
        Preset::Nothing => String::new(),
    };
    let text =
        format!("**`{}`** ({}{preset}): {}", row.key, words(&row.shape, titles), row.meaning);
    wrapped(&text, "- ", "  ")
}

fn words(shape: &Shape, titles: &Titles) -> String {
    match shape {
        Shape::Plain(plain) => plain.words.to_owned(),
        Shape::Choice(names) => format!("`\"{}\"`", names.join("\"`, `\"")),
        Shape::List { of, .. } => format!("list of: {}", words(of, titles)),
        Shape::Named { of, .. } => format!("table by name of: {}", words(of, titles)),
        Shape::Table(sheet) => {
            format!("table, see {}", titles.get(sheet.what).map_or("", String::as_str))
        }
        Shape::Either(shapes) => {
            let words = shapes.iter().map(|it| words(it, titles));
            words.collect::<Vec<_>>().join("; or ")
        }
        Shape::Open => "table".to_owned(),
    }
}

fn capital(what: &str) -> String {
    let mut letters = what.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A paragraph in lines that are not too long.
fn wrapped(text: &str, first: &str, indent: &str) -> String {
    let mut lines = vec![first.to_owned()];
    for word in text.split_whitespace() {
        let begun =
            lines.last().is_some_and(|line| line.trim_end().len() > indent.trim_end().len());
        let length = lines.last().map_or(0, |line| line.chars().count()) + 1 + word.chars().count();
        if begun && length > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else if let Some(line) = lines.last_mut() {
            if begun && !line.ends_with(' ') {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
