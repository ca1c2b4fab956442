//! What a search asks for, as the server understands it.

use super::Asked;
use crate::liars::{chronicle::span, record::Kind};

/// Records of a page where nobody says how many.
const USUAL: usize = 50;

/// A search.
#[derive(Clone, Debug)]
pub(in super::super) struct Query {
    pub(in super::super) kind: Kind,
    /// All parameters as they were asked, of which links are made.
    pub(in super::super) asked: Vec<(String, String)>,
    /// Times that a record must have been written at: from and to, both included.
    pub(in super::super) spans: Vec<(i64, i64)>,
    /// Ids, if only these.
    ids: Option<Vec<String>>,
    /// Whether it is sorted by time, and then whether the newest comes first.
    pub(in super::super) sorted: Option<bool>,
    pub(in super::super) count: usize,
    /// How many of what it finds stand on pages before.
    pub(in super::super) offset: usize,
    /// Whether nobody wants to see records, only how many there are.
    pub(in super::super) counts: bool,
}

impl Query {
    /// What is asked for, unless a time in it is none.
    pub(super) fn read(kind: Kind, asked: &Asked) -> Option<Self> {
        let times = asked.query.iter().filter(|(name, _)| name == "_lastUpdated");
        let sort = asked.parameter("_sort").and_then(|text| text.split(',').next());
        let ids = asked.parameter("_id");
        let keeps = |name: &str| name != "_offset";
        Some(Self {
            kind,
            asked: asked.query.iter().filter(|(name, _)| keeps(name)).cloned().collect(),
            spans: times.map(|(_, text)| within(text)).collect::<Option<_>>()?,
            ids: ids.map(|text| text.split(',').map(str::to_owned).collect()),
            sorted: match sort {
                Some("_lastUpdated") => Some(false),
                Some("-_lastUpdated") => Some(true),
                _ => None,
            },
            count: asked.parameter("_count").and_then(|text| text.parse().ok()).unwrap_or(USUAL),
            offset: asked.page(),
            counts: asked.parameter("_summary") == Some("count"),
        })
    }

    /// Whether a record of this time is asked for.
    pub(super) fn wants(&self, id: &str, time: i64) -> bool {
        let is_named = self.ids.as_ref().is_none_or(|ids| ids.iter().any(|it| it == id));
        is_named && self.spans.iter().all(|(from, to)| (*from..=*to).contains(&time))
    }

    /// Whether its parameters are known to be unusual.
    pub(in super::super) fn asks_for_total(&self) -> bool {
        self.counts
            || self.asked.iter().any(|(name, value)| name == "_total" && value == "accurate")
    }
}

/// What `ge2026-01-01T00:00:00Z` and the like leave.
fn within(text: &str) -> Option<(i64, i64)> {
    let (how, time) = match text.as_bytes() {
        [b'0'..=b'9', ..] => ("eq", text),
        _ => text.split_at_checked(2)?,
    };
    let (first, last) = span(time)?;
    Some(match how {
        "eq" => (first, last),
        "ge" => (first, i64::MAX),
        "gt" | "sa" => (last + 1, i64::MAX),
        "le" => (i64::MIN, last),
        "lt" | "eb" => (i64::MIN, first - 1),
        _ => return None,
    })
}
