//! Targets, patterns and `Retry-After` as nobody would write them.

use std::time::{Duration, SystemTime};

use super::*;
use crate::{
    egress::{
        policy::{LONGEST_URL, Targets},
        retry_after,
    },
    fuzz::fuzz,
};

#[test]
fn fuzz_retry_after() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let words = ["Sun, ", "06 Nov 1994", " 08:49:37", " GMT", "86400", ";", "9999"];
    fuzz("retry-after", &words, |input| {
        let text = String::from_utf8_lossy(input);
        let Some(pause) = retry_after::parse(&text, now) else { return "none".into() };
        assert!(pause <= retry_after::LONGEST, "{pause:?}");
        format!("{} digits", pause.as_secs().to_string().len())
    });
}

#[test]
fn fuzz_targets() {
    let words = [
        "https://",
        "http:",
        "//",
        "@",
        "#",
        "?",
        "\\",
        "%2f",
        "%2e",
        "..",
        "..;",
        "/fhir",
        ":8443",
        "ehr.example",
        "pages.example",
        ".",
        "[::1]",
        "%25eth0",
        "\t",
        "xn--",
    ];
    let base = Url::parse("https://ehr.example/fhir").unwrap();
    let pages = Url::parse("https://pages.example:8443").unwrap().origin();
    let declared = ["GET /Patient/*", "GET /next/**", "GET /"];
    let declared: Vec<Pattern> = declared.iter().map(|text| text.parse().unwrap()).collect();
    let targets = Targets::new(&base, std::slice::from_ref(&pages), Some(declared.into())).unwrap();
    fuzz("targets", &words, |input| {
        let text = String::from_utf8_lossy(input);
        let url = match targets.resolve(Method::Get, &text) {
            Ok(url) => url,
            Err(refusal) => return refusal.to_string().replace(|c: char| c.is_ascii_digit(), ""),
        };
        let path = url.path();
        let declared = if url.origin() == base.origin() {
            let path = path.strip_prefix("/fhir").expect("a path under the base URL's");
            path.is_empty() || path == "/" || path.starts_with("/Patient/") || next(path)
        } else {
            assert_eq!(url.origin(), pages, "{text:?}");
            path == "/" || path.starts_with("/Patient/") || next(path)
        };
        assert!(declared, "{text:?} became {url}");
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
        assert!(!path.split('/').any(|part| matches!(part, "." | "..")), "{url}");
        assert!(url.as_str().len() <= LONGEST_URL && url.as_str().is_ascii(), "{url}");
        // Whoever reads it again reads the same.
        assert_eq!(Url::parse(url.as_str()).as_ref(), Ok(&url));
        format!("{} parts", path.split('/').count().min(9))
    });
}

fn next(path: &str) -> bool {
    path == "/next" || path.starts_with("/next/")
}

#[test]
fn fuzz_patterns() {
    let words = ["GET ", "POST ", "/", "/*", "/**", "..", "?", "#", " "];
    fuzz("patterns", &words, |input| {
        let text = String::from_utf8_lossy(input);
        let pattern: Pattern = match text.parse() {
            Ok(pattern) => pattern,
            Err(error) => return PatternError::to_string(&error),
        };
        let shown = pattern.to_string();
        assert_eq!(shown.parse().as_ref(), Ok(&pattern), "{text:?} shows itself as {shown:?}");
        let (method, path) = shown.split_once(' ').unwrap();
        if !path.contains('*') {
            let method = if method == "GET" { Method::Get } else { Method::Post };
            assert!(pattern.covers(method, path), "{shown:?} covers itself");
        }
        format!("{} parts", path.split('/').count().min(9))
    });
}
