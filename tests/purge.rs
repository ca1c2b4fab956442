//! What was purged is not sent any more, whatever waits in line of it.

use rounds::practice::{Fault, Receiver};
use serde_json::{Value, json};

use crate::support::{Clinic, Rounds, Running, Site, connection, destination, receiver, within};

/// A host whose destination fails, with two appointments each of the patients 1, 2 and 3 waiting.
async fn host(site: &Site, clinic: &Clinic) -> (Rounds, Running<Receiver>) {
    let app = receiver().await;
    app.faults().next(u32::MAX, Fault::Status(500));
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", app.url(), "")));
    let host = site.start().await;
    for patient in [1, 2, 3, 1, 2, 3] {
        clinic.book(patient);
    }
    host.wait_for("six in line", |report| (report.destinations["app"].waiting == 6).then_some(()))
        .await;
    host.wait_for("a pause", |report| report.destinations["app"].error.clone()).await;
    (host, app)
}

/// Whose notifications were taken.
fn patients(app: &Receiver) -> Vec<String> {
    let key = |it: rounds::practice::Received| {
        let body: Value = serde_json::from_slice(&it.body).unwrap();
        body["meta"]["key"].as_str().unwrap().to_owned()
    };
    let mut patients: Vec<_> = app.received().into_iter().map(key).collect();
    patients.sort();
    patients
}

fn counts(done: bool) -> Value {
    json!({ "done": done, "containers": 2, "dead": 0, "records": 2, "delivered": 0 })
}

#[tokio::test]
async fn of_a_purged_patient_nothing_is_sent_by_a_running_host() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, app) = host(&site, &clinic).await;
    let address = host.address();
    let purge = ["purge", "--key", "ward/2", "--json", "--admin", &address];
    let said = site.rounds(&purge).await;
    assert_eq!((said.code, said.json()), (Some(0), counts(false)), "{said:?}");
    let yes: Vec<_> = purge.into_iter().chain(["--yes"]).collect();
    let said = site.rounds(&yes).await;
    assert_eq!((said.code, said.json()), (Some(0), counts(true)), "{said:?}");

    app.faults().clear();
    within("the others'", app.wait_for(4)).await;
    host.wait_for("nothing in line", |report| (report.pending["ward"] == 0).then_some(())).await;
    assert_eq!(patients(&app), ["1", "1", "3", "3"]);
    let said = site.rounds(&["audit", "list", "--json"]).await.json();
    let last = said.as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        json!([last["what"], last["of"], last["count"]]),
        json!(["purge", "a key of ward", 4])
    );
    assert_eq!(site.rounds(&["audit", "verify"]).await.code, Some(0));
}

#[tokio::test]
async fn of_a_purged_record_nothing_is_sent_after_a_restart() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, app) = host(&site, &clinic).await;
    host.stop().await;
    let said = site.rounds(&["purge", "--record", "ward/appointments/3", "--yes", "--json"]).await;
    let expected =
        json!({ "done": true, "containers": 1, "dead": 0, "records": 1, "delivered": 0 });
    assert_eq!((said.code, said.json()), (Some(0), expected), "{said:?}");
    app.faults().clear();
    let host = site.start().await;
    within("the others'", app.wait_for(5)).await;
    host.wait_for("nothing in line", |report| (report.pending["ward"] == 0).then_some(())).await;
    assert_eq!(patients(&app), ["1", "1", "2", "2", "3"]);
}
