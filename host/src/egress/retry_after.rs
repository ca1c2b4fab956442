//! The pause that a server asks for in a `Retry-After` header.

use std::time::{Duration, SystemTime};

/// The longest pause that a header can ask for: a server's mistake must not stop a connection for years.
pub(super) const LONGEST: Duration = Duration::from_hours(24);

/// Reads a header's value: whole seconds, or an HTTP date as seen from `now` (RFC 9110, 10.2.3).
///
/// Never more than [`LONGEST`]; a date that has passed is no pause at all, and what is neither
/// is `None`, as if the header weren't there.
pub(super) fn parse(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only too many digits can fail here, and those mean "very long".
        return Some(value.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    Some(until.duration_since(now).unwrap_or_default().min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_servers_send() {
        // Sunday, 6 November 1994, 08:49:37 GMT.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let table: [(&str, Option<u64>); 15] = [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("86401", Some(86_400)),
            ("315360000", Some(86_400)),
            ("99999999999999999999999", Some(86_400)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", Some(0)),
            ("Sat, 06 Nov 2004 08:49:37 GMT", Some(86_400)),
            ("-5", None),
            ("1.5", None),
            ("+5", None),
            ("soon", None),
            ("", None),
            ("Sun, 99 Nov 1994", None),
        ];
        for (value, seconds) in table {
            assert_eq!(parse(value, now), seconds.map(Duration::from_secs), "{value:?}");
        }
    }
}
