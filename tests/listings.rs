//! Listings that the real host reads: snapshots, sweeps and baselines, held against the last time.

mod register;

use std::collections::HashSet;

use rounds::{
    practice::{Received, Receiver},
    status::{Report, Sweep},
    store::Held,
};
use serde_json::{Value, json};

use self::register::{Books, Register, id};
use crate::support::{
    Rounds, Running, Said, Site, assert_fits, connection, destination, receiver, within,
};

const TASK: &str = "ward/appointments";
/// Never, in a test's time: it is polled when it is told to be.
const NEVER: &str = "every = \"4w\"";
const NEW: &str = "Scheduling.New";
const OTHER: &str = "Scheduling.Modification";
const GONE: &str = "Scheduling.Cancel";

/// A host that polls a register with a guest.
struct Ward {
    register: Running<Register>,
    receiver: Running<Receiver>,
    site: Site,
    host: Rounds,
}

/// What was told of a record: the event, its id, and what the connector remembered of it.
type Told = (String, String, Option<String>);

fn told(event: &str, id: &str, remembered: Option<&str>) -> Told {
    (event.into(), id.into(), remembered.map(Into::into))
}

impl Ward {
    /// A register with so many records, and an action as `further` has it.
    async fn new(connector: &str, records: u32, further: &str) -> Self {
        Self::of(Register::start(0..records).await, connector, further).await
    }

    /// The same with a register that is there.
    async fn of(register: Running<Register>, connector: &str, further: &str) -> Self {
        let receiver = receiver().await;
        let site = Site::new(&[connector]).await;
        let connection = connection("ward", connector, register.url(), "");
        let connection = connection.replace("every = \"1s\"", &format!("{NEVER}{further}"));
        site.configure(&(connection + &destination("app", receiver.url(), "")));
        let host = site.start().await;
        Self { register, receiver, site, host }
    }

    /// One with a snapshot that was read once, silently.
    async fn of_a_snapshot(records: u32) -> Self {
        let ward = Self::new("snapshot", records, "").await;
        assert_eq!(ward.poll().await, [], "what was there before is told to nobody");
        assert_eq!(ward.sweep().await.listing.ended.map(|it| it.read), Some(records.into()));
        ward
    }

    /// One with a baseline and a feed, beside which a sweep has read all.
    async fn of_a_sweep(records: u32, further: &str) -> Self {
        let further = format!(", first = \"baseline\"{further}, sweep = {{ every = \"1s\" }}");
        let ward = Self::new("lists", records, &further).await;
        ward.poll().await;
        ward.wait_for_a_pass().await;
        ward
    }

    fn change(&self, change: impl FnOnce(&mut Books)) {
        self.register.change(change);
    }

    /// Has it polled, and waits until all is delivered: all that was told so far.
    async fn poll(&self) -> Vec<Told> {
        self.host.poll(&[TASK]).await;
        let is_idle = |report: &Report| (report.pending["ward"] == 0).then_some(());
        self.host.wait_for("nothing to be under way", is_idle).await;
        self.told()
    }

    /// What was told so far, in the order of ids.
    fn told(&self) -> Vec<Told> {
        let told = |received: &Received| {
            let body: Value = serde_json::from_slice(&received.body).unwrap();
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let (event, id) = (text(&body["type"]), text(&body["meta"]["record"]));
            (event.unwrap(), id.unwrap(), text(&body["data"]["remembered"]))
        };
        let mut all: Vec<_> = self.receiver.received().iter().map(told).collect();
        all.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        all
    }

    /// The same, once so much was told.
    async fn told_of(&self, number: usize) -> Vec<Told> {
        within("notifications", self.receiver.wait_for(number)).await;
        self.told()
    }

    async fn sweep(&self) -> Sweep {
        self.host.status().await.tasks[TASK].sweep.clone().unwrap_or_default()
    }

    async fn wait_for_sweep(&self, what: &str, is_so: impl Fn(&Sweep) -> bool) {
        let look =
            |report: &Report| report.tasks[TASK].sweep.as_ref().filter(|it| is_so(it)).map(drop);
        self.host.wait_for(what, look).await;
    }

