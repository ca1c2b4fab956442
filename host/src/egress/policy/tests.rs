//! What connectors have tried elsewhere, and what each comes to.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn targets(base: &str, allowed: &[&str], declared: Option<&[&str]>) -> Targets {
    let allowed: Vec<Origin> =
        allowed.iter().map(|url| Url::parse(url).unwrap().origin()).collect();
    let declared =
        declared.map(|patterns| patterns.iter().map(|text| text.parse().unwrap()).collect());
    Targets::new(&Url::parse(base).unwrap(), &allowed, declared).unwrap()
}

#[test]
fn a_target_becomes_a_url() {
    let base = "https://ehr.example/fhir/";
    let table = [
        ("/Patient/7", "https://ehr.example/fhir/Patient/7"),
        ("/Patient?name=a b", "https://ehr.example/fhir/Patient?name=a%20b"),
        (
            "/Patient?_lastUpdated=ge2026-01-01T00:00:00Z&x=../..",
            "https://ehr.example/fhir/Patient?_lastUpdated=ge2026-01-01T00:00:00Z&x=../..",
        ),
        ("", "https://ehr.example/fhir/"),
        ("?_getpages=1", "https://ehr.example/fhir/?_getpages=1"),
        ("/", "https://ehr.example/fhir/"),
        ("/Patient/Müller", "https://ehr.example/fhir/Patient/M%C3%BCller"),
        ("/v1.0/x", "https://ehr.example/fhir/v1.0/x"),
        ("/$everything", "https://ehr.example/fhir/$everything"),
        ("https://ehr.example/fhir?_getpages=2", "https://ehr.example/fhir?_getpages=2"),
        ("https://ehr.example:443/fhir/Patient", "https://ehr.example/fhir/Patient"),
        ("https://EHR.example/fhir/Patient", "https://ehr.example/fhir/Patient"),
        ("https://pages.example:8443/next?a=b", "https://pages.example:8443/next?a=b"),
    ];
    let targets = targets(base, &["https://pages.example:8443"], None);
    for (target, expected) in table {
        assert_eq!(
            targets.resolve(Method::Get, target).map(String::from).as_deref(),
            Ok(expected),
            "{target}"
        );
    }
}

#[test]
fn a_query_joins_that_of_the_base() {
    for (base, target, expected) in [
        (
            "https://app.example/hook?tenant=1",
            "?challenge=2",
            "https://app.example/hook?tenant=1&challenge=2",
        ),
        ("https://app.example/hook?tenant=1", "", "https://app.example/hook?tenant=1"),
        ("https://app.example/hook?tenant=1", "/x", "https://app.example/hook/x"),
        ("https://app.example", "?a=b", "https://app.example/?a=b"),
    ] {
        let url = targets(base, &[], None).resolve(Method::Get, target);
        assert_eq!(url.map(String::from).as_deref(), Ok(expected));
    }
}

