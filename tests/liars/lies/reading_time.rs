//! `lastUpdated` is the time at which somebody reads the record (OpenEMR).

use serde_json::Value;

use super::{Chance, Lie, Moment, Record};
use crate::liars::chronicle::instant;

pub(in super::super) struct ReadingTime;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(ReadingTime)
}

impl Lie for ReadingTime {
    fn name(&self) -> &'static str {
        "reading time"
    }

    fn shows(&mut self, _record: &Record, shown: &mut Value, moment: &mut Moment) {
        shown["meta"]["lastUpdated"] = instant(moment.now + moment.ahead).into();
    }

    fn is_dear(&self) -> bool {
        true
    }
}
