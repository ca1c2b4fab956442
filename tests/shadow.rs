//! A candidate beside the connector in service: what differs is found and told without a
//! patient's value, and what is in service goes on as if there were none.

use crate::support::{Clinic, Running, Said, Site, assert_fits, connection, guest};

/// What no output and no log may hold: the clinic's patient, and who else was asked for.
const PATIENTS: [&str; 2] = ["Example, Patient", "4711"];

/// A clinic with two appointments, and a configuration that polls it.
async fn ward() -> (Running<Clinic>, Site) {
    let clinic = Clinic::start().await;
    let site = Site::new(&["plain"]).await;
    site.configure(&connection("ward", "plain", clinic.url(), "since = \"1h\""));
    clinic.book(7);
    clinic.book(8);
    (clinic, site)
}

async fn compare(site: &Site, new: &str, further: &[&str]) -> Said {
    let (old, new) = (guest("plain"), guest(new));
    let files = ["connector", "shadow", old.to_str().unwrap(), new.to_str().unwrap()];
    site.rounds(&[files.as_slice(), further].concat()).await
}

fn assert_no_patient(text: &str) {
    for value in PATIENTS {
        assert!(!text.contains(value), "{text}");
    }
}

#[tokio::test]
async fn two_that_do_the_same_are_asked_for_once() {
    let (clinic, site) = ward().await;
    let said = compare(&site, "next", &["--polls", "2", "--every", "1ms"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits(
        "ward/appointments, poll 1: requests: 3 (sent: 3), changes: 2, notifications: 2, differences: 0\n\
         ward/appointments, poll 2: requests: 1 (sent: 1), changes: 0, notifications: 0, differences: 0\n\
         old plain@0.1.0: calls: 8, guest time: * ms\n\
         new plain@0.2.0: calls: 8, guest time: * ms\n\
         the same in all 2 polls",
        &said.out,
    );
    let once = ["GET /appointments?changedsince=0", "GET /patient/7", "GET /patient/8"];
    assert_eq!(clinic.asked(), [once.as_slice(), &["GET /appointments?changedsince=2"]].concat());
    assert!(!site.path("data").exists(), "a store was made");
}

#[tokio::test]
async fn each_difference_is_told_without_its_values() {
    let (_clinic, site) = ward().await;
    for (new, lines) in [
        (
            "next-maps-otherwise",
            &[
                "*event notifications[0].event: old Scheduling.Modification, new Scheduling.New*",
                "*payload notifications[1].data.Patient.name: old text(16), new text(2)*",
            ][..],
        ),
        (
            "next-misses-changes",
            &[
                "*changes: 2 and 1, notifications: 2 and 1*",
                "*change changes[1]: old upserted, id text(1), new nothing*",
                "*notification notifications[1]: old Scheduling.Modification, new nothing*",
                "*request: old GET /patient/*, new nothing*",
            ],
        ),
        (
            "next-asks-more",
            &["*requests: 3 and 4 (sent: 4)*", "*request: old nothing, new GET /patient/**"],
        ),
        (
            "next-asks-otherwise",
            &[
                "*request: old GET /appointments?changedsince=*, new GET /appointments?changedsince=*&ward=**",
            ],
        ),
        ("next-traps", &["*failure: old succeeds, new internal*"]),
        (
            "next-loops",
            &["*failure: old succeeds, new the limit of guest time of a call was reached*"],
        ),
        (
            "next-without-action",
            &["*failure: old succeeds, new a host would refuse this: `plain` has no action*"],
        ),
    ] {
        let said = compare(&site, new, &[]).await;
        assert_eq!(said.code, Some(1), "{new}: {said:?}");
        for line in lines {
            assert_fits(line, &said.out);
        }
        assert_no_patient(&format!("{}{}", said.out, said.error));
    }
    let said = compare(&site, "next-maps-otherwise", &["--json"]).await;
    let (report, first) = (said.json(), &said.json()["polls"][0]["differences"][0]);
    assert_eq!((&report["same"], &report["differences"]), (&false.into(), &4.into()), "{said:?}");
    assert_eq!((&first["kind"], &first["new"]), (&"event".into(), &"Scheduling.New".into()));
    assert_no_patient(&said.out);
}

#[tokio::test]
async fn values_are_shown_to_who_asks_for_them() {
    let (_clinic, site) = ward().await;
    let said = compare(&site, "next-maps-otherwise", &["ward", "--show-values"]).await;
    assert_fits("*old \"Example, Patient\", new \"E.\"*", &said.out);
    let said = compare(&site, "next-asks-more", &["ward", "appointments", "--show-values"]).await;
    assert_fits("*request: old nothing, new GET /patient/4711*", &said.out);
}

#[tokio::test]
async fn what_cannot_be_compared_is_told() {
    let (clinic, site) = ward().await;
    for (new, further, error) in [
        ("consuming", &[][..], "*two connectors, `plain` and `consuming`*"),
        (
            "next",
            &["wards"][..],
            "*no such task of the connector `plain`*it has: ward/appointments*",
        ),
        ("next", &["ward", "orders"][..], "*no such task*"),
    ] {
        let said = compare(&site, new, further).await;
        assert_eq!(said.code, Some(2), "{said:?}");
        assert_fits(error, &said.error);
    }
    assert!(clinic.asked().is_empty());
    let away = "http://127.0.0.1:1";
    site.configure(&connection("ward", "plain", away, "since = \"1h\""));
    let said = compare(&site, "next", &[]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_fits("*not compared to its end: *unanswered: 1 of 1 polls*", &said.out);
    let file = guest("consuming");
    let file = file.to_str().unwrap();
    site.configure(&connection("ward", "consuming", clinic.url(), "since = \"1h\""));
    let said = site.rounds(&["connector", "shadow", file, file]).await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_fits("*left out: reading it takes changes off the EHR's list*", &said.error);
    assert!(clinic.asked().is_empty());
}
