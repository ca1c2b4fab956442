//! What a destination gets: the body of a notification, the same bytes at every attempt.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::model::Container;

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: &'a RawValue,
    meta: Meta<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    id: &'a str,
    connection: &'a str,
    action: &'a str,
    record: &'a str,
    key: &'a str,
    connector: &'a str,
    sequence: u64,
    backfill: bool,
    changed_at: Option<&'a str>,
    observed_at: Timestamp,
}

/// The body that tells of a filled container, with its number among all of a destination.
/// `None` for a container that is not filled: there is nothing to tell yet.
pub(crate) fn body(container: &Container, sequence: u64) -> Option<Bytes> {
    let filled = container.filled.as_ref()?;
    let change = &container.change;
    let meta = Meta {
        id: &container.notification_id.0,
        connection: container.task.connection.as_str(),
        action: container.task.action.as_str(),
        record: &change.id,
        key: change.ordering_key(),
        connector: &filled.connector,
        sequence,
        backfill: container.backfill,
        changed_at: change.occurred_at.as_deref(),
        observed_at: container.observed_at,
    };
    let data = serde_json::from_str(&filled.payload).ok()?;
    let envelope = Envelope { r#type: &filled.event, timestamp: filled.at, data, meta };
    serde_json::to_vec(&envelope).ok().map(Bytes::from)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::model::{Change, ChangeKind, ContainerId, Filled, NotificationId, TaskId};

    fn container(filled: Option<Filled>) -> Container {
        Container {
            id: ContainerId(9),
            task: TaskId { connection: "general-hospital".into(), action: "appointments".into() },
            notification_id: NotificationId("msg_1".into()),
            change: Change {
                id: "123".into(),
                kind: ChangeKind::Upserted,
                version: Some("2".into()),
                content: None,
                key: Some("patient/7".into()),
                occurred_at: Some("2026-05-05T10:00:00Z".into()),
                data: "{}".into(),
            },
            silent: false,
            backfill: false,
            observed_at: "2026-05-05T10:00:12Z".parse().unwrap(),
            filled,
        }
    }

    #[test]
    fn a_filled_container_has_the_documented_shape() {
        let filled = Filled {
            event: "Scheduling.Reschedule".into(),
            payload: r#"{"Patient":{"b":1,"a":2}}"#.into(),
            connector: "fhir-r4@0.1.0".into(),
            at: "2026-05-05T10:00:13Z".parse().unwrap(),
        };
        let expected = concat!(
            r#"{"type":"Scheduling.Reschedule","timestamp":"2026-05-05T10:00:13Z","data":{"Patient":{"b":1,"a":2}},"#,
            r#""meta":{"id":"msg_1","connection":"general-hospital","action":"appointments","record":"123","#,
            r#""key":"patient/7","connector":"fhir-r4@0.1.0","sequence":4711,"backfill":false,"#,
            r#""changed_at":"2026-05-05T10:00:00Z","observed_at":"2026-05-05T10:00:12Z"}}"#,
        );
        assert_eq!(body(&container(Some(filled)), 4711).unwrap(), expected);
    }

    #[test]
    fn an_empty_container_has_nothing_to_tell() {
        assert_eq!(body(&container(None), 1), None);
    }
}
