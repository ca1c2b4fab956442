//! All records gone at once, and a cursor beyond which nothing ever comes. The host cannot know that
//! it is not so: what is said is told, and who looks sees it.

use super::{HOST, component::Odd};
use crate::support::{Clinic, Line, Site, assert_fits, connection, destination, receiver};

/// So many are gone at once.
const GONE: usize = 120;

/// Says of every record that it is gone.
fn buries_all() -> Vec<u8> {
    let mut odd = Odd::new("buries-all");
    let mut changes = Vec::new();
    for number in 0..GONE {
        let data = odd.memory.text("{}");
        let mut change = odd.change(number.to_string(), data);
        change[2] = 1;
        changes.extend(change);
    }
    let changes = [odd.memory.words(&changes), GONE as u32];
    odd.finds(changes, 0);
    odd.encode()
}

#[tokio::test]
async fn records_that_vanish_at_once_are_told_and_shown() {
    let site = Site::new(&["plain"]).await;
    site.share_cache();
    site.write("connectors/buries-all.wasm", buries_all());
    site.write("connectors/stands.wasm", Odd::new("stands").encode());
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(7);
    let all = ["buries-all", "stands", "plain"].map(|it| connection(it, it, clinic.url(), ""));
    site.configure(&(HOST.to_owned() + &all.concat() + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let notice = "the poll at * says that 120 records are gone, of 120 that changed, and so it was \
        told; if the EHR still has them, its answers or its connector are wrong";
    let told = host.wait_for("a notice", |report| {
        let task = &report.tasks["buries-all/appointments"];
        Some((task.notice.clone()?, task.error.clone(), task.changes, task.gone))
    });
    let (told, error, changes, gone) = told.await;
    assert_fits(notice, &told);
    assert_eq!((error, changes % 120, gone), (None, 0, changes), "nothing is held back");
    let odd = |line: &Line| line.text("message") == "polled: most of what it found is gone";
    host.wait_for_log("a warning", odd).await;
    let said = site.rounds(&["status", "--admin", &host.address()]).await;
    let line = said.out.lines().find(|line| line.contains("are gone")).unwrap_or_default();
    assert_fits(&format!("buries-all/appointments: {notice}"), line);

    // One that finds nothing is no fault either, and shows no time of a change beside its polls.
    host.poll(&["plain/appointments", "stands/appointments"]).await;
    let report = host.status().await;
    let found = |name: &str| report.tasks[&format!("{name}/appointments")].changed_at.is_some();
    assert_eq!([found("plain"), found("stands")], [true, false]);
    assert!(report.tasks.values().all(|task| task.error.is_none()));
}
