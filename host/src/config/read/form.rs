//! Tables with declared keys. A [`Form`] is the one list of a table's keys: the reader walks it,
//! refuses what it has not, and finds in it what was meant; the reference and the JSON Schema are
//! written from it.
//!
//! A key is one call, as `.set("timeout", duration(), "How long …", |it| &mut it.timeout)`.

use std::rc::Rc;

use super::{kind::Kind, table::Table, value::Value};
use crate::config::shape::{Preset, Row, Rule, Shape, Sheet, Variant};

type Put<T> = Box<dyn for<'t> Fn(Value<'t>, &mut T)>;
/// Says of a table that it breaks a rule; `true` where it has too many of the keys.
type Complain = fn(&Table<'_>, bool);

/// A table that is read into a `T`.
pub(super) struct Form<T> {
    sheet: Sheet,
    blank: fn() -> T,
    /// Of each row of the sheet.
    puts: Vec<Put<T>>,
    /// Of each rule of the sheet.
    complaints: Vec<Complain>,
}

impl<T: 'static> Form<T> {
    /// `what` names it in errors, as `a connection`; `blank` makes a `T` with the defaults.
    pub(super) fn new(what: &'static str, about: &'static str, blank: fn() -> T) -> Self {
        let (rows, rules, variants) = (Vec::new(), Vec::new(), Vec::new());
        let sheet = Sheet { what, about, rows, rules, variants };
        Self { sheet, blank, puts: Vec::new(), complaints: Vec::new() }
    }

    /// A key that must be there.
    pub(super) fn need<V: 'static, S: From<V>>(
        self,
        key: &'static str,
        kind: Kind<V>,
        meaning: &'static str,
        slot: impl Fn(&mut T) -> &mut S + 'static,
    ) -> Self {
        self.may(key, kind, meaning, slot).needed()
    }

    /// A key that may be there; its meaning says what happens otherwise.
    pub(super) fn may<V: 'static, S: From<V>>(
        self,
        key: &'static str,
        kind: Kind<V>,
        meaning: &'static str,
        slot: impl Fn(&mut T) -> &mut S + 'static,
    ) -> Self {
        self.given(key, kind, meaning, move |it, value| *slot(it) = S::from(value))
    }

    /// A key with a default: what its place holds in a blank `T`.
    pub(super) fn set<V: 'static>(
        self,
        key: &'static str,
        kind: Kind<V>,
        meaning: &'static str,
        slot: impl Fn(&mut T) -> &mut V + 'static,
    ) -> Self {
        let preset = (kind.show)(slot(&mut (self.blank)()));
        let form = self.may(key, kind, meaning, slot);
        preset.into_iter().fold(form, |form, preset| form.preset(Preset::Value(preset)))
    }

    /// A key whose value is put in its place otherwise.
    pub(super) fn given<V: 'static>(
        mut self,
        key: &'static str,
        kind: Kind<V>,
        meaning: &'static str,
        put: impl Fn(&mut T, V) + 'static,
    ) -> Self {
        let Kind { shape, read, .. } = kind;
        self.sheet.rows.push(Row { key, shape, preset: Preset::Nothing, meaning });
        self.puts.push(Box::new(move |value, it| {
            if let Some(value) = read(value) {
                put(it, value);
            }
        }));
        self
    }

    /// The last key must be there.
    pub(super) fn needed(self) -> Self {
        self.preset(Preset::Needed)
    }

    /// What counts without the last key, in TOML.
    pub(super) fn or(self, preset: &str) -> Self {
        self.preset(Preset::Value(preset.to_owned()))
    }

    fn preset(mut self, preset: Preset) -> Self {
        if let Some(row) = self.sheet.rows.last_mut() {
            row.preset = preset;
        }
        self
    }

    /// Has exactly one of some keys.
    pub(super) fn one_of(mut self, keys: &'static [&'static str], complain: Complain) -> Self {
        self.sheet.rules.push(Rule::One(keys));
        self.complaints.push(complain);
        self
    }

    /// Has a key only beside another.
    pub(super) fn beside(
        mut self,
        key: &'static str,
        other: &'static str,
        complain: Complain,
    ) -> Self {
        self.sheet.rules.push(Rule::With(key, other));
        self.complaints.push(complain);
        self
    }

    /// The kind of this table's values, once `finish` has judged what no key alone tells.
    pub(super) fn finish<U: 'static>(
        self,
        finish: impl for<'t> Fn(&Table<'t>, T) -> Option<U> + 'static,
    ) -> Kind<U> {
        let form = self.finished(finish);
        let read = form.read;
        Kind::new(Shape::Table(form.sheet), move |value| read(&mut value.table()?, None))
    }

    /// What a table has where its tag is this.
    pub(super) fn tagged<U: 'static>(
        self,
        name: &'static str,
        finish: impl for<'t> Fn(&Table<'t>, T) -> Option<U> + 'static,
    ) -> Tagged<U> {
        Tagged { name, form: self.finished(finish) }
    }

    /// A form of which one needs to know no more than its keys.
    pub(super) fn finished<U: 'static>(
        self,
        finish: impl for<'t> Fn(&Table<'t>, T) -> Option<U> + 'static,
    ) -> Finished<U> {
        let Self { sheet, blank, puts, complaints } = self;
        let sheet = Rc::new(sheet);
        let known = Rc::clone(&sheet);
        let read = move |table: &mut Table<'_>, tag: Option<&Tag<'_>>| {
            let mut read = blank();
            for (row, put) in known.rows.iter().zip(&puts) {
                table.read(row, |value| put(value, &mut read), known.what);
            }
            for (rule, complain) in known.rules.iter().zip(&complaints) {
                judge(rule, table, *complain);
            }
            table.refuse_unknown(&known, tag);
            finish(table, read)
        };
        Finished { sheet, read: Box::new(read) }
    }
}