    /// Waits until a whole pass was read that began after this was asked.
    async fn wait_for_a_pass(&self) {
        for _ in 0..2 {
            let before = self.sweep().await.listing.ended;
            self.wait_for_sweep("the end of a pass", |it| it.listing.ended != before).await;
        }
    }

    /// A command about the task, of the running host.
    async fn task(&self, what: &str) -> Said {
        let words = ["task", what, "ward", "appointments", "--admin", &self.host.address()];
        self.site.rounds(&words).await
    }

    async fn status(&self) -> String {
        self.site.rounds(&["status", "--admin", &self.host.address()]).await.out
    }

    /// The same with another host, once this one was killed.
    async fn killed(self) -> Self {
        let Self { register, receiver, site, host } = self;
        host.kill().await;
        let host = site.start().await;
        Self { register, receiver, site, host }
    }
}

fn is_held(sweep: &Sweep) -> bool {
    matches!(sweep.listing.held, Some(Held { gone: 10, of: 10, accepted: false, .. }))
}

#[tokio::test]
async fn what_is_new_different_and_gone_is_told_once() {
    let ward = Ward::of_a_snapshot(10).await;
    ward.change(|books| {
        books.put("004");
        books.put("010");
        books.remove("007");
        books.repeat("001");
    });
    let expected =
        [told(OTHER, "004", Some("1")), told(GONE, "007", Some("1")), told(NEW, "010", None)];
    assert_eq!(ward.poll().await, expected);
    assert_eq!(ward.poll().await, expected, "once");
    ward.change(|books| books.put("007"));
    let all = ward.poll().await;
    assert_eq!(all.len(), 4, "{all:?}");
    assert!(all.contains(&told(NEW, "007", None)), "it is back: {all:?}");
    assert_fits("*LISTING OF*ward/appointments*whole*", &ward.status().await);
}

#[tokio::test]
async fn a_pass_that_fails_tells_nothing_gone_and_goes_on() {
    let ward = Ward::of_a_snapshot(10).await;
    ward.change(|books| {
        books.remove("009");
        books.break_page("008", 500);
    });
    assert_eq!(ward.poll().await, []);
    ward.host.wait_for_error(TASK, "*status 500*").await;
    // It was there when its page was read.
    ward.change(|books| books.remove("001"));
    assert_eq!(ward.poll().await, []);
    ward.register.listed();
    ward.change(Books::mend_page);
    assert_eq!(ward.poll().await, [told(GONE, "009", Some("1"))]);
    let listed = ward.register.listed();
    assert!(listed.iter().all(|from| from == "008"), "it went on where it stood: {listed:?}");
    assert_eq!(ward.poll().await, [told(GONE, "001", Some("1")), told(GONE, "009", Some("1"))]);
}

#[tokio::test]
async fn a_pass_whose_place_the_ehr_has_lost_begins_anew() {
    let ward = Ward::of_a_snapshot(10).await;
    ward.change(|books| {
        books.remove("001");
        books.break_page("005", 410);
    });
    assert_eq!(ward.poll().await, []);
    ward.host.wait_for_error(TASK, "the listing is read anew*status 410*").await;
    assert!(!ward.host.status().await.tasks[TASK].stopped);
    ward.register.listed();
    ward.change(Books::mend_page);
    assert_eq!(ward.poll().await, [told(GONE, "001", Some("1"))]);
    assert_eq!(ward.register.listed().last().map(String::as_str), Some("009"));
}

#[tokio::test]
async fn a_pass_goes_on_where_it_stood_when_its_host_was_killed() {
    let ward = Ward::of_a_snapshot(10).await;
    ward.change(|books| {
        books.put("001");
        books.put("009");
        books.remove("005");
    });
    ward.register.withhold(Some("009"));
    ward.register.listed();
    let task = rounds::model::TaskId { connection: "ward".into(), action: "appointments".into() };
    ward.host.admin().poll(&task).await.unwrap();
    ward.register.wait_for_page("009").await;
    let ward = ward.killed().await;
    ward.register.withhold(None);
    assert_eq!(ward.register.listed().first().map(String::as_str), Some(""));
    let expected = [
        told(OTHER, "001", Some("1")),
        told(GONE, "005", Some("1")),
        told(OTHER, "009", Some("1")),
    ];
    let mut all = ward.poll().await;
    // What was under way at the kill may come twice, under the same id.
    all.dedup();
    assert_eq!(all, expected);
    let ids: HashSet<_> = ward.receiver.received().into_iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), expected.len());
    // Where it stood is noted with the first page, then now and then.
    assert_eq!(ward.register.listed(), ["004", "009"]);
}

