//! A FHIR server that nobody here wrote, changed through its own API; notifications verified by
//! the `standardwebhooks` libraries of other languages.

use serde_json::{Value, json};

use crate::support::{
    FHIR, SECRET, Site, connection, destination,
    real::{Auth, Fhir, KeyPair, Oidc, Received, Receiver, records},
};

const ACTIONS: [&str; 5] = ["appointments", "patients", "encounters", "orders", "results"];
const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A connection that polls these actions every second.
fn polling(url: &str, actions: &[&str], further: &str) -> String {
    let every = |action: &&str| format!("{action} = {{ every = \"1s\" }}");
    let actions: Vec<_> = actions.iter().map(every).collect();
    format!(
        "[[connection]]\nname = \"real\"\nconnector = \"{FHIR}\"\nbase_url = \"{url}\"\n{further}\n\
         actions = {{ {} }}\n\n",
        actions.join(", ")
    )
}

/// Waits for a record's event; answers the notification.
async fn told(receiver: &Receiver, event: &str, record: &Value) -> Received {
    let id = record["id"].as_str().expect("a stored record").to_owned();
    let is_it = |it: &&Received| it.event() == event && it.record().ends_with(&id);
    let all =
        receiver.wait_for(&format!("{event} of {id}"), |all| all.iter().any(|it| is_it(&it))).await;
    let found = all.iter().find(is_it).expect("it was there").clone();
    assert_eq!(found.verified, Ok(()), "{event}: the signature does not fit");
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_of_change_is_told_as_what_it_is() {
    let (ehr, receiver) = tokio::join!(Fhir::start(Auth::None), Receiver::python(SECRET));
    let site = Site::new(&[FHIR]).await;
    let destination = destination("app", &receiver.url(), "");
    site.configure(&format!("{}{destination}", polling(&ehr.base_url(), &ACTIONS, "")));
    let host = site.start().await;

    let patient = ehr.create(records::patient("Example", "Ada", "MRN-1")).await;
    let doctor = ehr.create(records::practitioner("Sample", "Grace", "1234567893")).await;
    let room = ehr.create(records::location("Room 1")).await;
    told(&receiver, "PatientAdmin.NewPatient", &patient).await;
    let patient = ehr.change(&patient, json!({ "birthDate": "1981-02-03" })).await;
    told(&receiver, "PatientAdmin.PatientUpdate", &patient).await;

    let booked = ehr
        .create(records::appointment(&[&patient, &doctor, &room], "2027-01-05T10:00:00Z", "booked"))
        .await;
    let new = told(&receiver, "Scheduling.New", &booked).await;
    let demographics = &new.body["data"]["Patient"]["Demographics"];
    assert_eq!(
        (&demographics["LastName"], &demographics["DOB"]),
        (&json!("Example"), &json!("1981-02-03"))
    );
    assert_eq!(new.body["meta"]["connection"], "real");
    let later = json!({ "start": "2027-01-06T10:00:00Z", "end": "2027-01-06T10:30:00Z" });
    let moved = ehr.change(&booked, later).await;
    told(&receiver, "Scheduling.Reschedule", &moved).await;
    let noted = ehr.change(&moved, json!({ "comment": "Bring the card" })).await;
    told(&receiver, "Scheduling.Modification", &noted).await;
    let missed = ehr.change(&noted, json!({ "status": "noshow" })).await;
    told(&receiver, "Scheduling.NoShow", &missed).await;
    let other =
        ehr.create(records::appointment(&[&patient], "2027-02-05T10:00:00Z", "booked")).await;
    told(&receiver, "Scheduling.New", &other).await;
    let cancelled = ehr.change(&other, json!({ "status": "cancelled" })).await;
    told(&receiver, "Scheduling.Cancel", &cancelled).await;
    let hold = ehr.create(records::appointment(&[&doctor], "2027-03-05T10:00:00Z", "booked")).await;
    told(&receiver, "Scheduling.New", &hold).await;

    let visit = ehr.create(records::encounter(&patient, "arrived")).await;
    told(&receiver, "PatientAdmin.Arrival", &visit).await;
    let over = ehr.change(&visit, json!({ "status": "finished" })).await;
    told(&receiver, "PatientAdmin.Discharge", &over).await;

    let order = ehr.create(records::service_request(&patient, "active")).await;
    told(&receiver, "Order.New", &order).await;
    let order = ehr.change(&order, json!({ "priority": "urgent" })).await;
    told(&receiver, "Order.Update", &order).await;
    let revoked = ehr.change(&order, json!({ "status": "revoked" })).await;
    told(&receiver, "Order.Cancel", &revoked).await;

    let measured = ehr.create(records::observation(&patient, 6.3, "final")).await;
    let report = ehr.create(records::diagnostic_report(&patient, &[&measured], "final")).await;
    told(&receiver, "Results.New", &report).await;
    let amended = ehr.change(&report, json!({ "status": "amended" })).await;
    told(&receiver, "Results.Modification", &amended).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_share_their_instants_arrive_once_each_over_small_pages() {
    let (ehr, receiver) = tokio::join!(Fhir::start(Auth::None), Receiver::node(SECRET));
    let site = Site::new(&[FHIR]).await;
    let destination = destination("app", &receiver.url(), "");
    let connection = polling(&ehr.base_url(), &["appointments"], "settings = { page_size = 7 }");
    site.configure(&format!("{connection}{destination}"));
    let host = site.start().await;
    let patient = ehr.create(records::patient("Example", "Ada", "MRN-1")).await;
    let appointment = |_| records::appointment(&[&patient], "2027-01-05T10:00:00Z", "booked");
    let booked = ehr.create_all((0..60).map(appointment).collect()).await;
    let all = receiver.wait_for_count(booked.len()).await;
    host.wait_for("quiet", |report| (report.pending.get("real") == Some(&0)).then_some(())).await;
    host.wait_for_polls("real/appointments", 2).await;
    assert_eq!(receiver.received().len(), all.len(), "a record was told twice");
    let mut told: Vec<_> = all.iter().map(Received::record).collect();
    let mut made: Vec<_> = booked.iter().map(|record| record["id"].as_str().unwrap()).collect();
    told.sort_unstable();
    made.sort_unstable();
    assert_eq!(told, made);
    let mut sequences: Vec<_> =
        all.iter().map(|it| it.body["meta"]["sequence"].as_u64().unwrap()).collect();
    sequences.sort_unstable();
    assert!(sequences.windows(2).all(|pair| pair[0] + 1 == pair[1]), "a gap: {sequences:?}");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ehr_that_was_down_is_asked_for_what_it_changed_meanwhile() {
    let (mut ehr, receiver) =
        tokio::join!(Fhir::start(Auth::Basic("rounds", "practice")), Receiver::python(SECRET));
    let site = Site::new(&[FHIR]).await;
    site.write("password", "practice");
    let auth = "auth = { type = \"basic\", user = \"rounds\", password = { file = \"password\" } }";
    let destination = destination("app", &receiver.url(), "");
    site.configure(&format!("{}{destination}", polling(&ehr.base_url(), &["patients"], auth)));
    let host = site.start().await;
    let before = ehr.create(records::patient("Example", "Ada", "MRN-1")).await;
    told(&receiver, "PatientAdmin.NewPatient", &before).await;
    ehr.stop();
    host.wait_for_error("real/patients", "*").await;
    host.kill().await;
    ehr.start_again().await;
    let after = ehr.create(records::patient("Sample", "Grace", "MRN-2")).await;
    let host = site.start().await;
    told(&receiver, "PatientAdmin.NewPatient", &after).await;
    let ids: Vec<_> = receiver.received().into_iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), 2, "a change came twice: {ids:?}");
    host.stop().await;
}

async fn signs_in_with(keys: KeyPair) {
    let client = vec![("rounds", keys.jwks.clone())];
    let (ehr, receiver) = tokio::join!(Fhir::start(Auth::Smart(client)), Receiver::python(SECRET));
    let site = Site::new(&[FHIR]).await;
    site.write("key.pem", &keys.pem);
    let auth = format!(
        "auth = {{ type = \"smart-backend-services\", client_id = \"rounds\", key = {{ file = \"key.pem\" }}, \
         key_id = \"{}\", token_url = \"{}\" }}",
        keys.kid,
        ehr.token_url()
    );
    let destination = destination("app", &receiver.url(), "");
    site.configure(&format!("{}{destination}", polling(&ehr.base_url(), &["patients"], &auth)));
    let host = site.start().await;
    let patient = ehr.create(records::patient("Example", "Ada", "MRN-1")).await;
    told(&receiver, "PatientAdmin.NewPatient", &patient).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smart_backend_services_are_signed_with_es384() {
    signs_in_with(KeyPair::es384()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smart_backend_services_are_signed_with_rs384() {
    signs_in_with(KeyPair::rs384()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_credentials_are_had_from_a_real_sign_in_server() {
    let clients = vec![Oidc::secret("rounds", "practice-secret")];
    let (oidc, ehr) = tokio::join!(Oidc::start(clients, 300), crate::support::ehr(21));
    let site = Site::new(&[FHIR]).await;
    let auth = format!(
        "auth = {{ type = \"oauth2-client-credentials\", client_id = \"rounds\", \
         client_secret = {{ env = \"CLIENT_SECRET\" }}, token_url = \"{}\" }}",
        oidc.token_url()
    );
    let receiver = crate::support::receiver().await;
    let connection = connection("practice", FHIR, ehr.base_url(), &auth);
    site.configure(&format!("{connection}{}", destination("app", receiver.url(), "")));
    let host = site.start_with(&[("CLIENT_SECRET", "practice-secret")]).await;
    ehr.book().expect("a booking");
    crate::support::within("a notification", receiver.wait_for(1)).await;
    host.wait_for_polls("practice/appointments", 2).await;
    let tries = oidc.tries();
    assert_eq!(tries.len(), 1, "the token was not kept: {tries:?}");
    assert_eq!(
        (&tries[0]["client"], &tries[0]["ok"]),
        (&json!("rounds"), &json!(true)),
        "{tries:?}"
    );
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_secret_is_rotated_both_verify() {
    let (old, new) = tokio::join!(Receiver::node(SECRET), Receiver::python(OTHER_SECRET));
    let ehr = crate::support::ehr(22).await;
    let site = Site::new(&[FHIR]).await;
    let both = |name: &str, url: &str| {
        format!(
            "[[destination]]\nname = \"{name}\"\nurl = \"{url}\"\n\
             secret = [{{ env = \"OTHER_SECRET\" }}, {{ env = \"ROUNDS_SECRET\" }}]\n\n"
        )
    };
    let destinations = format!("{}{}", both("old", &old.url()), both("new", &new.url()));
    site.configure(&format!("{}{destinations}", connection("practice", FHIR, ehr.base_url(), "")));
    let host = site.start_with(&[("OTHER_SECRET", OTHER_SECRET)]).await;
    ehr.book().expect("a booking");
    for receiver in [&old, &new] {
        let received = receiver.wait_for_count(1).await;
        assert_eq!(received[0].verified, Ok(()));
    }
    host.stop().await;
}
