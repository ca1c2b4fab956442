//! What a guest's answers must be, beyond their types.

use serde_json::value::RawValue;

use super::{
    fault::{Fault, Limit},
    guest::{Page, Step},
};
use crate::config::Limits;

/// Record ids and keys are identifiers, not documents.
const IDENTIFIER: usize = 1024;

/// How deep a payload may be nested: as deep as the usual parsers of destinations read.
const DEPTH: usize = 100;

/// A page within its limits.
pub(super) fn page(page: Page, limits: &Limits) -> Result<Page, Fault> {
    if page.changes.len() > limits.page_changes {
        return Err(Fault::Limit(Limit::PageChanges(limits.page_changes)));
    }
    if page.cursor.len() > limits.cursor {
        return Err(Fault::Limit(Limit::Cursor(limits.cursor)));
    }
    let identifiers =
        page.changes.iter().flat_map(|change| [Some(&change.id), change.key.as_ref()]);
    if identifiers.flatten().any(|id| id.is_empty() || id.len() > IDENTIFIER) {
        let what = format!("a change's id or key is empty or longer than {IDENTIFIER} bytes");
        return Err(Fault::Contract { call: "changes", what });
    }
    Ok(page)
}

/// A step within its limits, whose event is declared and whose payload is JSON.
pub(super) fn step(step: Step, events: &[String], limits: &Limits) -> Result<Step, Fault> {
    match &step {
        Step::Fetch(requests) if requests.len() > limits.step_requests => {
            return Err(Fault::Limit(Limit::StepRequests(limits.step_requests)));
        }
        Step::Fetch(requests) if requests.is_empty() => {
            return Err(Fault::Contract {
                call: "collect",
                what: "a step that fetches nothing".into(),
            });
        }
        Step::Fetch(_) => {}
        Step::Notify { event, payload, memo } => {
            notification(event, payload, events, limits)?;
            within_memo(memo.as_deref(), limits)?;
        }
        Step::Skip { memo, .. } => within_memo(memo.as_deref(), limits)?,
    }
    Ok(step)
}

fn notification(
    event: &str,
    payload: &str,
    events: &[String],
    limits: &Limits,
) -> Result<(), Fault> {
    if payload.len() > limits.payload {
        return Err(Fault::Limit(Limit::Payload(limits.payload)));
    }
    if !events.iter().any(|declared| declared == event) {
        let what = "an event that the action does not declare".into();
        return Err(Fault::Contract { call: "collect", what });
    }
    let wrong = |what| Fault::Contract { call: "collect", what };
    serde_json::from_str::<&RawValue>(payload).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        wrong(format!("a payload that is no JSON at line {line} column {column}"))
    })?;
    if depth(payload) > DEPTH {
        return Err(wrong(format!("a payload that is nested deeper than {DEPTH}")));
    }
    Ok(())
}

/// How deep arrays and objects lie in each other in a text that is JSON.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn within_memo(memo: Option<&str>, limits: &Limits) -> Result<(), Fault> {
    match memo {
        Some(memo) if memo.len() > limits.memo => Err(Fault::Limit(Limit::Memo(limits.memo))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_of_arrays_and_objects_alone() {
        for (json, expected) in [
            ("1", 0),
            ("[]", 1),
            (r#"{"a":[{"b":1},[]]}"#, 3),
            (r#"["[[[","\"[[",{}]"#, 2),
            (r#"["\\",[[]]]"#, 3),
        ] {
            assert_eq!(depth(json), expected, "{json}");
        }
    }
}
