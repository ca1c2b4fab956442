//! Patients with a name that they had before, which stands first.

use serde_json::{Value, json};

use super::{Chance, Kind, Lie, Moment, Record};

/// What nobody is called any more.
pub(in super::super) const ENDED: &str = "Formerly";

pub(in super::super) struct EndedNames {
    /// What the name is for.
    pub(in super::super) usage: Option<&'static str>,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let usages = [Some("official"), Some("usual"), Some("maiden"), Some("old"), None];
    Box::new(EndedNames { usage: usages[chance.below(5) as usize] })
}

impl Lie for EndedNames {
    fn name(&self) -> &'static str {
        "ended names"
    }

    fn shows(&mut self, record: &Record, shown: &mut Value, moment: &mut Moment) {
        self.found(record, shown, moment);
    }

    fn found(&mut self, record: &Record, shown: &mut Value, _moment: &mut Moment) {
        if let Some(names) = shown["name"].as_array_mut()
            && record.kind == Kind::Patient
        {
            let period = json!({"start": "2001-01-01", "end": "2019-06-30"});
            let mut name = json!({"family": ENDED, "given": [ENDED], "period": period});
            if let Some(usage) = self.usage {
                name["use"] = usage.into();
            }
            names.insert(0, name);
        }
    }
}
