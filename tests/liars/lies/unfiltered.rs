//! A server that passes over `_lastUpdated`, and says so in `self`, in an outcome beside the records,
//! or not at all.

use serde_json::json;

use super::{Bundle, Chance, Lie, Moment, Query};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Unfiltered {
    InSelf,
    InOutcome,
    Silent,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let all = [Unfiltered::InSelf, Unfiltered::InOutcome, Unfiltered::Silent];
    Box::new(all[chance.below(3) as usize])
}

impl Lie for Unfiltered {
    fn name(&self) -> &'static str {
        "unfiltered"
    }

    fn understands(&mut self, query: &mut Query) {
        query.spans.clear();
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        if *self != Self::Silent {
            bundle.own.retain(|(name, _)| name != "_lastUpdated");
        }
        if *self == Self::InOutcome {
            let words = "the parameter _lastUpdated is not supported and was ignored";
            let issue =
                json!({"severity": "warning", "code": "not-supported", "diagnostics": words});
            let outcome = json!({"resourceType": "OperationOutcome", "issue": [issue]});
            bundle.entries.push(json!({"resource": outcome, "search": {"mode": "outcome"}}));
        }
    }

    fn is_dear(&self) -> bool {
        true
    }
}
