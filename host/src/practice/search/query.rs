//! What a search asks for.

use std::ops::Range;

use super::moment;

/// One search. Parameters that the practice EHR doesn't know are ignored, as most servers do.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::practice) struct Query {
    /// Last changed within these milliseconds since 1970.
    pub(in crate::practice) changed: Range<i64>,
    pub(in crate::practice) newest_first: bool,
    /// At most this many a page, if the client said.
    pub(in crate::practice) count: Option<usize>,
    /// How many to pass over: where a page begins.
    pub(in crate::practice) offset: usize,
    /// Only records with these ids, if any.
    pub(in crate::practice) ids: Vec<String>,
    /// What to add of what the records refer to: beginnings of references, as `Patient/`.
    pub(in crate::practice) includes: Vec<&'static str>,
}

/// A parameter whose value cannot be read. The name alone: values may name patients.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value of {0} cannot be read")]
pub(in crate::practice) struct Unreadable(&'static str);

impl Default for Query {
    fn default() -> Self {
        Self {
            changed: i64::MIN..i64::MAX,
            newest_first: false,
            count: None,
            offset: 0,
            ids: Vec::new(),
            includes: Vec::new(),
        }
    }
}

impl Query {
    /// Reads a search's parameters, decoded.
    pub(in crate::practice) fn read(pairs: &[(String, String)]) -> Result<Self, Unreadable> {
        let mut query = Self::default();
        for (name, value) in pairs {
            query.add(name, value)?;
        }
        Ok(query)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), Unreadable> {
        match name {
            "_lastUpdated" => self.narrow(value).ok_or(Unreadable("_lastUpdated"))?,
            "_sort" => self.newest_first = value.starts_with("-_lastUpdated"),
            "_count" => self.count = Some(value.parse().map_err(|_| Unreadable("_count"))?),
            "_offset" => self.offset = value.parse().map_err(|_| Unreadable("_offset"))?,
            "_id" => self.ids.extend(value.split(',').map(last_segment)),
            "_include" => self.includes.extend(included(value)),
            _ => {}
        }
        Ok(())
    }

    fn narrow(&mut self, value: &str) -> Option<()> {
        let asked = moment::asked(value)?;
        self.changed.start = self.changed.start.max(asked.start);
        self.changed.end = self.changed.end.min(asked.end);
        Some(())
    }

    /// Whether a record of this id is wanted.
    pub(in crate::practice) fn wants(&self, id: &str) -> bool {
        self.ids.is_empty() || self.ids.iter().any(|wanted| wanted == id)
    }
}

fn last_segment(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}

/// The beginnings of references that `_include=Appointment:patient` and its like add.
fn included(value: &str) -> &'static [&'static str] {
    match value.split(':').nth(1) {
        Some("patient" | "subject") => &["Patient/"],
        Some("practitioner" | "requester" | "performer" | "participant") => &["Practitioner/"],
        Some("location") => &["Location/"],
        Some("result") => &["Observation/"],
        Some("actor") => &["Patient/", "Practitioner/", "Location/"],
        _ if value == "*" => &[""],
        _ => &[],
    }
}

/// The query string of the page that begins at `offset`: this one with another `_offset`.
pub(in crate::practice) fn at_offset(query: &str, offset: usize) -> String {
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("_offset="));
    let mut next = others.collect::<Vec<_>>().join("&");
    if !next.is_empty() {
        next.push('&');
    }
    next + "_offset=" + &offset.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Query, Unreadable> {
        let pairs = pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Query::read(&pairs.collect::<Vec<_>>())
    }

    #[test]
    fn parameters_are_read() {
        let query = read(&[
            ("_lastUpdated", "ge1970-01-01T00:00:02Z"),
            ("_lastUpdated", "lt1970-01-01T00:00:09Z"),
            ("_sort", "-_lastUpdated"),
            ("_count", "7"),
            ("_offset", "14"),
            ("_id", "a,Patient/b"),
            ("_include", "Appointment:patient"),
            ("status", "booked"),
        ]);
        let expected = Query {
            changed: 2_000..9_000,
            newest_first: true,
            count: Some(7),
            offset: 14,
            ids: vec!["a".into(), "b".into()],
            includes: vec!["Patient/"],
        };
        assert_eq!(query, Ok(expected));
    }

    #[test]
    fn nonsense_is_named() {
        assert_eq!(read(&[("_count", "many")]), Err(Unreadable("_count")));
        assert_eq!(read(&[("_lastUpdated", "lately")]), Err(Unreadable("_lastUpdated")));
    }

    #[test]
    fn ids_narrow_where_given() {
        assert!(Query::default().wants("a"));
        assert!(!read(&[("_id", "b")]).unwrap().wants("a"));
    }

    #[test]
    fn the_next_page_keeps_the_query() {
        assert_eq!(at_offset("", 5), "_offset=5");
        assert_eq!(at_offset("_count=5&_offset=5&_sort=x", 10), "_count=5&_sort=x&_offset=10");
    }
}
