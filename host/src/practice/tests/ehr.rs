//! Reading, searching and changing.

use std::{collections::HashSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::StatusCode;

use super::{all_pages, get, ids, json, next, serve};
use crate::{
    clock::Manual,
    practice::{Access, Builder, Chance, Ehr, Kind, Order},
};

fn small() -> Builder {
    let noon: Timestamp = "2026-05-05T12:00:00Z".parse().unwrap();
    Ehr::builder().patients(3).appointments(7).seed(7).clock(Arc::new(Manual::at(noon)))
}

fn numbered(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("apt-{number}")).collect()
}

#[tokio::test]
async fn equal_seeds_make_equal_records() {
    let (one, _one) = serve(small()).await;
    let (two, _two) = serve(small()).await;
    let (other, _other) = serve(small().seed(8)).await;
    let target = "/Patient/pat-2";
    let patient = json(&one, target).await;
    assert_eq!(patient, json(&two, target).await);
    assert_ne!(patient, json(&other, target).await);
    assert_eq!(patient["resourceType"], "Patient");
    assert_eq!(patient["meta"]["lastUpdated"], "2026-05-05T11:59:58.000Z");
    assert_eq!(patient["identifier"][0]["type"]["coding"][0]["code"], "MR");
}

#[tokio::test]
async fn a_record_is_read_with_its_version() {
    let (ehr, _guard) = serve(small()).await;
    ehr.update_patient("pat-1").unwrap();
    let answer = get(&ehr, "/Patient/pat-1").await;
    assert_eq!(answer.headers()["etag"], "W/\"2\"");
    assert_eq!(answer.headers()["content-type"], "application/fhir+json");
    for target in ["/Patient/nobody", "/Nothing/1", "/Nothing", ""] {
        assert_eq!(get(&ehr, target).await.status(), StatusCode::NOT_FOUND, "{target}");
    }
    assert!(ehr.delete(Kind::Patient, "pat-1"));
    assert_eq!(get(&ehr, "/Patient/pat-1").await.status(), StatusCode::GONE);
    assert_eq!(json(&ehr, "/metadata").await["fhirVersion"], "4.0.1");
}

#[tokio::test]
async fn a_search_goes_by_pages_in_the_order_of_change() {
    let (ehr, _guard) = serve(small().page_cap(3)).await;
    let first = json(&ehr, "/Appointment?_sort=_lastUpdated&_count=5").await;
    assert_eq!((first["type"].as_str(), &first["total"]), (Some("searchset"), &7.into()));
    assert_eq!(ids(&first, "match"), numbered([1, 2, 3]));
    let expected = "/Appointment?_sort=_lastUpdated&_count=5&_offset=3";
    assert_eq!(next(&ehr, &first).unwrap(), expected);
    assert_eq!(all_pages(&ehr, "/Appointment?_count=2").await, numbered(1..=7));
    assert_eq!(all_pages(&ehr, "/Appointment?_sort=-_lastUpdated").await, numbered((1..=7).rev()));
    let full_url = format!("{}/Appointment/apt-1", ehr.base_url());
    assert_eq!(first["entry"][0]["fullUrl"], full_url);
}

