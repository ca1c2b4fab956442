//! Which headers a request may carry.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::policy::Refusal;

/// How many headers a request may have beside the host's own.
pub(super) const MOST: usize = 64;
/// How many bytes their names and values may have together.
pub(super) const MOST_BYTES: usize = 16 << 10;

/// What only the host sets: how the message is framed and who sends it. The last few make some
/// servers take one method for another, and so get around what a connector declared.
const RESERVED: [&str; 17] = [
    "host",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "authorization",
    "cookie",
    "user-agent",
    "http2-settings",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// What stands in requests whoever shapes them.
#[derive(Clone, Default)]
pub(super) struct Own {
    /// What the user wants in every request: a connector that says something else is not heard.
    pub(super) users: HeaderMap,
    /// What credentials are sent in.
    pub(super) credentials: Option<HeaderName>,
}

/// Adds a request's headers to those that are added to every one.
///
/// # Errors
/// Where there are too many, or one is the host's, or is none that HTTP knows. `to` then holds
/// some of them.
pub(super) fn add<'a>(
    to: &mut HeaderMap,
    own: &Own,
    headers: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
) -> Result<(), Refusal> {
    if headers.len() > MOST {
        return Err(Refusal::Headers(headers.len()));
    }
    let mut bytes = 0;
    for (index, (name, value)) in headers.enumerate() {
        bytes += name.len() + value.len();
        if bytes > MOST_BYTES {
            return Err(Refusal::HeaderBytes(bytes));
        }
        let (name, value) = parse(name, value).ok_or(Refusal::Header(index + 1))?;
        if name.as_str().starts_with("proxy-") {
            return Err(Refusal::Reserved("proxy-*".to_owned()));
        }
        if RESERVED.contains(&name.as_str()) || own.credentials.as_ref() == Some(&name) {
            return Err(Refusal::Reserved(name.as_str().to_owned()));
        }
        if !own.users.contains_key(&name) {
            to.append(name, value);
        }
    }
    Ok(())
}

fn parse(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    // Takes any byte of 0x80 and more, but no control character except the tab.
    let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
    Some((name, value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn judge(headers: &[(&str, &str)]) -> Result<usize, Refusal> {
        let mut own = Own { credentials: Some("x-api-key".parse().unwrap()), ..Own::default() };
        own.users.insert("x-tenant", HeaderValue::from_static("ours"));
        let mut to = own.users.clone();
        let added = add(&mut to, &own, headers.iter().copied());
        assert_eq!(to.get_all("x-tenant").iter().collect::<Vec<_>>(), ["ours"]);
        added.map(|()| to.len() - 1)
    }

    #[test]
    fn takes_what_is_the_connectors_to_say() {
        assert_eq!(
            judge(&[("Accept", "application/fhir+json"), ("Prefer", "respond-async")]),
            Ok(2)
        );
        assert_eq!(judge(&[("accept", "a"), ("accept", "b")]), Ok(2));
        // What the user says stands.
        assert_eq!(judge(&[("X-Tenant", "theirs"), ("accept", "b")]), Ok(1));
        assert_eq!(judge(&[("x-tab", "a\tb"), ("x-name", "Müller"), ("x-empty", "")]), Ok(3));
    }

    #[test]
    fn refuses_what_is_the_hosts() {
        for name in [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "connection",
            "upgrade",
            "TE",
            "trailer",
            "expect",
            "AUTHORIZATION",
            "cookie",
            "proxy-*",
            "accept-encoding",
            "x-http-method-override",
            "X-Api-Key",
            "user-agent",
        ] {
            let refusal = Refusal::Reserved(name.to_ascii_lowercase());
            let name = name.replace('*', "authorization");
            assert_eq!(judge(&[(&name, "x")]), Err(refusal), "{name}");
        }
    }

    #[test]
    fn refuses_what_is_no_header() {
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("a:", "x"),
            ("a\r\nb", "x"),
            ("ü", "x"),
            ("a", "x\r\nb: c"),
            ("a", "x\0"),
            ("a", "\u{1b}[2J"),
        ] {
            assert_eq!(
                judge(&[("accept", "x"), (name, value)]),
                Err(Refusal::Header(2)),
                "{name:?}"
            );
        }
    }

    #[test]
    fn refuses_too_many() {
        let many: Vec<(&str, &str)> = vec![("x-a", "b"); 40_000];
        assert_eq!(judge(&many), Err(Refusal::Headers(40_000)));
        assert!(judge(many.get(..MOST).unwrap()).is_ok());
        let long = "a".repeat(MOST_BYTES);
        assert_eq!(judge(&[("x-a", &long)]), Err(Refusal::HeaderBytes(MOST_BYTES + 3)));
    }
}
