//! How long what is done with is kept: dead letters, receipts of what was delivered, payloads.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{
    kind::Kind,
    plain::{SPAN, quoted},
    table::Table,
    value::Value,
};
use crate::{config::HostSettings, duration};

/// Less would hide from people what needs them; and files of what was delivered are of an hour.
const SHORTEST: Duration = Duration::from_secs(60 * 60);

/// A span, or `None` for ever.
type Kept = Option<Duration>;

/// `"30d"`, or `"forever"`.
pub(super) fn dead_letters() -> Kind<Kept> {
    kept(json!([{ "pattern": SPAN }, { "pattern": "[1-9]" }]), |value| {
        match value.clone().duration()? {
            kept if kept >= SHORTEST => Some(kept),
            _ => value.bad("dead letters wait for a person: at least `1h`, or `forever`"),
        }
    })
}

/// `"30d"`, `"forever"`, or `"0s"` for not at all.
pub(super) fn delivered() -> Kind<Kept> {
    kept(json!([{ "pattern": SPAN }]), |value| match duration::parse(value.clone().text()?) {
        Ok(kept) if kept.is_zero() || kept >= SHORTEST => Some(kept),
        Ok(_) => value.bad("this is kept by the hour: at least `1h`, `forever`, or `0s`"),
        Err(error) => value.bad(error),
    })
}

fn kept(patterns: Json, span: fn(&Value<'_>) -> Option<Duration>) -> Kind<Kept> {
    let forms = json!([{ "const": "forever" }, { "allOf": patterns }]);
    let schema = json!({ "type": "string", "minLength": 1, "anyOf": forms });
    let read = move |value: Value<'_>| match value.tree().as_str() {
        Some("forever") => Some(None),
        _ => span(&value).map(Some),
    };
    let kind = Kind::plain("time span, or \"forever\"", "\"30d\"", schema, read);
    kind.shown(|kept| {
        let shown = kept.map(|kept| duration::Show(kept).to_string());
        Some(quoted(shown.as_deref().unwrap_or("forever")))
    })
}

/// Payloads are kept no longer than their receipts.
pub(super) fn judge(table: &Table<'_>, host: &HostSettings) -> bool {
    let is_longer = |receipts| host.payloads.is_none_or(|kept| kept > receipts);
    if !table.has("payloads") || !host.delivered.is_some_and(is_longer) {
        return true;
    }
    let why = "payloads are found by their receipts: at most as long as `delivered`";
    table.bad_value::<()>("payloads", why);
    false
}
