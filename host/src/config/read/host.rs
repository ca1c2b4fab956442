//! `[host]`, and `[host.limits]` within.

use std::path::PathBuf;

use super::{
    admin,
    folders::{self, Folders},
    keep, seal,
    table::{Table, hint},
    trust,
    value::Value,
};
use crate::config::{HostSettings, Limits, LogFormat};

/// The settings of a text that has none: the default folders, beside the text.
pub(super) fn defaults(root: &Table<'_>) -> HostSettings {
    let settings = HostSettings::default();
    let beside = |path: PathBuf| root.source.folder().join(path);
    HostSettings {
        data: beside(settings.data),
        connectors: beside(settings.connectors),
        ..settings
    }
}

pub(super) fn read(value: Value<'_>) -> Option<HostSettings> {
    let mut table = value.table("the host")?;
    let mut host = defaults(&table);
    table.set("data", &mut host.data, data);
    if let Some(Folders { in_service, shadow }) = table.get("connectors", folders::read) {
        (host.connectors, host.shadow) = (in_service, shadow);
    }
    table.set("seal", &mut host.seal, seal::read);
    table.set("dead_letters", &mut host.dead_letters, keep::dead_letters);
    table.set("delivered", &mut host.delivered, keep::delivered);
    if let Some(payloads) = table.get("payloads", |value| keep::payloads(value, &host)) {
        host.payloads = payloads;
    }
    table.set("audit_size", &mut host.audit_size, Value::size);
    table.set("admin", &mut host.admin, admin::read);
    table.set("log", &mut host.log, log);
    table.set("connector_log", &mut host.connector_log, Value::boolean);
    table.set("max_pending", &mut host.max_pending, Value::count);
    table.set("concurrent_polls", &mut host.concurrent_polls, Value::count);
    table.set("limits", &mut host.limits, limits);
    table.set("trust", &mut host.trust, trust::read);
    table.finish();
    Some(host)
}

fn data(value: Value<'_>) -> Option<PathBuf> {
    if value.tree().as_str().is_some_and(|text| text.contains("://")) {
        return value.bad("this version stores in a folder only, as \"data\"");
    }
    value.path()
}

fn log(value: Value<'_>) -> Option<LogFormat> {
    match value.clone().text()? {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        other => value.bad(format!("unknown format `{other}`; {}", hint(other, &["text", "json"]))),
    }
}

fn limits(value: Value<'_>) -> Option<Limits> {
    let mut table = value.table("the limits")?;
    let mut limits = Limits::default();
    table.set("guest_cpu", &mut limits.guest_cpu, Value::duration);
    table.set("guest_wall", &mut limits.guest_wall, Value::duration);
    table.set("guest_memory", &mut limits.guest_memory, Value::size);
    table.set("answer_body", &mut limits.answer_body, Value::size);
    table.set("page_changes", &mut limits.page_changes, Value::count);
    table.set("poll_pages", &mut limits.poll_pages, Value::count);
    table.set("cursor", &mut limits.cursor, Value::size);
    table.set("memo", &mut limits.memo, Value::size);
    table.set("payload", &mut limits.payload, Value::size);
    table.set("collect_steps", &mut limits.collect_steps, Value::count);
    table.set("step_requests", &mut limits.step_requests, Value::count);
    table.set("compile_time", &mut limits.compile_time, Value::duration);
    table.set("compile_memory", &mut limits.compile_memory, Value::size);
    table.set("log_lines", &mut limits.log_lines, Value::count);
    table.set("log_line", &mut limits.log_line, Value::size);
    table.finish();
    Some(limits)
}
