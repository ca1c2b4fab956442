//! Times with an offset in place of a `Z`.

use jiff::{Timestamp, tz};
use serde_json::Value;

use super::{Chance, Lie, Moment, Record};

/// Hours east.
pub(in super::super) struct Offsets(pub(in super::super) i8);

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Offsets([0, 2, -8][chance.below(3) as usize]))
}

impl Lie for Offsets {
    fn name(&self) -> &'static str {
        "offsets"
    }

    fn shows(&mut self, _record: &Record, shown: &mut Value, _moment: &mut Moment) {
        let Some(text) = shown["meta"]["lastUpdated"].as_str() else { return };
        let Ok(time) = text.parse::<Timestamp>() else { return };
        let there = time.to_zoned(tz::Offset::constant(self.0).to_time_zone());
        let format =
            if text.contains('.') { "%Y-%m-%dT%H:%M:%S%.f%:z" } else { "%Y-%m-%dT%H:%M:%S%:z" };
        shown["meta"]["lastUpdated"] = there.strftime(format).to_string().into();
    }
}
