//! Connections that break at any byte, on the way to an EHR and to destinations.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::join_all;
use rounds::practice::{Received, Receiver};

use crate::support::{
    Break, Clinic, Cut, Proxy, Rounds, Running, Site, Way, below, chance, connection, destination,
    receiver, rounds_of, within,
};

/// How many break side by side.
const WIDE: usize = 8;

const BREAKS: [Break; 2] = [Break::Close, Break::Reset];

/// Further faults, which take their time: at a few bytes each.
const SLOW: [Break; 4] = [
    Break::HalfClose,
    Break::Silence,
    Break::Drip(Duration::from_millis(300)),
    Break::Delay(Duration::from_millis(300)),
];

/// Every break at every byte of so many there and back, or a part of them that a seed draws, the
/// slow ones at a few.
fn cuts([there, back]: [usize; 2], part: usize) -> Vec<Cut> {
    let mut all = Vec::new();
    for (way, bytes) in [(Way::There, there), (Way::Back, back)] {
        for how in BREAKS {
            all.extend((0..=bytes).map(|after| Cut { way, after, how }));
        }
    }
    let (mut chance, mut drawn) = (chance(part), Vec::new());
    for _ in 0..rounds_of(part, all.len()).min(all.len()) {
        drawn.push(all.swap_remove(below(&mut chance, all.len())));
    }
    for (way, bytes) in [(Way::There, there), (Way::Back, back)] {
        let slow = SLOW.into_iter();
        drawn.extend(slow.map(|how| Cut { way, after: below(&mut chance, bytes), how }));
    }
    drawn
}

/// A clinic behind a proxy, as a connection.
struct Ward {
    name: String,
    clinic: Running<Clinic>,
    proxy: Running<Proxy>,
}

impl Ward {
    async fn new(number: usize) -> Self {
        let clinic = Clinic::start().await;
        let proxy = Proxy::start(clinic.url()).await;
        Self { name: format!("ward-{number}"), clinic, proxy }
    }

    fn task(&self) -> String {
        format!("{}/appointments", self.name)
    }

    /// Has a change read over a connection that breaks, and waits until it was told.
    async fn suffer(&self, host: &Rounds, cut: Cut, receiver: &Receiver) {
        // On a new connection, or on one that is still good.
        if cut.after.is_multiple_of(2) {
            self.proxy.hang_up();
        }
        let id = self.clinic.book(1);
        self.proxy.arm(cut);
        host.poll(&[&self.task()]).await;
        let told = |all: &[Received]| all.iter().any(|it| it.is_of(&self.name, &id));
        within(&format!("{cut:?} of {id}"), receiver.wait_until(told)).await;
        self.proxy.disarm();
    }
}

/// What a notification of the tests is about.
trait Of {
    fn is_of(&self, connection: &str, record: &str) -> bool;
}

impl Of for Received {
    fn is_of(&self, connection: &str, record: &str) -> bool {
        let told = self.arrival().expect("a notification");
        self.taken && told.connection == connection && told.record == record
    }
}

fn configure(site: &Site, wards: &[Ward], app: &str) {
    let further = "timeout = \"1s\"";
    let wards = wards.iter();
    let wards =
        wards.map(|it| connection(&it.name, "plain", &it.proxy.url(it.clinic.url()), further));
    site.configure(&(wards.collect::<String>() + &destination("app", app, "")));
}

/// How many bytes a change takes, there and back.
async fn measured(host: &Rounds, ward: &Ward, receiver: &Receiver) -> [usize; 2] {
    host.poll(&[&ward.task()]).await;
    ward.proxy.hang_up();
    ward.proxy.passed();
    let id = ward.clinic.book(1);
    host.poll(&[&ward.task()]).await;
    let told = |all: &[Received]| all.iter().any(|it| it.is_of(&ward.name, &id));
    within("a notification", receiver.wait_until(told)).await;
    ward.proxy.passed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ehr_that_breaks_off_at_any_byte_is_asked_again() {
    let (site, receiver) = (Site::new(&["plain"]).await, receiver().await);
    let wards = join_all((0..WIDE).map(Ward::new)).await;
    configure(&site, &wards, receiver.url());
    let host = site.start().await;
    let cuts = cuts(measured(&host, &wards[0], &receiver).await, 160);
    join_all(wards.iter().enumerate().map(|(at, ward)| {
        let (host, receiver, cuts) = (&host, &*receiver, &cuts);
        async move {
            for cut in cuts.iter().skip(at).step_by(WIDE) {
                ward.suffer(host, *cut, receiver).await;
            }
        }
    }))
    .await;
    each_once_and_in_order(&receiver.attempts());
    assert_eq!(receiver.received().len(), cuts.len() + 1, "nothing else was told");
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}

/// Every record was told under one id and in the same bytes, those of a connection in order.
fn each_once_and_in_order(attempts: &[Received]) {
    let (mut ids, mut last) = (BTreeMap::new(), BTreeMap::new());
    for attempt in attempts {
        let told = attempt.arrival().expect("a notification");
        let record: u64 = told.record.parse().unwrap();
        let id = ids.entry((told.connection.clone(), record)).or_insert(attempt.id.clone());
        assert_eq!((&*id, attempt.altered), (&attempt.id, false), "{record} in two forms");
        let before = last.insert(told.connection, record).unwrap_or(0);
        assert!(before <= record, "{record} after {before}");
    }
}

/// A destination behind a proxy.
struct App {
    receiver: Running<Receiver>,
    proxy: Running<Proxy>,
}

impl App {
    async fn new(_: usize) -> Self {
        let receiver = receiver().await;
        let proxy = Proxy::start(receiver.url()).await;
        Self { receiver, proxy }
    }

    fn arm(&self, cut: Cut) {
        if cut.after.is_multiple_of(2) {
            self.proxy.hang_up();
        }
        self.proxy.arm(cut);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_that_breaks_off_at_any_byte_is_told_again() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let apps = join_all((0..2 * WIDE).map(App::new)).await;
    let to = apps.iter().enumerate().map(|(at, app)| {
        destination(&format!("app-{at}"), &app.proxy.url(app.receiver.url()), "timeout = \"1s\"")
    });
    site.configure(&(connection("ward", "plain", clinic.url(), "") + &to.collect::<String>()));
    let host = site.start().await;
    clinic.book(1);
    host.poll(&["ward/appointments"]).await;
    join_all(apps.iter().map(|app| within("the first", app.receiver.wait_for(1)))).await;
    let cuts = cuts(apps[0].proxy.passed(), 160);
    for (round, cuts) in cuts.chunks(apps.len()).enumerate() {
        apps.iter().zip(cuts).for_each(|(app, cut)| app.arm(*cut));
        clinic.book(1);
        host.poll(&["ward/appointments"]).await;
        let told = apps.iter().map(|app| app.receiver.wait_for(round + 2));
        within(&format!("{cuts:?}"), join_all(told)).await;
        host.wait_for("all settled", |it| (it.pending["ward"] == 0).then_some(())).await;
        apps.iter().for_each(|app| app.proxy.disarm());
    }
    for app in &apps {
        each_once_and_in_order(&app.receiver.attempts());
        let ids: BTreeSet<_> = app.receiver.received().into_iter().map(|it| it.id).collect();
        assert_eq!(ids.len(), 1 + cuts.len().div_ceil(apps.len()));
        assert_eq!(app.receiver.refused(), 0, "half a notification was taken for a whole");
    }
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}
