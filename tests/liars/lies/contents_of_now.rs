//! Pages of a search of then, with contents of now: what changed meanwhile is newer than its place.

use super::{Asked, Chance, Lie, Moment, Record, Write, touched};

pub(in super::super) struct ContentsOfNow {
    /// What changes once the first page is read, one after another.
    pub(in super::super) steps: Vec<String>,
    pub(in super::super) moves: u64,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(ContentsOfNow { steps: Vec::new(), moves: chance.between(5, 30) })
}

impl Lie for ContentsOfNow {
    fn name(&self) -> &'static str {
        "contents of now"
    }

    fn shows_now(&self) -> bool {
        true
    }

    fn meddles(&mut self, asked: &Asked, records: &[Record], moment: &mut Moment) -> Vec<Write> {
        if asked.page() == 0 || records.is_empty() {
            return Vec::new();
        }
        let steps = std::mem::take(&mut self.steps);
        let named = steps.iter().filter_map(|id| records.iter().find(|it| it.id == *id));
        let drawn = moment.chance.below(records.len() as u64) as usize;
        let drawn = records.get(drawn).filter(|it| self.moves > 0 && it.seen(moment.now).is_some());
        self.moves = self.moves.saturating_sub(1);
        let at = (moment.now..).step_by(1);
        named.chain(drawn).zip(at).map(|(record, at)| touched(record, at)).collect()
    }
}
