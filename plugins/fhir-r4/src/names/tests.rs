use super::*;

const BASE: &str = "https://ehr.example/fhir";

/// The names of a server that says that it searched for this.
fn names(this: &str) -> Names {
    let context = Context { base_url: BASE.into(), ..Context::default() };
    let mut names = Names::of(&context);
    names.learn("Appointment", this);
    names
}

#[test]
fn reads_references_of_this_server_alone() {
    let names = names("http://fhir-internal:8080/fhir/Appointment?_count=2");
    for (reference, expected) in [
        ("Patient/7", Some(("Patient", "7"))),
        ("Patient/7/_history/3", Some(("Patient", "7"))),
        ("https://ehr.example/fhir/Patient/7", Some(("Patient", "7"))),
        ("https://EHR.example:443/fhir/Patient/7", Some(("Patient", "7"))),
        ("http://fhir-internal:8080/fhir/Patient/7/_history/1", Some(("Patient", "7"))),
        ("http://fhir-internal/fhir/Patient/7", None),
        ("https://fhir-internal:8080/fhir/Patient/7", None),
        ("https://ehr.example/other/Patient/7", None),
        ("https://ehr.example/fhir/Patient/7?x=1", None),
        ("https://u@ehr.example/fhir/Patient/7", None),
        ("https://ehr.example/fhir//Patient/7", Some(("Patient", "7"))),
        ("https://other.example/fhir/Patient/7", None),
        ("#p1", None),
        ("urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", None),
        ("Patient/..", None),
        ("Patient?identifier=http://x/Patient/7", None),
        ("Patient", None),
        ("", None),
    ] {
        assert_eq!(names.local(reference), expected, "{reference}");
    }
}

#[test]
fn learns_its_names_from_what_it_says_that_it_searched() {
    for (this, learned) in [
        ("http://fhir-internal:8080/fhir/Appointment?_count=2", "http://fhir-internal:8080/fhir"),
        ("HTTP://FHIR-internal:80/fhir/Appointment/", "http://fhir-internal/fhir"),
        ("http://fhir-internal/a%2fb?_getpages=7", "http://fhir-internal/a%2Fb"),
        ("http://fhir-internal/fhir/_snapshot?id=7", "http://fhir-internal/fhir"),
        ("http://fhir-internal/fhir/Appointment/__page?x=://", "http://fhir-internal/fhir"),
        ("https://ehr.example:443/fhir/Appointment?x", ""),
        ("Appointment?_count=2", ""),
        ("http://u:p@fhir-internal/fhir/Appointment", ""),
        ("ftp://fhir-internal/fhir/Appointment", ""),
        ("://", ""),
    ] {
        assert_eq!(names(this).others().join(" "), learned, "{this}");
    }
}

