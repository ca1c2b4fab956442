//! Who is to blame while a connector is on trial: it, or what the EHR answered.

use rounds::status::Report;

use super::{TASK, Ward, by, records};
use crate::support::{Line, within};

const FOR_EVER: usize = 1_000;

impl Ward {
    /// Waits until so many records more than before could not be collected.
    async fn failed(&self, before: usize) {
        self.host.wait_for("a failure", |_| (self.failures() > before).then_some(())).await;
    }

    fn failures(&self) -> usize {
        let failed = |line: &&Line| line.text("message").contains("could not be collected");
        self.host.lines().iter().filter(failed).count()
    }

    /// Waits until what was on trial is rolled back; why.
    async fn rolled_back(&self) -> String {
        let why = |report: &Report| {
            let plain = report.connectors.get("plain")?;
            let why = plain.error.clone().filter(|why| why.contains("rolled back"))?;
            (plain.version == "0.1.0").then_some(why)
        };
        self.host.wait_for("a rolling back", why).await
    }

    /// Waits until all is told that was booked; the last of it by this connector, which is in
    /// service and not blamed.
    async fn all_told(&self, booked: u64, connector: &str) {
        within("all notifications", self.receiver.wait_for(booked as usize)).await;
        let mut told = records(&self.receiver);
        told.sort_unstable();
        assert_eq!(told, (1..=booked).collect::<Vec<_>>(), "each once");
        assert_eq!(by(self.receiver.received().last().unwrap()), connector);
        let plain = self.host.status().await.connectors["plain"].clone();
        assert_eq!((format!("plain@{}", plain.version).as_str(), plain.error), (connector, None));
    }
}

/// A patch on trial finds three records, and what begins so is answered with a page for people.
async fn answered_with_pages(patch: &str, target: &str, times: usize) -> (Ward, String) {
    let ward = Ward::that_waits("").await;
    ward.offer(patch);
    let old = |report: &Report| {
        let version = report.connectors.get("plain")?.version.clone();
        (version != "0.1.0").then_some(version)
    };
    let version = ward.host.wait_for("another version", old).await;
    ward.clinic.answer_with_pages(target, times);
    for patient in [7, 8, 9] {
        ward.clinic.book(patient);
    }
    ward.host.poll(&[TASK]).await;
    ward.failed(0).await;
    (ward, format!("plain@{version}"))
}

#[tokio::test]
async fn an_answer_that_neither_can_read_is_nobodys_fault() {
    for (target, times) in [("/patient/8", 1), ("/patient/8", FOR_EVER), ("/patient", FOR_EVER)] {
        let (ward, patched) = answered_with_pages("patched", target, times).await;
        // It goes on to prove itself, whatever cannot be read.
        for _ in 0..3 {
            ward.host.poll(&[TASK]).await;
        }
        ward.clinic.answer_with_pages("", 0);
        ward.all_told(4, &patched).await;
        ward.host.stop().await;
    }
}

#[tokio::test]
async fn a_page_where_only_the_new_one_asks_is_not_its_fault() {
    let more = "/patient/471100815";
    let (ward, patched) = answered_with_pages("patched-asks-more", more, FOR_EVER).await;
    ward.clinic.answer_with_pages("", 0);
    ward.all_told(4, &patched).await;
    ward.host.stop().await;
}

#[tokio::test]
async fn a_change_of_before_that_neither_can_collect_is_nobodys_fault() {
    let ward = Ward::that_waits("").await;
    ward.clinic.answer_with_pages("/patient/8", FOR_EVER);
    ward.clinic.book(8);
    ward.host.poll(&[TASK]).await;
    ward.failed(0).await;
    ward.offer("patched");
    ward.wait_for_version("0.1.1").await;
    ward.failed(1).await;
    ward.clinic.answer_with_pages("", 0);
    within("its notification", ward.receiver.wait_for(2)).await;
    assert_eq!(by(ward.receiver.received().last().unwrap()), "plain@0.1.1");
    ward.host.stop().await;
}

#[tokio::test]
async fn a_page_in_the_place_of_changes_is_not_the_new_ones_fault() {
    for next in ["patched", "next-asks-otherwise"] {
        let ward = Ward::that_waits("").await;
        ward.offer(next);
        let serves = |report: &Report| {
            let plain = report.connectors.get("plain")?;
            plain.on_trial_against.as_ref().map(|_| format!("plain@{}", plain.version))
        };
        let next = ward.host.wait_for("a trial", serves).await;
        ward.clinic.book(8);
        ward.clinic.answer_with_pages("/appointments", 1);
        ward.host.poll(&[TASK]).await;
        ward.host.poll(&[TASK]).await;
        ward.all_told(2, &next).await;
        ward.host.stop().await;
    }
}

#[tokio::test]
async fn who_cannot_map_what_the_one_before_maps_is_rolled_back_at_once() {
    let ward = Ward::that_waits("").await;
    ward.offer("patched-cannot-map");
    ward.wait_for_version("0.1.1").await;
    ward.clinic.book(8);
    ward.host.poll(&[TASK]).await;
    assert!(ward.rolled_back().await.contains("this patch never worked"));
    ward.host.poll(&[TASK]).await;
    within("its notification", ward.receiver.wait_for(2)).await;
    assert_eq!(records(&ward.receiver), [1, 2]);
    ward.host.stop().await;
}

#[tokio::test]
async fn who_alone_asks_for_what_it_cannot_read_is_rolled_back_over_some_records() {
    let ward = Ward::that_waits("").await;
    ward.offer("patched-misreads-more");
    ward.wait_for_version("0.1.1").await;
    ward.clinic.book(7);
    // One of them proves nothing, and it has not proven itself either.
    for _ in 0..4 {
        ward.host.poll(&[TASK]).await;
    }
    ward.failed(0).await;
    let plain = ward.host.status().await.connectors["plain"].clone();
    assert_eq!((plain.on_trial_against.as_deref(), plain.error), (Some("0.1.0"), None));
    ward.clinic.book(8);
    ward.clinic.book(9);
    ward.host.poll(&[TASK]).await;
    assert!(ward.rolled_back().await.contains("more than it asked for"));
    ward.host.poll(&[TASK]).await;
    within("all notifications", ward.receiver.wait_for(4)).await;
    let mut told = records(&ward.receiver);
    told.sort_unstable();
    assert_eq!(told, [1, 2, 3, 4], "each once");
    ward.host.stop().await;
}

#[tokio::test]
async fn who_alone_asks_for_pages_that_it_cannot_read_is_rolled_back_over_some_polls() {
    let ward = Ward::that_waits("").await;
    ward.offer("patched-misreads-pages");
    ward.wait_for_version("0.1.1").await;
    ward.clinic.book(8);
    ward.host.poll(&[TASK]).await;
    assert_eq!(ward.host.status().await.connectors["plain"].version, "0.1.1");
    ward.host.poll(&[TASK]).await;
    ward.host.poll(&[TASK]).await;
    assert!(ward.rolled_back().await.contains("not what it asked for"));
    ward.host.poll(&[TASK]).await;
    within("its notification", ward.receiver.wait_for(2)).await;
    assert_eq!(records(&ward.receiver), [1, 2]);
    ward.host.stop().await;
}
