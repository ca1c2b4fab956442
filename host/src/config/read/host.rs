//! `[host]`.

use std::path::PathBuf;

use super::{
    admin,
    folders::{self, Folders},
    form::Form,
    keep,
    kind::Kind,
    limits,
    plain::{boolean, choice, count, count_to, path, quoted, size},
    proxy::proxy,
    seal,
    source::Source,
    trust,
};
use crate::config::{HostSettings, LogFormat};

/// So many polls at once have room in a process, each with a connector's memory set aside.
const MOST_POLLS: usize = 10_000;

/// The settings of a text that has none: the default folders, beside the text.
pub(super) fn defaults(source: &Source<'_>) -> HostSettings {
    let settings = HostSettings::default();
    let beside = |path: PathBuf| source.folder().join(path);
    HostSettings {
        data: beside(settings.data),
        connectors: beside(settings.connectors),
        ..settings
    }
}

pub(super) fn host() -> Kind<HostSettings> {
    let form = Form::new(
"the host","What is the host's own.",HostSettings::default)
.set(
                "data",
                data(),
                "The folder of all that the host keeps: cursors, what waits, receipts, keys and the \
                 audit log. Give it a real disk, and one host alone.",
                |it| &mut it.data,
            )
.given(
                "connectors",
                folders::folders(),
                "The folder of `*.wasm` files, which are swapped while the host runs when they change. \
                 Or a list of it and a folder of candidates that run beside them and tell nobody, as \
                 `[\"connectors\", { folder = \"candidates\", shadow = true }]`.",
                |it, Folders { in_service, shadow }| {
                    (it.connectors, it.shadow) = (in_service, shadow);
                },
            )
            .or("\"connectors\"")
.set(
                "admin",
                admin::admin(),
                "Where the admin API listens, which `rounds status` and other commands ask: an address \
                 of this machine's loopback with its port, port 0 for any that is free. Beyond \
                 loopback it is a table.",
                |it| &mut it.admin,
            )
.may(
                "proxy",
                proxy(),
                "A forward proxy for all connections, destinations and registries that name none of \
                 their own. Who is to be asked without it, on this machine for one, stands in its \
                 `no_proxy`.",
                |it| &mut it.proxy,
            )
.set(
                "log",
                log(),
                "How log lines look, which go to stderr: `text` for people, `json` for programs.",
                |it| &mut it.log,
            )
.set(
                "connector_log",
                boolean(),
                "Whether what connectors write to stderr is logged. It may hold patients' data.",
                |it| &mut it.connector_log,
            )
.set(
                "dead_letters",
                keep::dead_letters(),
                "How long a dead letter waits for a person before it is forgotten: at least 1h, or \
                 `forever`.",
                |it| &mut it.dead_letters,
            )
.set(
                "delivered",
                keep::delivered(),
                "How long receipts of what was delivered are kept (ids, fingerprints, times): at least \
                 1h, `forever`, or `0s` for not at all.",
                |it| &mut it.delivered,
            )
.set(
                "payloads",
                keep::delivered(),
                "How long what was delivered is kept itself: as `delivered`, and no longer than that.",
                |it| &mut it.payloads,
            )
.set(
                "audit_size",
                size(),
                "Bytes from which on the audit log goes on in a new file.",
                |it| &mut it.audit_size,
            )
.set(
                "max_pending",
                count(),
                "Changes that wait for one connection's destinations before its polling pauses.",
                |it| &mut it.max_pending,
            )
.set(
                "concurrent_polls",
                count_to(MOST_POLLS),
                "Polls at once, over all connections: give more than there are EHRs that may hang \
                 together.",
                |it| &mut it.concurrent_polls,
            )
.set(
                "limits",
                limits::limits(),
                "What connectors and EHRs are allowed, so that none harms more than its own.",
                |it| &mut it.limits,
            )
.set("seal", seal::seal(), "With what the store seals patients' data. Without it the host \
                makes a key beside the data, and warns of it.", |it| &mut it.seal)
.set("trust", trust::trust(), "Whose connectors may run.", |it| &mut it.trust);
    form.finish(|table, mut host| {
        let beside = defaults(table.source);
        if !table.has("data") {
            host.data = beside.data;
        }
        if !table.has("connectors") {
            host.connectors = beside.connectors;
        }
        if !["connectors", "limits", "trust"].iter().all(|key| table.is_sound(key)) {
            table.source.doubt_connectors();
        }
        if !table.is_sound("admin") {
            table.source.doubt_admin();
        }
        keep::judge(table, &host).then_some(host)
    })
}

fn data() -> Kind<PathBuf> {
    let Kind { shape, read, show } = path("\"data\"");
    let data = Kind::new(shape, move |value| match value.tree().as_str() {
        Some(text) if text.contains("://") => {
            value.bad("this version stores in a folder only, as \"data\"")
        }
        _ => read(value),
    });
    data.shown(show)
}

fn log() -> Kind<LogFormat> {
    choice("unknown format", [("text", LogFormat::Text), ("json", LogFormat::Json)]).shown(|log| {
        Some(quoted(match log {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        }))
    })
}
