//! A kind of value: what it looks like, how it is read, and how a default of it is written. They
//! stand together, so that what is told of a value is what is read.

use toml::de::DeValue;

use super::value::Value;
use crate::config::{
    Placed,
    shape::{Plain, Shape},
};

type Read<V> = Box<dyn for<'t> Fn(Value<'t>) -> Option<V>>;

/// See the module. Its reader notes why it reads nothing.
pub(super) struct Kind<V> {
    pub(super) shape: Shape,
    pub(super) read: Read<V>,
    /// A value in TOML; `None` where its own keys say it better.
    pub(super) show: fn(&V) -> Option<String>,
}

impl<V: 'static> Kind<V> {
    pub(super) fn new(
        shape: Shape,
        read: impl for<'t> Fn(Value<'t>) -> Option<V> + 'static,
    ) -> Self {
        Self { shape, read: Box::new(read), show: |_| None }
    }

    /// A value alone.
    pub(super) fn plain(
        words: &'static str,
        sample: &'static str,
        schema: serde_json::Value,
        read: impl for<'t> Fn(Value<'t>) -> Option<V> + 'static,
    ) -> Self {
        Self::new(Shape::Plain(Plain { words, sample, schema }), read)
    }

    /// Writes defaults of it in TOML.
    pub(super) fn shown(self, show: fn(&V) -> Option<String>) -> Self {
        Self { show, ..self }
    }

    /// What is read of it, judged further.
    pub(super) fn then<W: 'static>(
        self,
        judge: impl for<'t> Fn(&Value<'t>, V) -> Option<W> + 'static,
    ) -> Kind<W> {
        let read = self.read;
        Kind::new(self.shape, move |value| read(value.clone()).and_then(|it| judge(&value, it)))
    }

    /// It, with its place.
    pub(super) fn placed(self) -> Kind<Placed<V>> {
        let read = self.read;
        Kind::new(self.shape, move |value| value.placed(&read))
    }

    /// A list of it, read to its end whatever is wrong with some of it.
    pub(super) fn list(self) -> Kind<Vec<V>> {
        let shape = Shape::List { of: Box::new(self.shape), least: 0, most: None };
        let (read, sample) = (self.read, shape.sample());
        let kind = Kind::new(shape, move |value| value.list(&sample, &read));
        kind.shown(|list| list.is_empty().then(|| "[]".to_owned()))
    }

    /// Tables of it, each of which is written under `[[key]]`.
    pub(super) fn tables(self) -> Kind<Vec<V>> {
        let read = self.read;
        let shape = Shape::List { of: Box::new(self.shape), least: 0, most: None };
        Kind::new(shape, move |value| value.tables(&read))
    }

    /// A table of it whose keys are the user's own, in file order; `name` stands for one of them.
    pub(super) fn named(self, name: &'static str) -> Kind<Vec<(String, V)>> {
        let read = self.read;
        let shape = Shape::Named { name, of: Box::new(self.shape), least: 0 };
        Kind::new(shape, move |value| {
            let entries = value.table()?.entries().into_iter();
            Some(entries.filter_map(|it| Some((it.key().to_owned(), read(it)?))).collect())
        })
    }

    /// It, or where a table is written, what that reads.
    pub(super) fn or_table(self, other: Self) -> Self {
        self.or(other, |tree| tree.is_table())
    }

    /// It, or a list that is read otherwise.
    pub(super) fn or_list(self, other: Self) -> Self {
        self.or(other, |tree| tree.is_array())
    }

    /// It, or where the text looks so, the other.
    fn or(self, other: Self, is_other: fn(&DeValue<'_>) -> bool) -> Self {
        let shape = Shape::Either(vec![self.shape, other.shape]);
        let (one, two) = (self.read, other.read);
        let read = move |value: Value<'_>| match is_other(value.tree()) {
            true => two(value),
            false => one(value),
        };
        Self::new(shape, read).shown(self.show)
    }

    /// At least and at most so many of a list or of names, for others to know; readers judge it.
    pub(super) fn count(mut self, fewest: usize, greatest: Option<usize>) -> Self {
        match &mut self.shape {
            Shape::List { least, most, .. } => (*least, *most) = (fewest, greatest),
            Shape::Named { least, .. } => *least = fewest,
            _ => {}
        }
        self
    }
}
