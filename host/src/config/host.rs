//! What is the host's own.

use std::{path::PathBuf, time::Duration};

use super::{Admin, Limits, Proxy, Seal, Trust};

/// The host's folders, its admin address, its log, its limits, and whom it trusts.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// The embedded store's folder.
    pub data: PathBuf,
    /// With what the store seals patients' data.
    pub seal: Seal,
    /// How long a dead letter waits for a person before it is forgotten; `None` waits for ever.
    pub dead_letters: Option<Duration>,
    /// How long receipts of what was delivered are kept: ids, fingerprints and times. `None` keeps
    /// them for ever, zero keeps none.
    pub delivered: Option<Duration>,
    /// How long what was delivered is kept itself, at most as long as its receipt. Zero: not at all.
    pub payloads: Option<Duration>,
    /// Bytes from which on the audit log goes on in a new file.
    pub audit_size: usize,
    /// The folder of `*.wasm` files.
    pub connectors: PathBuf,
    /// A folder of `*.wasm` files that may follow those in service: they are given all that these
    /// are given, and deliver nothing.
    pub shadow: Option<PathBuf>,
    /// Where the admin API listens, and to whom.
    pub admin: Admin,
    /// How log lines look.
    pub log: LogFormat,
    /// Whether what guests write to stderr is logged. Off, since it may hold patient data.
    pub connector_log: bool,
    /// Containers that wait for one connection before its polling pauses.
    pub max_pending: usize,
    /// Polls at once, over all connections: more than EHRs that may hang together.
    pub concurrent_polls: usize,
    /// What connectors and EHRs are allowed.
    pub limits: Limits,
    /// What is asked of connectors before they run.
    pub trust: Trust,
    /// What a text has connections, destinations and registries go through that name no proxy of
    /// their own; each has it in its place once the text is read.
    pub proxy: Option<Proxy>,
}

impl Default for HostSettings {
    fn default() -> Self {
        Self {
            data: "data".into(),
            seal: Seal::default(),
            dead_letters: Some(Duration::from_secs(30 * 24 * 60 * 60)),
            delivered: Some(Duration::from_secs(30 * 24 * 60 * 60)),
            payloads: Some(Duration::ZERO),
            audit_size: 16 << 20,
            connectors: "connectors".into(),
            shadow: None,
            admin: Admin::default(),
            log: LogFormat::Text,
            connector_log: false,
            max_pending: 100_000,
            concurrent_polls: 256,
            limits: Limits::default(),
            trust: Trust::default(),
            proxy: None,
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}
