//! A practice whose changes go to several destinations, and what must hold of what they got.

use std::collections::{BTreeSet, HashMap};

use rounds::practice::{Arrival, Chance, Ehr, Kind, Received, Receiver, Tally};

use super::{
    connectors::FHIR,
    rounds::Rounds,
    servers::{Running, ehr_with, receiver},
    site::{Site, destination},
    wait::eventually,
};

/// Appointments that are there from the beginning: several pages.
const APPOINTMENTS: usize = 30;

/// A site with its EHR and destinations.
pub(crate) struct Practice {
    pub(crate) site: Site,
    pub(crate) ehr: Running<Ehr>,
    pub(crate) receivers: Vec<Running<Receiver>>,
}

impl Practice {
    /// One with so many destinations, configured and not started.
    pub(crate) async fn new(seed: u64, destinations: usize) -> Self {
        let site = Site::new(&[FHIR]).await;
        let ehr = ehr_with(APPOINTMENTS, seed).await;
        let mut receivers = Vec::new();
        for _ in 0..destinations {
            receivers.push(receiver().await);
        }
        let practice = Self { site, ehr, receivers };
        practice.configure(practice.ehr.base_url());
        practice
    }

    /// Has the host ask at this URL.
    pub(crate) fn configure(&self, url: &str) {
        let connection = format!(
            "[[connection]]\nname = \"practice\"\nconnector = \"{FHIR}\"\nbase_url = \"{url}\"\n\
             since = \"1d\"\nsettings = {{ page_size = 12 }}\n\
             actions = {{ appointments = {{ every = \"1s\" }} }}\n\n"
        );
        let named = self.receivers.iter().enumerate();
        let to = named.map(|(at, it)| destination(&format!("app-{at}"), it.url(), ""));
        self.site.configure(&(connection + &to.collect::<String>()));
    }

    /// So many changes of several kinds.
    pub(crate) fn change(&self, chance: &mut Chance, times: usize) {
        for _ in 0..times {
            self.ehr.change_at_random(chance, &[Kind::Appointment]);
        }
    }

    /// Waits until every destination has been told of every change.
    pub(crate) async fn all_arrive(&self, story: &str) {
        for receiver in &self.receivers {
            let look = async || self.has_all(&receiver.received()).then_some(());
            let missing = async || {
                let tally = Tally::of(&self.ehr.changes(), &arrivals(&receiver.received()));
                format!("{story}: {:#?}", tally.missing)
            };
            eventually("all changes", look, missing).await;
        }
    }

    fn has_all(&self, received: &[Received]) -> bool {
        let arrivals = arrivals(received);
        let records: BTreeSet<_> = arrivals.iter().map(|it| it.record.as_str()).collect();
        let first = (1..=APPOINTMENTS).all(|id| records.contains(format!("apt-{id}").as_str()));
        first && Tally::of(&self.ehr.changes(), &arrivals).missing.is_empty()
    }

    /// What every destination got is what it must be: nothing missing, nothing twice with another id or
    /// other bytes, each key's in order, no number of a sequence for two notifications.
    pub(crate) fn check(&self, story: &str) {
        for receiver in &self.receivers {
            let tally = Tally::of(&self.ehr.changes(), &arrivals(&receiver.received()));
            assert_eq!(tally.missing, [], "{story}: missed");
            let wrong = (tally.altered, tally.renamed, tally.out_of_order, tally.unexpected);
            assert_eq!(wrong, (0, 0, 0, 0), "{story}: {tally:?}");
            assert_eq!(receiver.refused(), 0, "{story}: a signature was refused");
            assert_eq!(numbered_twice(&receiver.attempts()), 0, "{story}: a number for two");
        }
    }
}

impl Practice {
    /// Ends a host, and looks for a receipt of everything that a destination has.
    pub(crate) async fn end(&self, host: Rounds, story: &str) {
        let ended = host.stop().await;
        assert!(ended.status.success(), "{story}: {}", ended.log);
        for (at, receiver) in self.receivers.iter().enumerate() {
            let words = ["delivered", "list", "--json", "--limit", "10000", "--destination"];
            let said =
                self.site.rounds(&[&words[..], &[&format!("app-{at}")]].concat()).await.json();
            let noted = said.as_array().expect("a list").iter();
            let noted: BTreeSet<_> =
                noted.filter_map(|it| it["notification_id"].as_str()).collect();
            let received = receiver.received();
            let without = received.iter().find(|it| !noted.contains(it.id.as_str()));
            assert!(without.is_none(), "{story}: of {} of {}", noted.len(), received.len());
        }
    }

    /// Whether a destination got what it must not: the same change in two forms.
    pub(crate) fn is_wrong(&self) -> bool {
        self.receivers.iter().any(|receiver| {
            let tally = Tally::of(&self.ehr.changes(), &arrivals(&receiver.received()));
            tally.altered + tally.renamed + numbered_twice(&receiver.attempts()) > 0
        })
    }
}

fn arrivals(received: &[Received]) -> Vec<Arrival> {
    received.iter().filter_map(Received::arrival).collect()
}

/// How many numbers of a destination's sequence were given to more than one notification.
fn numbered_twice(attempts: &[Received]) -> usize {
    let mut numbered: HashMap<u64, BTreeSet<&str>> = HashMap::new();
    for attempt in attempts {
        let body: serde_json::Value = serde_json::from_slice(&attempt.body).expect("JSON");
        let sequence = body["meta"]["sequence"].as_u64().expect("a sequence");
        numbered.entry(sequence).or_default().insert(&attempt.id);
    }
    numbered.values().filter(|ids| ids.len() > 1).count()
}
