//! When runs that failed are made again.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex;

use super::*;

/// A clock that stands still; waits are as long as may be.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn spread(&self) -> f64 {
        1.0
    }
}

#[derive(Default)]
struct Quiet(Mutex<Option<Timestamp>>);

#[async_trait]
impl Run for Quiet {
    async fn run(&self, _: Timestamp) -> Outcome {
        Outcome::Done
    }

    fn planned(&self, next: Option<Timestamp>) {
        *self.0.lock().unwrap() = next;
    }
}

fn every(period: Duration) -> Planned {
    let id = TaskId { connection: "general".into(), action: "appointments".into() };
    let cadence = Cadence::Every(period);
    let run = Arc::new(Quiet::default());
    Planned::new(Entry { id, cadence, last_run: None, run }, Timestamp::UNIX_EPOCH)
}

/// The waits, in seconds, after as many failures in a row that came as far.
fn waits(period: u64, reached: Reached, many: usize) -> Vec<i64> {
    let (mut planned, clock) = (every(Duration::from_secs(period)), Still(Timestamp::UNIX_EPOCH));
    let wait = |_| planned.next(Outcome::Failed(reached), &clock).unwrap().as_second();
    (0..many).map(wait).collect()
}

#[test]
fn who_comes_no_further_waits_longer_and_longer() {
    assert_eq!(waits(60, Reached::default(), 7), [30, 60, 120, 240, 480, 600, 600]);
    assert_eq!(waits(3_600, Reached::default(), 7), [30, 60, 120, 240, 480, 900, 900]);
}

#[test]
fn who_came_further_is_the_first_to_fail_there() {
    assert_eq!(waits(60, Reached { further: true, end: false }, 5), [30; 5]);
}

#[test]
fn who_read_all_that_is_new_is_no_later_than_usual() {
    for further in [false, true] {
        let end = Reached { further, end: true };
        assert!(waits(60, end, 9).iter().all(|wait| *wait <= 60));
        let hourly = waits(3_600, end, 9);
        assert!(hourly.iter().zip([30, 60, 120, 240, 480]).all(|(wait, most)| *wait <= most));
        assert!(hourly.iter().all(|wait| *wait > 0 && *wait <= 900));
        assert!(
            hourly.iter().any(|wait| *wait > 480),
            "who fails there for long is not asked often"
        );
    }
}
