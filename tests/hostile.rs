//! Hostile.

mod component;
mod files;
mod guests;
mod wasi;

use self::component::Odd;
use crate::support::{
    Clinic, Site, connection, destination, fits, has_panicked, receiver, within,
};

const HOST: &str = "\
[host]
admin = \"127.0.0.1:0\"
log = \"json\"
connector_log = true
limits = { guest_memory = \"64MiB\", answer_body = \"4MiB\", guest_wall = \"2s\" }

";

#[tokio::test]
async fn a_file_that_does_harm_as_it_is_loaded_is_told_and_the_others_go_on() {
    let site = Site::new(&["plain"]).await;
    let files = files::all();
    for (name, bytes, _) in &files {
        site.write(&format!("connectors/{name}.wasm"), bytes);
    }
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(HOST.to_owned() + &ward + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let refused = host.status().await.refused;
    let told = |name: &str| refused.get(&format!("{name}.wasm")).cloned().unwrap_or_default();
    let told = files.iter().map(|(name, _, pattern)| (*name, *pattern, told(name)));
    let unlike = |(_, pattern, told): &(&str, &str, String)| !fits(&format!("*{pattern}"), told);
    let wrong: Vec<_> = told.filter(unlike).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\nof {refused:#?}");
    clinic.book(1);
    within("a notification", receiver.wait_for(1)).await;
    assert!(!has_panicked(&host.log()), "{}", host.log());
}

#[tokio::test]
async fn a_guest_that_does_harm_is_stopped() {
    let site = Site::new(&["plain"]).await;
    let guests = guests::all();
    let mut text = HOST.to_owned();
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(1);
    for (name, _, spoil) in &guests {
        let mut odd = Odd::new(name);
        spoil(&mut odd);
        site.write(&format!("connectors/{name}.wasm"), odd.encode());
        text += &connection(name, name, clinic.url(), "");
    }
    site.write("connectors/odd.wasm", Odd::new("odd").encode());
    text += &connection("odd", "odd", clinic.url(), "");
    text += &connection("ward", "plain", clinic.url(), "");
    text += &destination("app", receiver.url(), "");
    site.configure(&text);
    let host = site.start().await;
    let wrong = host
        .wait_for("an error of every guest", |report| {
            let error =
                |guest: &str| report.tasks.get(&format!("{guest}/appointments"))?.error.clone();
            let polled = |guest: &str| {
                report.tasks.get(&format!("{guest}/appointments")).is_some_and(|it| it.polls > 0)
            };
            guests.iter().all(|(guest, ..)| polled(guest)).then(|| {
                let found =
                    guests.iter().map(|(guest, pattern, _)| (*guest, *pattern, error(guest)));
                found
                    .filter(|(_, pattern, error)| {
                        !fits(pattern, error.as_deref().unwrap_or_default())
                    })
                    .collect::<Vec<_>>()
            })
        })
        .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(host.status().await.tasks["odd/appointments"].error, None);
}