fn judge(rule: &Rule, table: &Table<'_>, complain: Complain) {
    match rule {
        Rule::One(keys) => match keys.iter().filter(|key| table.has(key)).count() {
            1 => {}
            found => complain(table, found > 1),
        },
        Rule::With(key, other) if table.has(key) && !table.has(other) => complain(table, false),
        Rule::With(..) => {}
    }
}

type ReadTable<V> = Box<dyn for<'t> Fn(&mut Table<'t>, Option<&Tag<'_>>) -> Option<V>>;

/// A form with all that it takes to read it.
pub(super) struct Finished<V> {
    pub(super) sheet: Rc<Sheet>,
    pub(super) read: ReadTable<V>,
}

/// A form that a table has where its tag has this name.
pub(super) struct Tagged<V> {
    name: &'static str,
    form: Finished<V>,
}

/// The key that says which form a table has, and all that there are.
pub(super) struct Tag<'f> {
    pub(super) key: &'static str,
    pub(super) variants: &'f [Variant],
}

/// A table whose form one of its keys, `tag`, says; `refuse` says of what names none.
pub(super) fn by_tag<V: 'static>(
    (what, about): (&'static str, &'static str),
    (tag, meaning): (&'static str, &'static str),
    forms: Vec<Tagged<V>>,
    refuse: impl for<'t> Fn(&Value<'t>, &str, &[&'static str]) + 'static,
) -> Kind<V> {
    let names: Vec<_> = forms.iter().map(|it| it.name).collect();
    let variants = || {
        let variant = |it: &Tagged<V>| Variant { name: it.name, sheet: Rc::clone(&it.form.sheet) };
        forms.iter().map(variant).collect::<Vec<_>>()
    };
    let (shape, known) = (Shape::Choice(names.clone()), variants());
    let row = Row { key: tag, shape, preset: Preset::Needed, meaning };
    let sheet =
        Rc::new(Sheet { what, about, rows: vec![row], rules: Vec::new(), variants: variants() });
    let tagged = Rc::clone(&sheet);
    Kind::new(Shape::Table(sheet), move |value| {
        let mut table = value.table()?;
        let mut named = None;
        for row in &tagged.rows {
            let read = |value: Value<'_>| {
                let written = value.clone().text();
                named = written.and_then(|written| forms.iter().find(|it| it.name == written));
                if let (Some(written), None) = (written, &named) {
                    refuse(&value, written, &names);
                }
            };
            table.read(row, read, tagged.what);
        }
        if !table.has(tag) {
            table.guess(tag);
        }
        (named?.form.read)(&mut table, Some(&Tag { key: tag, variants: &known }))
    })
}