#[test]
fn a_target_goes_nowhere_else() {
    use Refusal::{Control, Outside, Target};
    let other = |what: &str| Refusal::Origin(what.to_owned());
    let ambiguous = Refusal::Ambiguous;
    let (dots, encoded) =
        ("a `.` or `..` segment", "an encoded slash, backslash or control character");
    let table = [
        ("Patient/7", Target),
        ("//evil.example/x", Target),
        ("ftp://ehr.example/fhir", Target),
        ("file:///etc/passwd", Target),
        ("HTTPS:/ehr.example", Target),
        ("javascript:alert(1)", Target),
        ("https://", Target),
        ("https:///user:word@ehr.example/fhir", Target),
        ("https:////ehr.example/fhir", Target),
        ("https://[fe80::1", Target),
        ("https:ehr.example/fhir", Target),
        ("http://ehr.example/fhir/Patient", other("scheme and port")),
        ("https://ehr.example:8443/fhir/Patient", other("port")),
        ("https://ehr.example./fhir/Patient", other("host")),
        ("https://ehr.example.evil.example/fhir", other("host")),
        ("https://evil.example/fhir", other("host")),
        ("https://ehr.exаmple/fhir", other("host")),
        ("http://169.254.169.254/latest/meta-data", other("host and scheme and port")),
        ("https://2130706433/fhir", other("host")),
        ("https://0x7f.1/fhir", other("host")),
        ("https://localhost/fhir", other("host")),
        ("https://[::ffff:10.0.0.1]/fhir", other("host")),
        ("https://ehr.example/other", Outside),
        ("https://ehr.example/fhirx/Patient", Outside),
        ("https://ehr.example", Outside),
        ("https://user@ehr.example/fhir", ambiguous("a user or a password")),
        ("https://user:word@ehr.example/fhir", ambiguous("a user or a password")),
        ("https://evil.example@ehr.example/fhir", ambiguous("a user or a password")),
        ("https://evil.example#@ehr.example/fhir", ambiguous("a fragment (`#`)")),
        ("https://%65hr.example/fhir", ambiguous("an encoded host")),
        ("https://[fe80::1%25eth0]/fhir", ambiguous("an encoded host")),
        ("https://evil.example\\@ehr.example/fhir", ambiguous("a backslash")),
        ("/\\evil.example/x", ambiguous("a backslash")),
        ("/Patient/..\\..\\x", ambiguous("a backslash")),
        ("/Patient#x", ambiguous("a fragment (`#`)")),
        ("/../admin", ambiguous(dots)),
        ("/Patient/..", ambiguous(dots)),
        ("/Patient/./7", ambiguous(dots)),
        ("/%2e%2e/admin", ambiguous(dots)),
        ("/.%2E/admin", ambiguous(dots)),
        ("/..;/admin", ambiguous(dots)),
        ("/Patient/..%2f..%2fadmin", ambiguous(encoded)),
        ("/Patient/..%5Cadmin", ambiguous(encoded)),
        ("/Patient/7%0d%0aX-Evil:1", ambiguous(encoded)),
        ("/Patient/7%00", ambiguous(encoded)),
        ("/Patient/7\r\nX-Evil: 1", Control),
        ("/Patient/7\0", Control),
        ("/Patient?a=\n", Control),
        ("/Pat\tient", Control),
        ("/\u{7f}", Control),
    ];
    let targets = targets("https://ehr.example/fhir", &[], None);
    for (target, refusal) in table {
        assert_eq!(targets.resolve(Method::Get, target), Err(refusal), "{target:?}");
    }
}

#[test]
fn a_url_has_a_longest() {
    let targets = targets("https://ehr.example/fhir", &[], None);
    let short = format!("/x?{}", "a".repeat(LONGEST_URL - 40));
    assert!(targets.resolve(Method::Get, &short).is_ok());
    for letter in ["a", "ü"] {
        let long = format!("/x?{}", letter.repeat(LONGEST_URL));
        assert!(
            matches!(targets.resolve(Method::Get, &long), Err(Refusal::TooLong(_))),
            "{letter}"
        );
    }
    // Short enough as it was given, but not as it would be sent.
    let grows = format!("/x?{}", "ü".repeat(LONGEST_URL / 3));
    assert!(matches!(targets.resolve(Method::Get, &grows), Err(Refusal::TooLong(_))));
}

#[test]
fn only_what_is_declared_is_asked_for() {
    let declared = ["GET /", "GET /Patient/*", "POST /Patient/_search", "GET /next/**"];
    let undeclared = |method, path: &str| Refusal::Undeclared(method, path.to_owned());
    let targets = targets("http://h:8080/fhir", &["https://pages.example"], Some(&declared));
    let table = [
        (Method::Get, "/Patient/7?x=1", Ok(())),
        (Method::Get, "?_getpages=1", Ok(())),
        (Method::Get, "http://h:8080/fhir?_getpages=1", Ok(())),
        (Method::Get, "http://h:8080/fhir/Patient/7", Ok(())),
        (Method::Get, "https://pages.example/next/1/2", Ok(())),
        (Method::Post, "/Patient/_search", Ok(())),
        (Method::Post, "/Patient/7", Err(undeclared(Method::Post, "/Patient/*"))),
        (Method::Get, "/Patient", Err(undeclared(Method::Get, "/Patient"))),
        // The same API by another name.
        (Method::Get, "https://pages.example/fhir/Patient/7", Ok(())),
        (Method::Get, "https://pages.example:443/fhir/next/1", Ok(())),
        (Method::Get, "HTTPS://PAGES.example/next/", Ok(())),
        (Method::Get, "/Patient/7/", Ok(())),
        (
            Method::Get,
            "https://pages.example/other/Patient/7",
            Err(undeclared(Method::Get, "/*/Patient/*")),
        ),
        (Method::Get, "/Smith/__page?name=Smith", Err(undeclared(Method::Get, "/*/__page"))),
    ];
    for (method, target, expected) in table {
        assert_eq!(targets.resolve(method, target).map(|_| ()), expected, "{method} {target}");
    }
}

#[test]
fn a_base_is_a_plain_web_address() {
    for base in ["ftp://h/", "file:///x", "https://user@h/", "https://u:p@h/", "data:x"] {
        assert!(Targets::new(&Url::parse(base).unwrap(), &[], None).is_none(), "{base}");
    }
}
