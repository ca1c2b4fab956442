//! What a guest's answers must be, beyond their types.

use super::{
    fault::{Fault, Limit},
    payload,
    words::{Page, Step},
};
use crate::{config::Limits, model::ChangeKind};

/// Record ids and keys are identifiers, not documents.
const IDENTIFIER: usize = 1024;
/// What a user is to know of a page's answer is little.
const NOTICES: usize = 16;

/// A page within its limits.
pub(super) fn page(page: Page, limits: &Limits) -> Result<Page, Fault> {
    if page.changes.len() + page.unreadable.len() > limits.page_changes {
        return Err(Fault::Limit(Limit::PageChanges(limits.page_changes)));
    }
    if page.cursor.len() > limits.cursor {
        return Err(Fault::Limit(Limit::Cursor(limits.cursor)));
    }
    let identifiers =
        page.changes.iter().flat_map(|change| [Some(&change.id), change.key.as_ref()]);
    let unread = page.unreadable.iter().map(|unreadable| unreadable.id.as_ref());
    if identifiers.chain(unread).flatten().any(|id| id.is_empty() || id.len() > IDENTIFIER) {
        let what = format!("a change's id or key is empty or longer than {IDENTIFIER} bytes");
        return Err(Fault::Contract { call: "changes", what });
    }
    if page.changes.iter().any(|change| change.kind == ChangeKind::MovedAway) {
        let what = "a change that moved away, which only the host makes".into();
        return Err(Fault::Contract { call: "changes", what });
    }
    if page.notices.len() > NOTICES {
        let what = format!("more than {NOTICES} notices of one page");
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
    match payload::problem(payload) {
        Some(what) => Err(Fault::Contract { call: "collect", what }),
        None => Ok(()),
    }
}

fn within_memo(memo: Option<&str>, limits: &Limits) -> Result<(), Fault> {
    match memo {
        Some(memo) if memo.len() > limits.memo => Err(Fault::Limit(Limit::Memo(limits.memo))),
        _ => Ok(()),
    }
}