#[tokio::test]
async fn a_search_is_narrowed_by_time_and_id() {
    let (ehr, _guard) = serve(small()).await;
    let search = async |filter: &str| all_pages(&ehr, &format!("/Appointment?{filter}")).await;
    assert_eq!(search("_lastUpdated=ge2026-05-05T11:59:58.000Z").await, numbered([6, 7]));
    assert_eq!(search("_lastUpdated=gt2026-05-05T11:59:58.000Z").await, numbered([7]));
    assert_eq!(search("_lastUpdated=ge2026-05-05T13:59:58%2B02:00").await, numbered([6, 7]));
    assert_eq!(search("_lastUpdated=gt2026-05-06").await, numbered([]));
    assert_eq!(search("_id=apt-2,apt-9").await, numbered([2]));
    let unreadable = get(&ehr, "/Appointment?_lastUpdated=gelately").await;
    assert_eq!(unreadable.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_records_refer_to_is_included_once() {
    let (ehr, _guard) = serve(small()).await;
    let bundle = json(&ehr, "/Appointment?_include=Appointment:patient").await;
    assert_eq!(ids(&bundle, "match").len(), 7);
    assert_eq!(ids(&bundle, "include"), ["pat-1", "pat-2", "pat-3"]);
    assert_eq!(bundle["total"], 7);
}

#[tokio::test]
async fn verbs_change_what_is_read_and_say_so() {
    let (ehr, _guard) = serve(small()).await;
    let booked = ehr.book_for("pat-3").unwrap();
    assert_eq!((booked.id.as_str(), booked.version, booked.event), ("apt-8", 1, "Scheduling.New"));
    let start = json(&ehr, "/Appointment/apt-8").await["start"].clone();
    ehr.reschedule("apt-8").unwrap();
    assert_ne!(json(&ehr, "/Appointment/apt-8").await["start"], start);
    ehr.modify("apt-8").unwrap();
    ehr.cancel("apt-8").unwrap();
    let cancelled = json(&ehr, "/Appointment/apt-8").await;
    assert_eq!(
        (&cancelled["status"], &cancelled["meta"]["versionId"]),
        (&"cancelled".into(), &"4".into())
    );
    assert!(cancelled["comment"].is_string());
    ehr.no_show("apt-1").unwrap();
    assert_eq!(json(&ehr, "/Appointment/apt-1").await["status"], "noshow");
    let held = ehr.hold().unwrap();
    let held = json(&ehr, &format!("/Appointment/{}", held.id)).await;
    assert!(!held.to_string().contains("Patient/"));
    let events: Vec<_> = ehr.changes().iter().map(|change| change.event).collect();
    let verbs = ["New", "Reschedule", "Modification", "Cancel", "NoShow", "New"];
    assert_eq!(events, verbs.map(|verb| format!("Scheduling.{verb}")));
    assert_eq!(ehr.cancel("nothing"), None);
}

#[tokio::test]
async fn times_grow_within_a_record_and_stand_still_across() {
    let (ehr, _guard) = serve(Ehr::builder().appointments(4)).await;
    ehr.modify("apt-1").unwrap();
    ehr.stop_clock(true);
    let [two, three, again] = ["apt-2", "apt-3", "apt-2"].map(|id| ehr.modify(id).unwrap());
    assert_eq!(two.at, three.at);
    assert!(again.at > two.at);
    let written = json(&ehr, "/Appointment/apt-2").await["meta"]["lastUpdated"].clone();
    assert_eq!(written.as_str().unwrap().parse::<Timestamp>().unwrap(), again.at);
}

#[tokio::test]
async fn random_changes_are_those_of_the_seed_and_reach_every_verb() {
    let run = async || {
        let (ehr, _guard) = serve(small()).await;
        let mut chance = Chance::seeded(3);
        for _ in 0..600 {
            ehr.change_at_random(&mut chance, &Kind::ALL);
        }
        ehr.changes()
    };
    let changes = run().await;
    assert_eq!(changes, run().await);
    let events: HashSet<_> = changes.iter().map(|change| change.event).collect();
    for event in [
        "Scheduling.New",
        "Scheduling.Reschedule",
        "Scheduling.Modification",
        "Scheduling.Cancel",
        "Scheduling.NoShow",
        "PatientAdmin.NewPatient",
        "PatientAdmin.PatientUpdate",
        "PatientAdmin.Arrival",
        "PatientAdmin.Discharge",
        "Order.New",
        "Order.Update",
        "Order.Cancel",
        "Results.New",
        "Results.Modification",
    ] {
        assert!(events.contains(event), "{event}");
    }
    let versions: HashSet<_> = changes.iter().map(|change| (&change.id, change.at)).collect();
    assert_eq!(versions.len(), changes.len());
}

#[tokio::test]
async fn changes_run_by_themselves_until_shutdown() {
    let (ehr, guard) = serve(small()).await;
    let running = ehr.run_changes(Duration::from_millis(1), &[Kind::Appointment]);
    let watching = async {
        assert!(!ehr.changes_after(4).await.is_empty());
        drop(guard);
    };
    tokio::join!(running, watching);
}

#[tokio::test]
async fn listings_can_be_newest_first_or_unsorted() {
    let (ehr, _guard) = serve(small()).await;
    ehr.list(Order::NewestFirst);
    assert_eq!(all_pages(&ehr, "/Appointment?_sort=_lastUpdated").await, numbered((1..=7).rev()));
    ehr.list(Order::Unsorted);
    let mut unsorted = all_pages(&ehr, "/Appointment?_sort=_lastUpdated&_count=2").await;
    assert_ne!(unsorted, numbered(1..=7));
    unsorted.sort();
    assert_eq!(unsorted, numbered(1..=7));
}

#[tokio::test]
async fn drifting_pages_pass_over_a_record() {
    let (ehr, _guard) = serve(small()).await;
    ehr.drift(1);
    let seen = all_pages(&ehr, "/Appointment?_sort=_lastUpdated&_count=3").await;
    assert_eq!(seen, numbered([1, 2, 3, 5, 6, 7, 1]));
    assert_eq!(ehr.changes().len(), 1);
}

#[tokio::test]
async fn late_changes_are_dated_before_what_was_seen() {
    let (ehr, _guard) = serve(small()).await;
    let late = ehr.revise_late(Kind::Appointment, "apt-2", Duration::from_millis(2_500)).unwrap();
    assert_eq!(late.at.to_string(), "2026-05-05T11:59:57.5Z");
    assert_eq!(all_pages(&ehr, "/Appointment").await, numbered([1, 3, 4, 5, 2, 6, 7]));
    let again = ehr.revise_late(Kind::Appointment, "apt-2", Duration::from_secs(60)).unwrap();
    assert_eq!(again.at.as_millisecond(), late.at.as_millisecond() + 1);
    let answer = get(&ehr, "/Appointment").await;
    assert_eq!(answer.headers()["date"], "Tue, 05 May 2026 12:00:00 GMT");
}

#[tokio::test]
async fn neighbours_can_be_of_equal_times() {
    let (ehr, _guard) = serve(small().alike(3)).await;
    let bundle = json(&ehr, "/Appointment").await;
    let entries = bundle["entry"].as_array().unwrap().iter();
    let times: HashSet<_> =
        entries.map(|entry| entry["resource"]["meta"]["lastUpdated"].as_str()).collect();
    assert_eq!(times.len(), 3);
}

#[tokio::test]
async fn who_is_not_signed_in_is_not_answered() {
    let (ehr, _guard) = serve(small().access(Access::Bearer("t0ken".into()))).await;
    let client = reqwest::Client::new();
    let ask = async |authorization: &str| {
        let request = client.get(format!("{}/Patient", ehr.base_url()));
        request.header("authorization", authorization).send().await.unwrap().status()
    };
    assert_eq!(get(&ehr, "/Patient").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(ask("Bearer t0ken").await, StatusCode::OK);
    assert_eq!(ask("Bearer other").await, StatusCode::UNAUTHORIZED);
    ehr.require(Access::Basic("user".into(), "pass".into()));
    assert_eq!(ask("Basic dXNlcjpwYXNz").await, StatusCode::OK);
    assert!(!format!("{:?}", Access::Bearer("t0ken".into())).contains("t0ken"));
}
