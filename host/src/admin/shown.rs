//! What is shown of containers: all of one to who may see it, numbers to everybody else.

use serde_json::{Value, json};

use crate::{
    audit::Subject,
    envelope,
    model::{Container, ContainerId, TaskId},
    store::KeptAnswer,
};

/// Numbers that an entry of the audit log spells out.
const SPELT: usize = 50;

/// All that a dead letter holds: what changed, and what would have been told.
pub(crate) fn dead(container: &Container) -> Value {
    let change = &container.change;
    let data = match serde_json::from_str(&change.data) {
        Ok(data) => data,
        Err(_) => Value::String(change.data.clone()),
    };
    // What a destination got as its number is the destination's own.
    let notification = envelope::body(container, 0);
    let mut notification: Option<Value> =
        notification.and_then(|body| serde_json::from_slice(&body).ok());
    if let Some(meta) = notification.as_mut().and_then(|it| it.get_mut("meta")?.as_object_mut()) {
        meta.remove("sequence");
    }
    json!({
        "container": container.id,
        "task": container.task.to_string(),
        "notification_id": container.notification_id,
        "change": {
            "id": change.id, "kind": change.kind, "version": change.version, "key": change.key,
            "occurred_at": change.occurred_at, "data": data,
        },
        "notification": notification,
    })
}

/// All of an answer that a task keeps.
pub(crate) fn answer(task: &TaskId, answer: &KeptAnswer) -> Value {
    let mut shown = answer.shown();
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("task".into(), json!(task.to_string()));
    }
    shown
}

/// Why an answer of a task is not shown or buried.
pub(crate) fn no_answer(task: &TaskId) -> String {
    format!("{task} keeps no answer that waits to be read")
}

/// Why nothing is decided of a task's listing.
pub(crate) fn no_held_listing(task: &TaskId) -> String {
    format!("{task} has no listing that is held for a person")
}

/// Containers as the audit log has them.
pub(crate) fn containers(ids: &[ContainerId]) -> Subject {
    let spelt: Vec<_> = ids.iter().take(SPELT).map(ContainerId::to_string).collect();
    let more = match ids.len().saturating_sub(SPELT) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Subject::of(format_args!("containers {}{more}", spelt.join(", ")))
}
