//! Names that lead where they should not.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;

use super::*;

/// A name server that answers as it is told; each answer is given once but for the last.
struct Names(Mutex<HashMap<&'static str, Vec<&'static str>>>);

#[async_trait]
impl Lookup for Names {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut names = self.0.lock().unwrap();
        let answers = names.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
        Ok(answer.split_whitespace().map(|address| address.parse().unwrap()).collect())
    }
}

fn named(answers: &[&'static str], base: &str, private: &[&str]) -> Client {
    let names = Names(Mutex::new(HashMap::from([("ehr.example", answers.to_vec())])));
    let mut options = options(base);
    options.private_addresses = private.iter().map(|network| network.parse().unwrap()).collect();
    Client::new(&Network::with_lookup(Arc::new(names)), options).unwrap()
}

#[tokio::test]
async fn a_name_leads_to_no_private_address() {
    let server = Server::always(200, "", "inside").await;
    let base = format!("http://ehr.example:{}/fhir", server.address.port());
    for answers in
        ["127.0.0.1", "10.0.0.1 192.168.1.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"]
    {
        let error = named(&[answers], &base, &[]).send(&get("/x")).await.unwrap_err();
        assert_eq!((failure(&error).as_str(), error.retry()), ("AddressRefused", Retry::Backoff));
        assert!(!format!("{error:?}").contains(answers), "{error:?}");
    }
    let metadata = named(&["169.254.169.254"], &base, &["169.254.0.0/16"]);
    assert_eq!(failure(&metadata.send(&get("/x")).await.unwrap_err()), "AddressRefused");
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn a_network_that_the_user_names_is_open() {
    let server = Server::always(200, "", "inside").await;
    let base = format!("http://ehr.example:{}/fhir", server.address.port());
    // The addresses that are not allowed are left out, not tried.
    let client = named(&["10.0.0.1 127.0.0.1", "10.0.0.1"], &base, &["127.0.0.0/8"]);
    assert_eq!(client.send(&get("/x")).await.unwrap().status, 200);
    assert!(server.heard()[0].contains(&format!("host: ehr.example:{}", server.address.port())));
    // What a name is answered later doesn't lead astray either.
    drop(client);
    let client = named(&["10.0.0.1"], &base, &["127.0.0.0/8"]);
    assert_eq!(failure(&client.send(&get("/x")).await.unwrap_err()), "AddressRefused");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_told() {
    let client = named(&["10.0.0.1"], "http://nobody.example/fhir", &[]);
    assert_eq!(failure(&client.send(&get("/x")).await.unwrap_err()), "Dns");
    let client = named(&[""], "http://ehr.example/fhir", &[]);
    assert_eq!(failure(&client.send(&get("/x")).await.unwrap_err()), "Dns");
}

#[tokio::test]
async fn localhost_is_reached_where_the_user_names_it() {
    let server = Server::always(200, "", "").await;
    let mut options = options(&format!("http://localhost:{}/fhir", server.address.port()));
    let refused = client(options.clone()).send(&get("/x")).await.unwrap_err();
    assert_eq!(failure(&refused), "AddressRefused");
    options.private_addresses = vec!["127.0.0.1/32".parse().unwrap(), "::1/128".parse().unwrap()];
    assert_eq!(client(options).send(&get("/x")).await.unwrap().status, 200);
}
