//! Looking at the keys that patients' data is sealed with, while a host runs and when none does.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Clinic, Said, Site, connection, destination, receiver, within};

const OLD: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const NEW: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";

fn host(old_keys: &str) -> String {
    format!(
        "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n\
         [host.seal]\nkey = {{ env = \"ROUNDS_KEY\" }}\nold_keys = [{old_keys}]\n\n"
    )
}

async fn verify(site: &Site, key: &str, more: &[&str]) -> Said {
    let words = [&["keys", "verify", "--json"], more].concat();
    let said = site.rounds_with(&words, &[("ROUNDS_KEY", key), ("ROUNDS_OLD", OLD)]).await;
    assert!(!said.out.contains(&OLD[..12]) && !said.error.contains(&OLD[..12]), "{said:?}");
    said
}

/// Whose each key is, whether it sealed anything, and whether it was destroyed.
fn brief(said: &Said) -> Vec<Value> {
    let keys = said.json()["keys"].as_array().unwrap().clone();
    let brief = |key: &Value| {
        json!([key["connection"], key["values"].as_u64() > Some(0), key["destroyed"]])
    };
    keys.iter().map(brief).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_is_looked_at_and_one_that_opens_nothing_is_named() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let rest = ["east", "west"].map(|name| connection(name, "plain", clinic.url(), "")).concat()
        + &destination("app", receiver.url(), "");
    site.configure(&(host("") + &rest));
    let running = site.start_with(&[("ROUNDS_KEY", OLD)]).await;
    clinic.book(1);
    within("both notifications", receiver.wait_for(2)).await;
    let address = running.address();
    let at = ["--admin", address.as_str()];
    let purge = ["purge", "--connection", "east", "--yes", "--admin", &address];
    assert_eq!(site.rounds(&purge).await.code, Some(0));
    let polled = ["east/appointments", "west/appointments"];
    running.poll(&polled).await;
    let said = verify(&site, OLD, &at).await;
    let west = json!(["west", true, false]);
    assert_eq!((said.code, &said.json()["whole"]), (Some(0), &json!(true)), "{said:?}");
    assert!(brief(&said).contains(&west), "{said:?}");
    assert!(brief(&said).iter().any(|key| key[2] == true), "the one that was purged: {said:?}");
    let id = said.json()["outer"][0].clone();
    running.stop().await;

    // The same without a host, and where the store does not open.
    let said = verify(&site, OLD, &[]).await;
    assert!(said.code == Some(0) && brief(&said).contains(&west), "{said:?}");
    let said = verify(&site, NEW, &[]).await;
    let given = said.json()["outer"][0].clone();
    let why = format!(
        "it is sealed with the key {}, and was given {}",
        id.as_str().unwrap(),
        given.as_str().unwrap()
    );
    assert_eq!((said.code, &said.json()["whole"]), (Some(1), &json!(false)), "{said:?}");
    assert!(said.out.contains(&why), "{said:?}");

    // A new outer key beside the old one: who is wrapped by which shows, until all are by the new.
    site.configure(&(host("{ env = \"ROUNDS_OLD\" }") + &rest));
    let wrapped_by = |said: &Said| {
        let keys = said.json()["keys"].as_array().unwrap().clone();
        keys.into_iter()
            .map(|key| key["outer"].clone())
            .filter(|id| !id.is_null())
            .collect::<Vec<_>>()
    };
    let said = verify(&site, NEW, &[]).await;
    assert!(said.code == Some(0) && wrapped_by(&said).iter().all(|by| *by == id), "{said:?}");
    let both = [("ROUNDS_KEY", NEW), ("ROUNDS_OLD", OLD)];
    site.start_with(&both).await.stop().await;
    let said = verify(&site, NEW, &[]).await;
    assert!(said.code == Some(0) && wrapped_by(&said).iter().all(|by| *by == given), "{said:?}");

    let keys = site.path("data/store/keys");
    let number = said.json()["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["connection"] == "west")
        .unwrap()["number"]
        .to_string();
    let whole = fs::read(keys.join(&number)).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for (bytes, why) in [
        (Some(flipped), "it is damaged, or was sealed for another connection"),
        (Some(Vec::new()), "its file cannot be read, or is damaged"),
        (None, "its file is missing, and values are sealed with it"),
    ] {
        match bytes {
            Some(bytes) => fs::write(keys.join(&number), bytes).unwrap(),
            None => fs::remove_file(keys.join(&number)).unwrap(),
        }
        let said = verify(&site, NEW, &[]).await;
        let broken = said.json()["keys"].as_array().unwrap().clone();
        let broken: Vec<_> = broken.into_iter().filter(|key| !key["error"].is_null()).collect();
        assert_eq!((said.code, broken.len()), (Some(1), 1), "{said:?}");
        assert_eq!((&broken[0]["error"], &broken[0]["number"].to_string()), (&json!(why), &number));
    }
    fs::write(keys.join(&number), whole).unwrap();
    assert_eq!(verify(&site, NEW, &[]).await.code, Some(0));
}
