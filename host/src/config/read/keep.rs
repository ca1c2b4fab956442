//! How long what is done with is kept: dead letters, receipts of what was delivered, payloads.

use std::time::Duration;

use super::value::Value;
use crate::{config::HostSettings, duration};

/// Less would hide from people what needs them; and files of what was delivered are of an hour.
const SHORTEST: Duration = Duration::from_secs(60 * 60);

/// `"30d"`, or `"forever"`.
pub(super) fn dead_letters(value: Value<'_>) -> Option<Option<Duration>> {
    if is_forever(&value) {
        return Some(None);
    }
    match value.clone().duration()? {
        kept if kept >= SHORTEST => Some(Some(kept)),
        _ => value.bad("dead letters wait for a person: at least `1h`, or `forever`"),
    }
}

/// `"30d"`, `"forever"`, or `"0s"` for not at all.
pub(super) fn delivered(value: Value<'_>) -> Option<Option<Duration>> {
    if is_forever(&value) {
        return Some(None);
    }
    match duration::parse(value.clone().text()?) {
        Ok(kept) if kept.is_zero() || kept >= SHORTEST => Some(Some(kept)),
        Ok(_) => value.bad("this is kept by the hour: at least `1h`, `forever`, or `0s`"),
        Err(error) => value.bad(error),
    }
}

/// As [`delivered`], and no longer than the receipts.
pub(super) fn payloads(value: Value<'_>, host: &HostSettings) -> Option<Option<Duration>> {
    let kept = delivered(value.clone())?;
    match host.delivered {
        Some(receipts) if kept.is_none_or(|kept| kept > receipts) => {
            value.bad("payloads are found by their receipts: at most as long as `delivered`")
        }
        _ => Some(kept),
    }
}

fn is_forever(value: &Value<'_>) -> bool {
    value.tree().as_str() == Some("forever")
}
