//! What an EHR refuses of one record: it is shown, waits by itself, and becomes a dead letter once
//! its time is used up.

use crate::support::{
    Clinic, Line, Site, assert_fits, connection, destination, eventually, receiver, within,
};

const TASK: &str = "ward/appointments";

#[tokio::test]
async fn a_patient_that_cannot_be_read_is_shown_and_keeps_no_other_waiting() {
    let (site, clinic, app) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let further = "collect_for = \"3s\"\nsince = \"2020-01-01T00:00:00Z\"";
    let ward = connection("ward", "plain", clinic.url(), further);
    site.configure(&(ward + &destination("app", app.url(), "")));
    clinic.forget_patient(Some(7));
    clinic.book(7);
    let host = site.start().await;
    let shown = host.wait_for("a failure", |report| report.tasks[TASK].uncollected.clone()).await;
    assert_eq!(shown.containers, 1);
    assert_fits("*404*", &shown.error);
    let said = site.rounds(&["status", "--admin", &host.address()]).await;
    assert_fits("*ward/appointments: 1 found and not collected yet, since *404*", &said.out);

    clinic.book(8);
    within("the other's notification", app.wait_for(1)).await;
    host.wait_for("a dead letter", |report| report.tasks[TASK].uncollected.is_none().then_some(()))
        .await;
    // What was counted is in the store a little later.
    let letter = async || host.admin().dead().await.unwrap().first().cloned();
    let letter = eventually("the dead letter", letter, async || host.log()).await;
    assert_fits("*404*, at every attempt for 3s", &letter.reason);
    // Tried at growing waits, and once more at last, without what is refused.
    let asked = clinic.asked().iter().filter(|it| it.ends_with("/patient/7")).count();
    assert!((4..=7).contains(&asked), "{asked} times");
    let failed = |line: &&Line| line.text("message").starts_with("could not be collected");
    let told = host.lines().iter().filter(failed).count();
    assert!((3..=asked).contains(&told), "{told} lines");

    // Replayed, it is told once the EHR shows the patient.
    clinic.forget_patient(None);
    let replay = ["dead", "replay", "--all", "--admin", &host.address()];
    assert_eq!(site.rounds(&replay).await.code, Some(0));
    within("its own notification", app.wait_for(2)).await;
}
