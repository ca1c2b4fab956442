//! Faults, holds and counts.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::Instant;

use super::{get, json, serve};
use crate::practice::{Ehr, Fault};

async fn ehr() -> (Ehr, tokio_util::sync::DropGuard) {
    serve(Ehr::builder().patients(2).appointments(2)).await
}

#[tokio::test]
async fn statuses_come_as_ordered() {
    let (ehr, _guard) = ehr().await;
    for status in [301, 401, 403, 404, 410, 429, 500] {
        ehr.faults().next(1, Fault::Status(status));
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let url = format!("{}/Patient", ehr.base_url());
        let answer = client.build().unwrap().get(url).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers().contains_key("location"), status == 301);
    }
    ehr.faults().next(1, Fault::throttled_for(Duration::from_secs(7)));
    assert_eq!(get(&ehr, "/Patient").await.headers()["retry-after"], "7");
    assert_eq!(get(&ehr, "/Patient").await.status(), 200);
}

#[tokio::test]
async fn html_and_truncated_json_come_with_status_200() {
    let (ehr, _guard) = ehr().await;
    ehr.faults().next(1, Fault::Html);
    let page = get(&ehr, "/Patient").await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (200, &"text/html".parse().unwrap())
    );
    let whole = get(&ehr, "/Patient").await.bytes().await.unwrap();
    ehr.faults().next(1, Fault::Truncated);
    let half = get(&ehr, "/Patient").await.bytes().await.unwrap();
    assert_eq!(half, whole[..whole.len() / 2]);
}

#[tokio::test]
async fn a_flood_has_as_many_bytes_as_ordered() {
    let (ehr, _guard) = ehr().await;
    ehr.faults().next(1, Fault::Flood(1_000_003));
    assert_eq!(get(&ehr, "/Patient").await.bytes().await.unwrap().len(), 1_000_003);
    ehr.faults().next(1, Fault::Flood(u64::MAX));
    let mut endless = get(&ehr, "/Patient").await.bytes_stream();
    let mut length = 0;
    while length < 10_000_000 {
        length += endless.next().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn a_drip_comes_byte_by_byte() {
    let (ehr, _guard) = ehr().await;
    let whole = get(&ehr, "/Location/loc-1").await.bytes().await.unwrap();
    ehr.faults().next(1, Fault::Drip(Duration::from_micros(1)));
    let dripped = get(&ehr, "/Location/loc-1").await.bytes().await.unwrap();
    assert_eq!(dripped, whole);
    ehr.faults().next(1, Fault::Drip(Duration::from_secs(3_600)));
    let mut drip = get(&ehr, "/Patient").await.bytes_stream();
    let first = tokio::time::timeout(Duration::from_millis(1), drip.next()).await;
    assert!(first.is_err());
}

#[tokio::test]
async fn a_reset_is_an_error_and_the_next_answer_is_well() {
    let (ehr, _guard) = ehr().await;
    ehr.faults().next(1, Fault::Reset);
    let url = format!("{}/Patient", ehr.base_url());
    let error = reqwest::get(&url).await.unwrap_err();
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 200);
    assert_eq!(ehr.arrivals().of("/Patient"), 2);
}

#[tokio::test]
async fn silence_lasts_until_the_end() {
    let (ehr, guard) = ehr().await;
    ehr.faults().next(1, Fault::Silence);
    let asking = get(&ehr, "/Patient");
    let ending = async {
        ehr.arrivals().wait_for("/Patient", 1).await;
        drop(guard);
    };
    assert_eq!(tokio::join!(asking, ending).0.status(), 503);
}

#[tokio::test]
async fn the_end_does_not_wait_for_a_client_that_does_not_read() {
    let shutdown = tokio_util::sync::CancellationToken::new();
    let (ehr, serving) = Ehr::builder().start(super::listener().await, shutdown.clone()).unwrap();
    ehr.faults().next(1, Fault::Flood(u64::MAX));
    let asking = async {
        let unread = get(&ehr, "/Patient").await;
        shutdown.cancel();
        unread
    };
    let (served, _unread) = tokio::join!(serving, asking);
    served.unwrap();
}

#[tokio::test]
async fn a_held_answer_is_of_the_state_at_its_release() {
    let (ehr, _guard) = ehr().await;
    let hold = ehr.faults().hold("/Appointment/apt-1");
    let asking = json(&ehr, "/Appointment/apt-1");
    let changing = async {
        hold.reached().await;
        assert_eq!(json(&ehr, "/Appointment/apt-2").await["meta"]["versionId"], "1");
        ehr.modify("apt-1").unwrap();
        hold.release();
    };
    assert_eq!(tokio::join!(asking, changing).0["meta"]["versionId"], "2");
}

#[tokio::test]
async fn latency_is_added_to_every_answer() {
    let (ehr, _guard) = ehr().await;
    ehr.faults().latency(Some(Duration::from_millis(20)));
    let began = Instant::now();
    get(&ehr, "/Patient").await;
    assert!(began.elapsed() >= Duration::from_millis(20));
}

#[tokio::test]
async fn equal_requests_are_counted() {
    let (ehr, _guard) = ehr().await;
    for target in ["/Patient/pat-1", "/Patient/pat-2", "/Patient/pat-1", "/Patient?_count=1"] {
        get(&ehr, target).await;
    }
    let arrivals = ehr.arrivals();
    assert_eq!((arrivals.total(), arrivals.of("/Patient/")), (4, 3));
    assert_eq!(arrivals.repeated(), [("/fhir/Patient/pat-1".to_owned(), 2)]);
    arrivals.forget();
    assert_eq!(arrivals.total(), 0);
}
