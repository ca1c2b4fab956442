//! What the text may hold, as data: made by the reader of what it reads with, and told to people by
//! the reference, to editors by the JSON Schema, and to who wrote a key in the wrong table by the
//! reader.

use std::rc::Rc;

use serde_json::Value as Json;

/// What a value looks like.
#[derive(Clone)]
pub(super) enum Shape {
    /// A value alone.
    Plain(Plain),
    /// One of these words.
    Choice(Vec<&'static str>),
    /// A list of so many.
    List { of: Box<Shape>, least: usize, most: Option<usize> },
    /// A table whose keys the user chooses; `name` stands for one of them.
    Named { name: &'static str, of: Box<Shape>, least: usize },
    /// A table whose keys are declared.
    Table(Rc<Sheet>),
    /// Any of these.
    Either(Vec<Shape>),
    /// A table that somebody else judges.
    Open,
}

/// A value alone.
#[derive(Clone)]
pub(super) struct Plain {
    /// What it is called, as `time span`.
    pub(super) words: &'static str,
    /// One of it, as TOML has it.
    pub(super) sample: &'static str,
    /// What JSON Schema can tell of it.
    pub(super) schema: Json,
}

/// A table with its declared keys.
pub(super) struct Sheet {
    /// What it describes, as `a connection`; unique.
    pub(super) what: &'static str,
    /// What it is for, in sentences.
    pub(super) about: &'static str,
    /// Its keys.
    pub(super) rows: Vec<Row>,
    /// What keys have to do with each other.
    pub(super) rules: Vec<Rule>,
    /// Which further keys there are, by the value of its one row.
    pub(super) variants: Vec<Variant>,
}

/// A key.
pub(super) struct Row {
    pub(super) key: &'static str,
    pub(super) shape: Shape,
    pub(super) preset: Preset,
    /// What it is for, with its unit and its range, and what happens without it.
    pub(super) meaning: &'static str,
}

/// What counts where a key is absent.
pub(super) enum Preset {
    /// It must be there.
    Needed,
    /// This value, in TOML.
    Value(String),
    /// What its meaning says.
    Nothing,
}

/// What keys have to do with each other.
pub(super) enum Rule {
    /// Exactly one of them is there.
    One(&'static [&'static str]),
    /// The first is there only beside the second.
    With(&'static str, &'static str),
}

/// What further keys a table has where its first one has this value.
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) sheet: Rc<Sheet>,
}

/// A sheet, and how one gets there from the root.
#[derive(Clone)]
pub(super) struct Found<'s> {
    pub(super) sheet: &'s Sheet,
    /// The value of the tag that it goes with.
    pub(super) variant: Option<&'static str>,
    pub(super) way: Vec<Step>,
}

/// A step from a table into one of its values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Into the value of a key.
    Key(&'static str),
    /// Into one of a list.
    Item,
    /// Into one of a table whose keys the user chooses.
    Name(&'static str),
    /// Into one of several forms.
    Form,
}

impl Shape {
    /// One of it, as TOML has it.
    pub(super) fn sample(&self) -> String {
        match self {
            Self::Plain(plain) => plain.sample.to_owned(),
            Self::Choice(words) => words.first().map_or_else(String::new, |it| format!("\"{it}\"")),
            Self::List { of, .. } => format!("[{}]", of.sample()),
            Self::Named { name, of, .. } => format!("{{ {name} = {} }}", of.sample()),
            Self::Table(sheet) => sheet.sample(),
            Self::Either(shapes) => shapes.first().map_or_else(String::new, Self::sample),
            Self::Open => "{ … }".to_owned(),
        }
    }

    fn sheets<'s>(&'s self, way: &mut Vec<Step>, found: &mut Vec<Found<'s>>) {
        let mut into = |step, shape: &'s Self| {
            way.push(step);
            shape.sheets(way, found);
            way.pop();
        };
        match self {
            Self::Plain(_) | Self::Choice(_) | Self::Open => {}
            Self::List { of, .. } => into(Step::Item, of),
            Self::Named { name, of, .. } => into(Step::Name(name), of),
            Self::Either(shapes) => shapes.iter().for_each(|shape| into(Step::Form, shape)),
            Self::Table(sheet) => sheet.sheets(None, way, found),
        }
    }
}

impl Sheet {
    /// This sheet and all below it, each as often as there are ways to it, from above.
    pub(super) fn all(&self) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        self.sheets(None, &mut Vec::new(), &mut found);
        found
    }

    fn sheets<'s>(
        &'s self,
        variant: Option<&'static str>,
        way: &mut Vec<Step>,
        found: &mut Vec<Found<'s>>,
    ) {
        found.push(Found { sheet: self, variant, way: way.clone() });
        for row in &self.rows {
            way.push(Step::Key(row.key));
            row.shape.sheets(way, found);
            way.pop();
        }
        for variant in &self.variants {
            variant.sheet.sheets(Some(variant.name), way, found);
        }
    }

    /// The least of it, as TOML has it.
    fn sample(&self) -> String {
        let one = self.rules.iter().find_map(|rule| match rule {
            Rule::One(keys) => keys.first(),
            Rule::With(..) => None,
        });
        let is_shown = |row: &&Row| matches!(row.preset, Preset::Needed) || Some(&row.key) == one;
        let rows = self.rows.iter().filter(is_shown);
        let shown: Vec<_> =
            rows.map(|row| format!("{} = {}", row.key, row.shape.sample())).collect();
        format!("{{ {} }}", shown.join(", "))
    }

    /// Its keys, in order.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.key).collect()
    }

    pub(super) fn row(&self, key: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == key)
    }
}

impl Found<'_> {
    /// How one heads it in TOML, as `[host.limits]` or `[[connection]]`; `None` of what is written
    /// within other values alone.
    pub(super) fn header(&self) -> Option<String> {
        let is_mixed = self.way.windows(2).any(|steps| steps == [Step::Form, Step::Item]);
        let mut path = String::new();
        for step in &self.way {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => path.push_str(&format!(".{key}")),
                Step::Name(_) => return None,
                Step::Item | Step::Form => {}
            }
        }
        match self.way.as_slice() {
            [] => None,
            _ if is_mixed => None,
            [.., Step::Item] => Some(format!("[[{path}]]")),
            _ => Some(format!("[{path}]")),
        }
    }

    /// The key that its table is written under: the last that has a name.
    pub(super) fn key(&self) -> Option<&'static str> {
        self.way.iter().rev().find_map(|step| match step {
            Step::Key(key) | Step::Name(key) => Some(*key),
            Step::Item | Step::Form => None,
        })
    }
}
