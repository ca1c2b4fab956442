//! Pages that are counted off from what there is as each is asked for, while what was read moves to
//! the end: others cross a page's edge unseen.

use std::collections::VecDeque;

use super::{Asked, Chance, Lie, Moment, Record, Write, touched};

pub(in super::super) struct Offset {
    /// What is changed before a page: which page, and the records.
    steps: VecDeque<(usize, Vec<String>)>,
    /// How often chance may change something beside that.
    moves: u64,
}

impl Offset {
    /// With changes as they are told here and no others.
    pub(in super::super) fn of(steps: impl IntoIterator<Item = (usize, Vec<String>)>) -> Self {
        Self { steps: steps.into_iter().collect(), moves: 0 }
    }
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Offset { steps: VecDeque::new(), moves: chance.between(5, 40) })
}

impl Lie for Offset {
    fn name(&self) -> &'static str {
        "offset"
    }

    fn pages_live(&self) -> bool {
        true
    }

    fn meddles(&mut self, asked: &Asked, records: &[Record], moment: &mut Moment) -> Vec<Write> {
        let page = asked.page();
        if page == 0 || records.is_empty() {
            return Vec::new();
        }
        if self.steps.front().is_some_and(|(before, _)| *before == page) {
            let ids = self.steps.pop_front().map(|(_, ids)| ids).unwrap_or_default();
            let moved = records.iter().filter(|it| ids.contains(&it.id));
            return moved.map(|it| touched(it, moment.now)).collect();
        }
        if self.moves == 0 || moment.chance.happens(0.3) {
            return Vec::new();
        }
        self.moves -= 1;
        let many = moment.chance.between(1, 5);
        let mut drawn: Vec<_> =
            (0..many).map(|_| moment.chance.below(records.len() as u64) as usize).collect();
        drawn.sort_unstable();
        drawn.dedup();
        let drawn = drawn.into_iter().map(|at| &records[at]);
        drawn.filter(|it| it.seen(moment.now).is_some()).map(|it| touched(it, moment.now)).collect()
    }
}
