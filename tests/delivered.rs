//! What is kept of what was delivered: told by the running host and by the store that it left, until
//! it is old, or purged.

use rounds::{practice::Received, store::Sha256};
use serde_json::{Value, json};

use crate::support::{
    Clinic, Rounds, Running, Said, Site, connection, destination, eventually, receiver, within,
};

type Receiver = Running<rounds::practice::Receiver>;

const HOST: &str = "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n";

/// A host that has told of an appointment each of the patients 1, 2 and 3.
async fn told(site: &Site, clinic: &Clinic, more: &str) -> (Rounds, Receiver) {
    let app = receiver().await;
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&format!("{HOST}{more}\n{ward}{}", destination("app", app.url(), "")));
    let host = site.start().await;
    for patient in [1, 2, 3] {
        clinic.book(patient);
    }
    within("all three", app.wait_for(3)).await;
    host.wait_for("nothing in line", |report| (report.pending["ward"] == 0).then_some(())).await;
    let address = host.address();
    // A moment after it was delivered, it is on disk that it was.
    let kept = async || {
        let kept = list(site, &["--admin", &address]).await.len();
        (kept == 3 || more.contains("delivered")).then_some(())
    };
    eventually("the receipts", kept, async || host.log()).await;
    (host, app)
}

async fn list(site: &Site, words: &[&str]) -> Vec<Value> {
    let said = site.rounds(&[&["delivered", "list", "--json"], words].concat()).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    said.json().as_array().unwrap().clone()
}

fn body(received: &Received) -> Value {
    serde_json::from_slice(&received.body).unwrap()
}

/// Each receipt is of what was received, byte for byte.
fn assert_told(receipts: &[Value], app: &Receiver) {
    let received = app.received();
    assert_eq!(receipts.len(), received.len());
    for receipt in receipts {
        let of = received.iter().find(|it| receipt["notification_id"] == it.id.as_str()).unwrap();
        assert_eq!(receipt["sha256"], Sha256::of(&of.body).to_string());
        let body = body(of);
        assert_eq!(
            [&receipt["sequence"], &receipt["event"], &receipt["observed_at"]].map(Value::clone),
            [&body["meta"]["sequence"], &body["type"], &body["meta"]["observed_at"]]
                .map(Value::clone),
        );
        assert_eq!((&receipt["destination"], &receipt["attempts"]), (&json!("app"), &json!(1)));
        assert_eq!(receipt["task"], json!({ "connection": "ward", "action": "appointments" }));
    }
}

async fn audited(site: &Site) -> Vec<(String, String)> {
    let said = site.rounds(&["audit", "list", "--json"]).await.json();
    let text = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
    said.as_array().unwrap().iter().map(|it| (text(it, "what"), text(it, "outcome"))).collect()
}

#[tokio::test]
async fn what_was_delivered_can_be_asked_for_until_it_is_purged() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, app) = told(&site, &clinic, "payloads = \"1h\"").await;
    let address = host.address();
    let admin = ["--admin", &address];
    let all = list(&site, &admin).await;
    assert_told(&all, &app);
    let newest = list(&site, &[&["--limit", "1"], &admin[..]].concat()).await;
    assert_eq!(newest, all[..1]);
    let none = list(&site, &[&["--destination", "lake"], &admin[..]].concat()).await;
    assert!(none.is_empty());

    let received = app.received();
    let of_two = received.iter().find(|it| body(it)["meta"]["key"] == "2").unwrap();
    let keyed = list(&site, &[&["--key", "ward/2"], &admin[..]].concat()).await;
    assert_eq!(keyed.len(), 1);
    assert_eq!(keyed[0]["notification_id"], of_two.id.as_str());
    let shown =
        site.rounds(&[&["delivered", "show", &of_two.id], &admin[..]].concat()).await.json();
    assert_eq!(shown, json!([{ "receipt": keyed[0], "body": body(of_two) }]));
    let unknown = site.rounds(&[&["delivered", "show", "msg_other"], &admin[..]].concat()).await;
    assert_eq!(unknown.code, Some(2), "{unknown:?}");

    host.kill().await;
    assert_eq!(list(&site, &[]).await, all, "of the store that it left");
    let shown = site.rounds(&["delivered", "show", &of_two.id]).await.json();
    assert_eq!(shown[0]["body"], body(of_two));
    let Said { code, out, .. } = site.rounds(&["purge", "--key", "ward/2", "--yes"]).await;
    assert_eq!((code, out.trim()), (Some(0), PURGED));
    let left = list(&site, &[]).await;
    assert!(left.len() == 2 && !left.contains(&keyed[0]), "{left:?}");
    let asked = audited(&site).await;
    let count = |what: &str| asked.iter().filter(|it| it.0 == what && it.1 == "done").count();
    assert_eq!((count("find-delivered"), count("show-delivered"), count("purge")), (1, 2, 1));
}

const PURGED: &str = "purged: containers 0, dead letters 0, records 1, receipts 1";

#[tokio::test]
async fn payloads_are_forgotten_at_once_unless_the_user_wants_them() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, app) = told(&site, &clinic, "").await;
    host.stop().await;
    let all = list(&site, &[]).await;
    assert_told(&all, &app);
    let id = all[0]["notification_id"].as_str().unwrap();
    let shown = site.rounds(&["delivered", "show", id]).await;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let shown = shown.json();
    assert_eq!(shown, json!([{ "receipt": all[0], "body": null }]));
    assert!(!site.path("data/delivered/bodies").exists());

    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, _app) = told(&site, &clinic, "delivered = \"0s\"").await;
    host.stop().await;
    assert!(list(&site, &[]).await.is_empty());
    assert!(!site.path("data/delivered").exists());
}
