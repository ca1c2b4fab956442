//! Faults on order: what a server of the practice does instead of a proper answer.

pub(super) mod answer;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio_util::sync::{CancellationToken, DropGuard};

/// One way to go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status, with an OperationOutcome; a 3xx points to `/elsewhere`.
    Status(u16),
    /// This status with a `Retry-After` of this text: seconds, a date, or nonsense.
    RetryAfter(u16, String),
    /// Status 200 with a sign-in page in HTML.
    Html,
    /// A well-formed answer whose body is the first half of the proper one.
    Truncated,
    /// Status 200 with a body of this many bytes, streamed; `u64::MAX` never ends.
    Flood(u64),
    /// The proper answer, one byte in each of these times.
    Drip(Duration),
    /// The request is taken and nothing is answered until the server ends.
    Silence,
    /// The request is taken and the connection reset.
    Reset,
}

impl Fault {
    /// 429 that asks to wait for whole seconds.
    pub fn throttled_for(wait: Duration) -> Self {
        Self::RetryAfter(429, wait.as_secs().to_string())
    }

    /// 429 that asks to wait until a time, as an HTTP date.
    pub fn throttled_until(time: Timestamp) -> Self {
        Self::RetryAfter(429, http_date(time))
    }

    /// Whether a receiver with this fault has taken what it was sent: it answers with a
    /// success, if a strange one, or the answer gets lost on its way.
    pub(super) fn takes(&self) -> bool {
        match self {
            Self::Status(status) | Self::RetryAfter(status, _) => (200..300).contains(status),
            _ => true,
        }
    }
}

/// A time as HTTP writes it.
pub(super) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What a server does wrong next. A cheap handle; a request that several faults fit gets
/// the one that was ordered first.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Rules>>);

#[derive(Default)]
struct Rules {
    latency: Option<Duration>,
    faults: Vec<Rule>,
    holds: Vec<Held>,
}

struct Rule {
    part: String,
    left: u32,
    fault: Fault,
}

struct Held {
    part: String,
    reached: CancellationToken,
    open: CancellationToken,
}

impl Faults {
    /// The next `times` requests go wrong like this; `u32::MAX` for ever.
    pub fn next(&self, times: u32, fault: Fault) {
        self.next_at("", times, fault);
    }

    /// The next `times` requests whose target (path and query) contains `part` go wrong.
    pub fn next_at(&self, part: &str, times: u32, fault: Fault) {
        self.lock().faults.push(Rule { part: part.to_owned(), left: times, fault });
    }

    /// Answers take this much longer from now on, or no longer.
    pub fn latency(&self, latency: Option<Duration>) {
        self.lock().latency = latency;
    }

    /// Holds back every answer to requests whose target contains `part`, until the
    /// returned value is dropped. The answer is made after that, of the state then.
    #[must_use = "dropping it releases the answers"]
    pub fn hold(&self, part: &str) -> Hold {
        let (reached, open) = (CancellationToken::new(), CancellationToken::new());
        let hold = Hold { reached: reached.clone(), open: open.clone().drop_guard() };
        self.lock().holds.push(Held { part: part.to_owned(), reached, open });
        hold
    }

    /// No faults and no latency from now on; what is held stays held.
    pub fn clear(&self) {
        let mut rules = self.lock();
        rules.faults.clear();
        rules.latency = None;
    }

    /// What is to happen with a request of this target.
    pub(super) fn plan(&self, target: &str) -> Plan {
        let mut rules = self.lock();
        Plan { latency: rules.latency, hold: rules.held(target), fault: rules.take(target) }
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rules {
    fn held(&mut self, target: &str) -> Option<CancellationToken> {
        self.holds.retain(|held| !held.open.is_cancelled());
        let held = self.holds.iter().find(|held| target.contains(&held.part))?;
        held.reached.cancel();
        Some(held.open.clone())
    }

    fn take(&mut self, target: &str) -> Option<Fault> {
        let place = self.faults.iter().position(|rule| target.contains(&rule.part))?;
        let rule = self.faults.get_mut(place)?;
        let fault = rule.fault.clone();
        match rule.left {
            u32::MAX => {}
            0 | 1 => drop(self.faults.remove(place)),
            _ => rule.left -= 1,
        }
        Some(fault)
    }
}

/// Answers that wait to be released. Dropping it releases them.
pub struct Hold {
    reached: CancellationToken,
    open: DropGuard,
}

impl Hold {
    /// Returns once a request is held. Cancel-safe.
    pub async fn reached(&self) {
        self.reached.cancelled().await;
    }

    /// Lets the answers go.
    pub fn release(self) {
        drop(self.open);
    }
}

/// What is to happen with one request.
pub(super) struct Plan {
    latency: Option<Duration>,
    hold: Option<CancellationToken>,
    pub(super) fault: Option<Fault>,
}

impl Plan {
    /// Waits as long as this request's answer should take, at most until `shutdown`.
    pub(super) async fn wait(&self, shutdown: &CancellationToken) {
        if let Some(latency) = self.latency {
            shutdown.run_until_cancelled(tokio::time::sleep(latency)).await;
        }
        if let Some(hold) = &self.hold {
            shutdown.run_until_cancelled(hold.cancelled()).await;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_order_and_as_often_as_told() {
        let faults = Faults::default();
        faults.next_at("/Patient", 2, Fault::Status(500));
        faults.next(1, Fault::Html);
        let next = |target| faults.plan(target).fault;
        assert_eq!(next("/fhir/Patient/1"), Some(Fault::Status(500)));
        assert_eq!(next("/fhir/Appointment"), Some(Fault::Html));
        assert_eq!(next("/fhir/Appointment"), None);
        assert_eq!(next("/fhir/Patient/1"), Some(Fault::Status(500)));
        assert_eq!(next("/fhir/Patient/1"), None);
    }

    #[test]
    fn a_fault_for_ever_ends_with_clear() {
        let faults = Faults::default();
        faults.next(u32::MAX, Fault::Reset);
        assert!((0..9).all(|_| faults.plan("/").fault == Some(Fault::Reset)));
        faults.clear();
        assert_eq!(faults.plan("/").fault, None);
    }

    #[test]
    fn retry_after_is_written_as_http_wants_it() {
        let time = "1994-11-06T08:49:37Z".parse().unwrap();
        let date = Fault::RetryAfter(429, "Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
        assert_eq!(Fault::throttled_until(time), date);
        let seconds = Fault::RetryAfter(429, "7".to_owned());
        assert_eq!(Fault::throttled_for(Duration::from_secs(7)), seconds);
    }
}