#[test]
fn a_record_says_the_same_by_whichever_name_it_was_read() {
    let names = names("http://fhir-internal:8080/fhir/Appointment");
    for (said, expected) in [
        (r#"{"a":[{"reference" : "http://fhir-internal:8080/fhir/Patient/7"}]}"#, "Patient/7"),
        (r#"{"a":[{"reference" : "http:\/\/fhir-internal:8080\/fhir\/Patient\/7"}]}"#, "Patient/7"),
        (
            r#"{"a":[{"reference" : "https://ehr.example/fhir/Patient/7/_history/2"}]}"#,
            "Patient/7/_history/2",
        ),
        (
            r#"{"a":[{"reference" : "https://other.example/fhir/Patient/7"}]}"#,
            "https://other.example/fhir/Patient/7",
        ),
        (r##"{"a":[{"reference" : "#x"}]}"##, "#x"),
        (r#"{"a":[{"reference" : "a \" b"}]}"#, r#"a \" b"#),
    ] {
        let expected = format!(r#"{{"a":[{{"reference" : "{expected}"}}]}}"#);
        assert_eq!(names.shortened(said), expected, "{said}");
    }
    let text =
        r##"{"a":{"reference":"Patient/7"},"b":[{"reference":"#x","display":"reference"}]}"##;
    assert_eq!(names.referred(text).collect::<Vec<_>>(), ["Patient/7"]);
}

#[test]
fn what_a_record_is_beside_is_its_own_alone() {
    let names = names("");
    let own =
        names.of_record("http://fhir-internal/fhir/Appointment/1", "Appointment", "1").unwrap();
    assert_eq!(own.local("http://fhir-internal/fhir/Patient/7"), Some(("Patient", "7")));
    assert_eq!(names.local("http://fhir-internal/fhir/Patient/7"), None);
    for url in [
        "https://ehr.example/fhir/Appointment/1",
        "http://fhir-internal/fhir/Appointment/2",
        "http://fhir-internal/fhir/Patient/1",
        "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7",
        "Appointment/1",
    ] {
        assert!(names.of_record(url, "Appointment", "1").is_none(), "{url}");
    }
}

#[test]
fn of_an_allowed_origin_all_that_looks_like_a_record_is_its_own() {
    let allow_origins = vec!["https://fhir-internal:8443".into(), "http://other:80/".into()];
    let context = Context { base_url: BASE.into(), allow_origins, ..Context::default() };
    let names = Names::of(&context);
    for (reference, expected) in [
        ("https://fhir-internal:8443/a/b/Patient/7", Some(("Patient", "7"))),
        ("https://FHIR-internal:8443/Patient/7/_history/2", Some(("Patient", "7"))),
        ("http://other/fhir/Patient/7", Some(("Patient", "7"))),
        ("https://fhir-internal/fhir/Patient/7", None),
        ("https://fhir-internal:8443/fhir/patient", None),
    ] {
        assert_eq!(names.local(reference), expected, "{reference}");
    }
    let follow = |link: &str| names.follow("Appointment", "/Appointment", link);
    for (link, target) in [
        ("https://fhir-internal:8443/r4/Appointment?p=2", "/Appointment?p=2"),
        ("https://fhir-internal:8443/fhir/_snapshot?p=2", "/_snapshot?p=2"),
        ("https://fhir-internal:8443/r5?_getpages=2", "https://fhir-internal:8443/r5?_getpages=2"),
        ("https://u@fhir-internal:8443/r5?_page=2", "https://fhir-internal:8443/r5?_page=2"),
    ] {
        assert_eq!(follow(link).as_deref(), Ok(target), "{link}");
    }
    assert!(follow("https://fhir-internal:8443/r4/Appointment/$export").is_err());
    assert!(follow("https://fhir-internal/r4/Appointment?p=2").is_err());
}

#[test]
fn links_of_all_kinds_name_a_record() {
    for (link, expected) in [
        ("Appointment/7", Some(("7", None))),
        ("/Appointment/7", Some(("7", None))),
        ("Appointment/7/_history/3", Some(("7", Some("3")))),
        ("https://ehr.example/fhir/Appointment/7/_history/3", Some(("7", Some("3")))),
        ("https://ehr.example/fhir/Appointment/7", Some(("7", None))),
        ("Appointment", None),
        ("Appointment/", None),
        ("Appointment?identifier=7", None),
        ("Patient/7", None),
        ("", None),
    ] {
        assert_eq!(in_link("Appointment", link), expected, "{link}");
    }
}

#[test]
fn links_are_followed_under_the_configured_name() {
    let names = names("http://fhir-internal:8080/r4/Appointment?_count=2");
    let follow = |asked: &str, link: &str| names.follow("Appointment", asked, link);
    for (link, target) in [
        ("https://ehr.example/fhir?_getpages=1", "https://ehr.example/fhir?_getpages=1"),
        ("http://fhir-internal:8080/r4?_getpages=1", "https://ehr.example/fhir?_getpages=1"),
        ("HTTPS://EHR.example:443/fhir/Appointment?p=2", "/Appointment?p=2"),
        ("http://fhir-internal:8080/r4/Appointment?p=2", "/Appointment?p=2"),
        ("http://fhir-internal:8080/r4/?_getpages=1", "/?_getpages=1"),
        ("http://fhir-internal:8080/r4/_snapshot?id=1", "/_snapshot?id=1"),
        ("https://ehr.example/elsewhere/Appointment?p=2", "/Appointment?p=2"),
        ("//ehr.example/fhir/Appointment?p=2", "/Appointment?p=2"),
        ("/fhir/Appointment/?p=2", "/Appointment/?p=2"),
        ("/r4/Appointment/__page?p=2", "/Appointment/__page?p=2"),
        ("/Appointment?p=2", "/Appointment?p=2"),
        ("?p=http://x/y", "/Appointment?p=http://x/y"),
        ("Appointment?p=http://x/y", "/Appointment?p=http://x/y"),
        ("./Appointment?p=2#x", "/Appointment?p=2"),
        ("../fhir/Appointment?p=2", "/Appointment?p=2"),
        ("../r4/Appointment", "/Appointment"),
        ("../../../Appointment", ""),
        ("https://ehr.example/fhir//Appointment?p=2", "/Appointment?p=2"),
        ("/fhir//_snapshot?p=2", "/_snapshot?p=2"),
        ("https://u:p@ehr.example/fhir/Appointment?p=2", "/Appointment?p=2"),
        ("https://ehr.example/other/_snapshot?p=2", "/_snapshot?p=2"),
        ("./__page/x?p=2", "/__page/x?p=2"),
    ] {
        let expected = if target.is_empty() { None } else { Some(target.to_owned()) };
        assert_eq!(follow("/Appointment", link).ok(), expected, "{link}");
    }
    assert_eq!(follow("/Appointment/__page?p=2", "__page?p=3").unwrap(), "/Appointment/__page?p=3");
    assert_eq!(follow("/Appointment/_search", "Appointment?p=3").unwrap(), "/Appointment?p=3");
    let page = "https://ehr.example/fhir?_getpages=1";
    for (link, target) in [
        ("?_getpages=2", "https://ehr.example/fhir?_getpages=2"),
        ("fhir?_getpages=2", "https://ehr.example/fhir?_getpages=2"),
        ("Appointment?p=3", "/Appointment?p=3"),
        ("fhir/_snapshot?p=3", "/_snapshot?p=3"),
    ] {
        assert_eq!(follow(page, link).unwrap(), target, "{link}");
    }
}

#[test]
fn links_that_are_not_followed_say_where_they_lead_and_name_no_id() {
    let names = names("");
    let away =
        "which is not the base URL's origin: if that is the EHR's own, add it to `allow_origins`";
    let other = "which this connector does not ask for";
    let outside = "which is not below the base URL";
    for (link, leads, says) in [
        ("https://evil.example/fhir/Appointment?p=2", "https://evil.example", away),
        ("http://ehr.example/fhir/Appointment", "http://ehr.example", away),
        ("https://ehr.example:8443/fhir/Appointment", "https://ehr.example:8443", away),
        ("https://ehr.example.evil.example/fhir", "https://ehr.example.evil.example", away),
        ("//evil.example/fhir/Appointment", "https://evil.example", away),
        ("https://ehr.example@evil.example/fhir", "https://evil.example,", away),
        ("ftp://ehr.example/fhir", "no web address", "can be asked for"),
        ("https://ehr.example/fhir/Patient/Jane", "`/Patient/…`", other),
        (
            "https://ehr.example/fhir/Appointment/7/$everything",
            "`/Appointment/…/$everything`",
            other,
        ),
        ("https://ehr.example/fhir/Appointment/%24export", "`/Appointment/…`", other),
        ("/admin/jane", "`/…/…`", outside),
        ("../../admin", "`/…/…/…`", outside),
    ] {
        let said = names.follow("Appointment", "/Appointment", link).unwrap_err();
        assert!(said.contains(leads) && said.ends_with(says), "{link}: {said}");
        assert!(!said.to_lowercase().contains("jane"), "{said}");
    }
    let long = format!("{BASE}?{}", "x".repeat(9_000));
    let said = names.follow("Appointment", "/Appointment", &long).unwrap_err();
    assert_eq!(said, "a next link has 9025 bytes, and 8192 are the most");
}
