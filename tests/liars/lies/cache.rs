//! A search that is answered from a cache for a minute, as HAPI does where nobody says `no-cache`.

use std::collections::BTreeMap;

use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment};
use crate::liars::chronicle::MINUTE;

type Kept = (i64, u16, Vec<(String, String)>, Vec<u8>);

#[derive(Default)]
pub(in super::super) struct Cache(BTreeMap<Vec<(String, String)>, Kept>);

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Cache::default())
}

impl Cache {
    /// What the answer to a search is kept under; nothing where a fresh one is asked for.
    fn key(asked: &Asked) -> Option<Vec<(String, String)>> {
        let is_fresh = |(name, value): &(String, String)| {
            name == "cache-control" && (value.contains("no-cache") || value.contains("no-store"))
        };
        if !asked.is_search() || asked.headers.iter().any(is_fresh) {
            return None;
        }
        let path = ("path".to_owned(), asked.path.clone());
        Some(std::iter::once(path).chain(asked.query.iter().cloned()).collect())
    }
}

impl Lie for Cache {
    fn name(&self) -> &'static str {
        "cache"
    }

    fn answers(&mut self, asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        let (at, status, headers, body) = self.0.get(&Self::key(asked)?)?.clone();
        let is_young = moment.now < at + MINUTE;
        is_young.then(|| Answered { status, headers, body: body.into(), broken: false })
    }

    fn sends(&mut self, asked: &Asked, answered: &mut Answered, moment: &mut Moment) {
        let Some(key) = Self::key(asked) else { return };
        let kept = self.0.get(&key).map_or(i64::MIN, |kept| kept.0);
        if moment.now >= kept.saturating_add(MINUTE) {
            let Answered { status, headers, body, .. } = answered;
            self.0.insert(key, (moment.now, *status, headers.clone(), body.to_vec()));
        }
    }
}
