//! Every state is version 1 of a whole second, and some records change twice in one (OpenEMR).

use super::{Asked, Chance, Draft, Kind, Lie, Moment, Record, State, Write};
use crate::liars::chronicle::SECOND;

pub(in super::super) struct OneVersion {
    /// Records that are still to change twice.
    twins: u64,
    /// What one says that has changed once.
    half: Option<Write>,
}

impl OneVersion {
    /// With so many records that change twice in a second.
    pub(in super::super) fn with(twins: u64) -> Self {
        Self { twins, half: None }
    }
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(OneVersion::with(chance.between(1, 8)))
}

impl Lie for OneVersion {
    fn name(&self) -> &'static str {
        "one version"
    }

    fn writes(&mut self, record: &Record, state: &mut State, _moment: &mut Moment) {
        state.version = Some("1".into());
        state.clock = state.clock.div_euclid(SECOND) * SECOND;
        let halves = |before: &&State| before.draft.status != state.draft.status;
        let is_twin = record.id.starts_with("twin");
        if let Some(before) = record.last().filter(halves).filter(|_| is_twin) {
            state.clock = before.clock;
        }
        state.stamp = Some(state.clock);
    }

    fn meddles(&mut self, asked: &Asked, _records: &[Record], moment: &mut Moment) -> Vec<Write> {
        if let Some(mut write) = self.half.take() {
            write.at = moment.now;
            write.draft.status = "cancelled";
            return vec![write];
        }
        if self.twins == 0 || !asked.path.starts_with("/Appointment") || moment.chance.happens(0.5)
        {
            return Vec::new();
        }
        self.twins -= 1;
        let id = format!("twin{}", self.twins);
        let draft = Draft::new(Kind::Appointment, Some("p1"));
        let write = Write { at: moment.now, late: 0, kind: Kind::Appointment, id, draft };
        self.half = Some(write.clone());
        vec![write]
    }
}
