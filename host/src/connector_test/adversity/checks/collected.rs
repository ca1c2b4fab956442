//! Odd answers to what `collect` asks: each field missing, null, or of another type.

use std::sync::Arc;

use serde_json::Value;

use super::{
    super::{
        lab::Lab,
        material::{CollectCall, with_json},
        report::{Done, Tally},
    },
    Bench, NO_COLLECT, grief, odd,
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally =
        Tally::new("odd-collected", "What `collect` asked for lacks a field, or has it otherwise");
    for (call, at) in bench.material.typical_answers() {
        each_field(lab, &mut tally, call, at).await;
    }
    tally.done(NO_COLLECT)
}

/// A change may be told, skipped or refused, or more asked for, but nothing may break.
async fn each_field(lab: &mut Lab<'_>, tally: &mut Tally, call: &CollectCall, at: usize) {
    let (Some(answer), Some(asked)) = (call.collected.get(at), call.asked.get(at)) else { return };
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return };
    let canary = lab.watch.canaries.first();
    let canary = canary.map_or_else(|| "x".to_owned(), |canary| canary.text.clone());
    for odd in odd::each(&body, &canary) {
        let what = format!("{} in what {} answers", odd.what(), shown(&asked.target));
        lab.call = format!("{}, {what}", call.at);
        let mut collected = call.collected.clone();
        if let Some(place) = collected.get_mut(at) {
            *place = Arc::new(with_json(answer, &odd.value));
        }
        tally.tried();
        let step = lab.collect(&call.place, &call.change, call.memo.as_deref(), &collected).await;
        if let Err(fault) = step {
            grief(tally, &fault, &what, &call.at);
        }
    }
}

/// A target without its query, which may name a person.
fn shown(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}
