//! Times are shown in whole seconds, though the server searches by finer ones.

use serde_json::Value;

use super::{Chance, Lie, Moment, Record};

pub(in super::super) struct CoarseTimes;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(CoarseTimes)
}

impl Lie for CoarseTimes {
    fn name(&self) -> &'static str {
        "coarse times"
    }

    fn shows(&mut self, _record: &Record, shown: &mut Value, _moment: &mut Moment) {
        let Some(time) = shown["meta"]["lastUpdated"].as_str() else { return };
        if let Some((second, _)) = time.split_once('.') {
            shown["meta"]["lastUpdated"] = format!("{second}Z").into();
        }
    }
}