#[tokio::test]
async fn an_empty_listing_is_held_and_may_be_rejected() {
    let ward = Ward::of_a_snapshot(10).await;
    let said = ward.task("accept").await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_fits("*ward/appointments has no listing that is held for a person*", &said.error);
    let mut kept = None;
    ward.change(|books| kept = Some(books.clear()));
    assert_eq!(ward.poll().await, []);
    assert!(is_held(&ward.sweep().await), "{:?}", ward.sweep().await);
    let status = ward.status().await;
    assert_fits("*ward/appointments*held for a person*", &status);
    for what in ["accept", "reject"] {
        assert_fits(&format!("*10 of 10 records*`rounds task {what} ward appointments`*"), &status);
    }
    ward.register.listed();
    assert_eq!(ward.poll().await, []);
    assert!(ward.register.listed().is_empty(), "nothing is asked while it is held");
    ward.change(|books| books.restore(kept.unwrap()));
    let said = ward.task("reject").await;
    assert_eq!(said.code, Some(0), "{said:?}");
    // It is read anew at once.
    let is_whole = |it: &Sweep| it.listing.held.is_none() && it.listing.began.is_none();
    ward.register.wait_for_page("008").await;
    ward.wait_for_sweep("the whole listing", is_whole).await;
    assert_eq!(ward.poll().await, []);
}

#[tokio::test]
async fn what_was_told_gone_before_counts_no_more() {
    let ward = Ward::of_a_snapshot(20).await;
    ward.change(|books| (0..3).for_each(|number| books.remove(&id(number))));
    assert_eq!(ward.poll().await.len(), 3);
    // It may be back, and go again.
    ward.change(|books| books.put(&id(0)));
    assert_eq!(ward.poll().await.len(), 4);
    ward.change(|books| books.remove(&id(0)));
    assert_eq!(ward.poll().await.len(), 5);
    let ward = ward.killed().await;
    ward.change(|books| (3..8).for_each(|number| books.remove(&id(number))));
    ward.poll().await;
    // What was under way at the kill may come twice, under the same id.
    let ids: HashSet<_> = ward.receiver.received().into_iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), 5);
    let held = ward.sweep().await.listing.held;
    assert!(matches!(held, Some(Held { gone: 5, of: 17, accepted: false, .. })), "{held:?}");
}

#[tokio::test]
async fn another_system_behind_the_same_url_is_told_of_only_once_a_person_says_so() {
    let ward = Ward::of_a_snapshot(10).await;
    ward.change(Books::become_another);
    assert_eq!(ward.poll().await, []);
    let ward = ward.killed().await;
    assert!(is_held(&ward.sweep().await), "{:?}", ward.sweep().await);
    assert_eq!(ward.poll().await, [], "neither what is gone nor what is new");
    // While no host runs, the store is asked.
    let Ward { register, receiver, site, host } = ward;
    host.stop().await;
    let said = site.rounds(&["task", "accept", "ward", "appointments", "--json"]).await;
    assert_eq!(said.json(), json!({ "accepted": true, "gone": 10, "of": 10 }), "{said:?}");
    let host = site.start().await;
    let ward = Ward { register, receiver, site, host };
    let gone: Vec<_> = (0..10).map(|number| told(GONE, &id(number), Some("1"))).collect();
    assert_eq!(ward.poll().await, gone);
    let new = (0..10).map(|number| told(NEW, &format!("other-{}", id(number)), None));
    let all: Vec<_> = gone.into_iter().chain(new).collect();
    assert_eq!(ward.poll().await, all);
    let audited = ward.site.rounds(&["audit", "list", "--json"]).await.json();
    let decisions = audited.as_array().unwrap().iter().filter(|it| it["what"] != "poll");
    let audited: Vec<_> = decisions.map(brief).collect();
    assert_eq!(
        audited,
        [
            json!(["accept-listing", TASK, null, "asked"]),
            json!(["accept-listing", TASK, 10, "done"]),
        ]
    );
}

