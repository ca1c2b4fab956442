//! Where next links lead: to paths of the server's own choice.

use super::{Bundle, Chance, Lie, Moment};
use crate::liars::server::OF;

#[derive(Clone, Copy)]
pub(in super::super) enum LinkPaths {
    /// Below the type, as blaze has it.
    Page,
    /// Below the base, as Spark has it.
    Snapshot,
    /// The type with a slash at the end.
    Slash,
    /// Relative to the base, with a dot at the beginning, as Google has it.
    Dot,
    /// A query alone.
    Query,
    /// The base with a query, as HAPI has it.
    Base,
}

pub(in super::super) const ALL: &[LinkPaths] = &[
    LinkPaths::Page,
    LinkPaths::Snapshot,
    LinkPaths::Slash,
    LinkPaths::Dot,
    LinkPaths::Query,
    LinkPaths::Base,
];

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(ALL[chance.below(ALL.len() as u64) as usize])
}

impl Lie for LinkPaths {
    fn name(&self) -> &'static str {
        "link paths"
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        let Some(next) = bundle.next.take() else { return };
        let (path, query) = next.split_once('?').unwrap_or_default();
        let kind = bundle.query.kind.resource();
        let base = path.strip_suffix(kind).unwrap_or(path).trim_end_matches('/');
        bundle.next = Some(match self {
            Self::Page => format!("{base}/{kind}/__page?{query}"),
            Self::Snapshot => format!("{base}/_snapshot?{query}&{OF}={kind}"),
            Self::Slash => format!("{base}/{kind}/?{query}"),
            Self::Dot => format!("./{kind}?{query}"),
            Self::Query => format!("?{query}"),
            Self::Base => format!("{base}?_getpages={}&{query}&{OF}={kind}", bundle.offset),
        });
    }
}
