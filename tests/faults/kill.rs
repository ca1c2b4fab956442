//! `kill -9` at every step of a change's way, and at random under load.

use std::{os::unix::process::ExitStatusExt, time::Duration};

use rounds::{
    model::TaskId,
    practice::{Chance, Kind},
};

use crate::support::{
    Clinic, Ended, Practice, Rounds, Site, below, chance, connection, connector_file, destination,
    receiver, rounds_of, within,
};

/// The steps, and how late a visit of each a seed may draw: a poll passes through the first
/// few times only.
const STEPS: [(&str, usize); 12] = [
    ("answered", 4),
    ("committing", 4),
    ("committed", 4),
    ("receipting", 1),
    ("applied", 8),
    ("flushed", 12),
    ("synced", 8),
    ("collecting", 6),
    ("filled", 6),
    ("sending", 6),
    ("sent", 8),
    ("settled", 8),
];

/// Kills a practice's host so many times, each time at another visit of the step and with other
/// changes, and starts it again; what a host leaves behind is what the next one begins with.
async fn killed_at(step: &str, latest: usize, seeds: usize) {
    let mut first = chance(step.len());
    let practice = Practice::new(first.number(), 1 + below(&mut first, 3)).await;
    practice.site.share_cache();
    for seed in 0..seeds {
        let mut chance = chance(seed);
        practice.change(&mut chance, 6 + seed % 5);
        let visit = format!("{step}:{}", 1 + below(&mut chance, latest));
        let mut host = practice.site.start_with(&[("ROUNDS_KILL_AT", &visit)]).await;
        was_killed(&polled_to_its_end(&mut host).await, &visit);
    }
    let host = practice.site.start().await;
    practice.all_arrive(step).await;
    practice.check(step);
    practice.end(host, step).await;
}

/// Has a host poll all the time, rather than every second.
async fn polled_to_its_end(host: &mut Rounds) -> Ended {
    let task = TaskId { connection: "practice".into(), action: "appointments".into() };
    let admin = host.admin().clone();
    let polls = async {
        while admin.poll(&task).await.is_ok() {}
        std::future::pending::<Ended>().await
    };
    tokio::select! {
        ended = host.ended() => ended,
        ended = polls => ended,
    }
}

fn was_killed(ended: &Ended, story: &str) {
    assert_eq!(ended.status.signal(), Some(9), "{story}: {}", ended.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_at_any_step_and_seed() {
    for (step, latest) in STEPS {
        killed_at(step, latest, rounds_of(3, 20)).await;
    }
}

/// When a host under load is killed.
enum Moment {
    /// As it starts.
    Starting,
    /// After so many further attempts.
    Attempts(usize),
    /// After so many further questions.
    Questions(u64),
}

fn moment(chance: &mut Chance) -> Moment {
    match below(chance, 5) {
        0 => Moment::Starting,
        1 | 2 => Moment::Questions(1 + chance.below(6)),
        _ => Moment::Attempts(1 + below(chance, 40)),
    }
}

/// Runs the practice's host until its moment has come, and a little longer.
async fn run_until(practice: &Practice, moment: Moment, chance: &mut Chance) {
    let little = Duration::from_micros(chance.below(20_000));
    let command = practice.site.command(&["run"]);
    if let Moment::Starting = moment {
        return killed_early(command, little * 20).await;
    }
    let host = practice.site.start().await;
    let (attempts, asked) =
        (practice.receivers[0].attempts().len(), practice.ehr.arrivals().of("Appointment"));
    let reached = async {
        match moment {
            Moment::Attempts(more) => {
                practice.receivers[0].wait_until(|all| all.len() >= attempts + more).await;
            }
            Moment::Questions(more) => {
                while practice.ehr.arrivals().of("Appointment") < asked + more {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            Moment::Starting => {}
        }
    };
    within("the moment", reached).await;
    tokio::time::sleep(little).await;
    was_killed(&host.kill().await, "under load");
}

async fn killed_early(mut command: tokio::process::Command, after: Duration) {
    let quiet = std::process::Stdio::null;
    let mut child = command.stdout(quiet()).stderr(quiet()).kill_on_drop(true).spawn().unwrap();
    tokio::time::sleep(after).await;
    child.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_by_kills_at_random_under_load() {
    let practice = Practice::new(77, 2).await;
    practice.site.share_cache();
    let load = practice.ehr.run_changes(Duration::from_millis(25), &[Kind::Appointment]);
    let kills = async {
        for round in 0..rounds_of(20, 200) {
            let mut chance = chance(round);
            let moment = moment(&mut chance);
            run_until(&practice, moment, &mut chance).await;
        }
    };
    tokio::select! {
        () = load => {}
        () = kills => {}
    }
    let host = practice.site.start().await;
    practice.all_arrive("under load").await;
    practice.check("under load");
    practice.end(host, "under load").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_amid_a_swap_leaves_a_connector_in_service() {
    let next = std::fs::read(connector_file("next")).unwrap();
    for step in ["drafted", "swapping", "swapped"] {
        let (site, clinic, receiver) =
            (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
        let ward = connection("ward", "plain", clinic.url(), "");
        site.configure(&(ward + &destination("app", receiver.url(), "")));
        site.start().await.stop().await;
        clinic.book(1);
        let mut host = site.start_with(&[("ROUNDS_KILL_AT", step)]).await;
        within("a change before", receiver.wait_for(1)).await;
        site.write("connectors/draft", &next);
        std::fs::rename(site.path("connectors/draft"), site.path("connectors/plain.wasm")).unwrap();
        was_killed(&host.ended().await, step);
        clinic.book(1);
        let host = site.start().await;
        within("a change afterwards", receiver.wait_for(2)).await;
        let ended = host.stop().await;
        assert!(ended.status.success(), "{step}: {}", ended.log);
        assert!(receiver.attempts().iter().all(|it| !it.altered), "{step}");
    }
}