fn brief(entry: &Value) -> Value {
    json!([entry["what"], entry["of"], entry["count"], entry["outcome"]])
}

#[tokio::test]
async fn what_is_new_before_all_that_was_there_is_told_with_the_same_pass() {
    let ward = Ward::of_a_snapshot(3).await;
    let early: Vec<_> = (10..22).map(|number| format!("-{number}")).collect();
    ward.change(|books| early.iter().for_each(|id| books.put(id)));
    // Only its last page shows that it is still the same system.
    let expected: Vec<_> = early.iter().map(|id| told(NEW, id, None)).collect();
    assert_eq!(ward.poll().await, expected);
    assert_eq!(ward.sweep().await.listing.held, None);
}

#[tokio::test]
async fn a_sweep_that_finds_what_is_new_first_reads_it_once_more_and_goes_on() {
    let ward = Ward::of_a_sweep(3, "").await;
    let early: Vec<_> = (10..22).map(|number| format!("-{number}")).collect();
    ward.change(|books| early.iter().for_each(|id| books.put_hidden(id)));
    let expected: Vec<_> = early.iter().map(|id| told(NEW, id, None)).collect();
    assert_eq!(ward.told_of(12).await, expected);
    ward.wait_for_a_pass().await;
    assert_eq!(ward.told(), expected, "once");
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_are_told_of() {
    let ward = Ward::of_a_snapshot(14).await;
    ward.change(|books| {
        books.remove("013");
        books.circle(true);
    });
    assert_eq!(ward.poll().await, []);
    ward.host.wait_for_error(TASK, "*asks for more from a cursor where it was before*").await;
    ward.change(|books| books.circle(false));
    assert_eq!(ward.poll().await, [told(GONE, "013", Some("1"))]);
}

#[tokio::test]
async fn what_cannot_be_read_is_one_dead_letter_and_not_gone() {
    let ward = Ward::of_a_snapshot(10).await;
    ward.change(|books| {
        books.put("002");
        books.stray(json!({ "id": "006" }));
    });
    let expected = [told(OTHER, "002", Some("1"))];
    assert_eq!(ward.poll().await, expected);
    assert_eq!(ward.poll().await, expected);
    let words = ["dead", "list", "--json", "--admin", &ward.host.address()];
    let letters = ward.site.rounds(&words).await.json();
    assert_eq!(letters.as_array().map(Vec::len), Some(1), "{letters}");
    assert_fits("*cannot be read: it is no record", letters[0]["reason"].as_str().unwrap());
    assert_eq!(ward.host.status().await.tasks[TASK].unreadable, 1);
}

#[tokio::test]
async fn where_not_even_an_id_can_be_read_nothing_is_told_gone() {
    let ward = Ward::of_a_snapshot(10).await;
    ward.change(|books| {
        books.remove("002");
        books.stray(json!({}));
    });
    assert_eq!(ward.poll().await, []);
    let notices = &ward.host.status().await.tasks[TASK].notices;
    assert!(notices.iter().any(|it| it.contains("nobody can tell what is gone")), "{notices:?}");
}

#[tokio::test]
async fn a_baseline_is_told_to_nobody_and_remembered() {
    let ward = Ward::new("lists", 10, ", first = \"baseline\"").await;
    assert_eq!(ward.poll().await, []);
    assert_eq!(ward.register.listed(), ["", "004", "008"]);
    assert_eq!(ward.poll().await, [], "what changed begins with all that there is");
    ward.change(|books| {
        books.put("003");
        books.put("010");
    });
    assert_eq!(ward.poll().await, [told(OTHER, "003", Some("1")), told(NEW, "010", None)]);
    assert!(ward.register.listed().is_empty(), "once");
}

#[tokio::test]
async fn a_sweep_finds_what_the_feed_hides_and_counts_it() {
    let ward = Ward::of_a_sweep(10, "").await;
    assert_eq!(ward.poll().await, []);
    ward.change(|books| (0..8).for_each(|number| books.put(&id(number))));
    ward.wait_for_a_pass().await;
    assert_eq!(ward.told(), [], "what is so new is the feed's");
    let mut expected: Vec<_> = (0..8).map(|number| told(OTHER, &id(number), Some("1"))).collect();
    assert_eq!(ward.poll().await, expected);
    ward.change(|books| {
        books.put_hidden("008");
        books.put_hidden("010");
    });
    expected.extend([told(OTHER, "008", Some("1")), told(NEW, "010", None)]);
    assert_eq!(ward.told_of(10).await, expected);
    ward.wait_for_sweep("a miss rate", |sweep| sweep.miss_rate == Some(0.2)).await;
    ward.change(|books| books.remove("009"));
    expected.insert(9, told(GONE, "009", Some("1")));
    assert_eq!(ward.told_of(11).await, expected);
    ward.wait_for_sweep("a deletion", |it| it.miss_rate == Some(3.0 / 11.0)).await;
    ward.wait_for_a_pass().await;
    assert_eq!(ward.poll().await, expected, "once");
    assert_fits("*ward/appointments*27.27 %*", &ward.status().await);
}

#[tokio::test]
async fn what_came_back_while_a_listing_is_held_is_not_told_gone() {
    let ward = Ward::of_a_sweep(10, ", late = \"0s\"").await;
    ward.change(|books| (5..10).for_each(|number| books.remove(&id(number))));
    ward.wait_for_sweep("a hold", |sweep| sweep.listing.held.is_some_and(|it| it.gone == 5)).await;
    ward.change(|books| ["005", "006"].iter().for_each(|id| books.put(id)));
    let mut expected: Vec<_> = ["005", "006"].iter().map(|id| told(OTHER, id, Some("1"))).collect();
    assert_eq!(ward.poll().await, expected);
    let ward = ward.killed().await;
    assert_eq!(ward.task("accept").await.code, Some(0));
    expected.extend(["007", "008", "009"].map(|id| told(GONE, id, Some("1"))));
    ward.told_of(5).await;
    ward.wait_for_a_pass().await;
    // What was on its way when the host was killed comes again.
    let mut all = ward.told();
    all.dedup();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn what_the_feed_told_is_told_gone_also_where_it_goes_before_the_first_sweep() {
    let register = Register::start(0..10).await;
    register.change(|books| books.break_page("", 503));
    let ward = Ward::of(register, "lists", ", sweep = { every = \"1s\" }").await;
    ward.change(|books| books.put("010"));
    let new = told(NEW, "010", None);
    within("the feed's", async { while !ward.poll().await.contains(&new) {} }).await;
    ward.wait_for_sweep("a sweep that fails", |sweep| sweep.error.is_some()).await;
    let ward = ward.killed().await;
    ward.change(|books| {
        books.remove("010");
        books.mend_page();
    });
    ward.wait_for_sweep("a pass", |sweep| sweep.listing.ended.is_some()).await;
    let told = ward.poll().await;
    assert!(told.contains(&self::told(GONE, "010", Some("1"))), "{told:?}");
}

#[tokio::test]
async fn a_sweep_goes_on_after_a_kill_and_once_a_person_has_decided() {
    let ward = Ward::of_a_sweep(10, ", late = \"0s\"").await;
    ward.register.withhold(Some("008"));
    let waits = |it: &Sweep| it.listing.began.is_some() && it.listing.read == 8;
    ward.wait_for_sweep("two pages", waits).await;
    let ward = ward.killed().await;
    ward.register.listed();
    ward.register.withhold(None);
    ward.wait_for_a_pass().await;
    assert_eq!(ward.register.listed().first().map(String::as_str), Some("004"));
    ward.change(Books::become_another);
    ward.wait_for_sweep("a listing that is held", is_held).await;
    assert_eq!(ward.told(), []);
    let said = ward.task("accept").await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits("ward/appointments: 10 of 10 records are told as gone, but*", &said.out);
    let all = ward.told_of(20).await;
    let of = |event: &str| all.iter().filter(|told| told.0 == event).count();
    assert_eq!((of(GONE), of(NEW)), (10, 10), "{all:?}");
}
