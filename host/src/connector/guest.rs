//! One instance of a connector, for one poll.
//!
//! A guest is made fresh, thrown away after a trap and renewed when it has grown, so nothing of
//! one poll or connection reaches another. Its calls give way to the rest of the host at every
//! tick of the epoch, and end at their limits.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::{sync::OwnedSemaphorePermit, time::Instant};
use wasmtime::{Store, component::Instance};

use super::{
    bindings::{Answer, Calls},
    checks,
    fault::Fault,
    library::Connector,
    quoted::Shown,
    sandbox::Sandbox,
    watch::{in_time, trapped},
};
use crate::{
    egress,
    model::{Change, TaskId},
};

/// What a guest is told at every call.
#[derive(Clone, PartialEq, Eq)]
pub struct Context {
    /// The task polled.
    pub task: TaskId,
    /// The connection's settings: JSON text.
    pub settings: String,
    /// The connection's base URL, without a slash at its end.
    pub base_url: String,
    /// From when changes are wanted while there is no cursor.
    pub since: Timestamp,
    /// When the poll began: the guest's clock.
    pub now: Timestamp,
    /// What is asked of it beyond the usual.
    pub mode: Mode,
}

/// How a call differs from the usual one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// The last request got no answer that is on disk.
    pub interrupted: bool,
    /// All records are wanted, rather than what changed.
    pub listing: bool,
    /// Nobody will hear of what is found.
    pub silent: bool,
    /// What the EHR refuses of a record is to be left out.
    pub last_try: bool,
}

/// A request as a connector shaped it, not yet judged.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// GET or POST.
    pub method: egress::Method,
    /// Under the base URL, or a whole URL.
    pub target: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<Bytes>,
}

impl From<Request> for egress::Request {
    fn from(Request { method, target, headers, body }: Request) -> Self {
        Self { method, target, headers, body }
    }
}

/// What an answer said changed.
#[derive(Clone)]
pub struct Page {
    /// In the EHR's order.
    pub changes: Vec<Change>,
    /// What stands among them and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// What a user should know of the EHR's answers.
    pub notices: Vec<String>,
    /// Where the next request starts.
    pub cursor: String,
    /// Whether to ask on at once.
    pub more: bool,
}

/// A record of an answer that a connector cannot read.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands in the answer.
    pub place: String,
    /// Its identifier in the EHR, where that can be read.
    pub id: Option<String>,
    /// Why it cannot be read.
    pub reason: String,
    /// What `collect` would be given for it: JSON text.
    pub data: String,
}

/// What a connector wants done about a change.
#[derive(Clone)]
pub enum Step {
    /// Send these and call again.
    Fetch(Vec<Request>),
    /// Tell this.
    Notify {
        /// Data model and event type.
        event: String,
        /// JSON text.
        payload: String,
        /// For the record's next change.
        memo: Option<String>,
    },
    /// Tell nobody.
    Skip {
        /// Why.
        reason: String,
        /// For the record's next change.
        memo: Option<String>,
    },
}

/// What guests have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How often they were called.
    pub calls: usize,
    /// How long these calls took, by the clock on the wall.
    pub time: Duration,
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, more: Self) {
        self.calls += more.calls;
        self.time += more.time;
    }
}

impl std::ops::Sub for Spent {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            calls: self.calls.saturating_sub(before.calls),
            time: self.time.saturating_sub(before.time),
        }
    }
}

/// An instance of a connector.
pub struct Guest {
    connector: Connector,
    context: Context,
    seed: u64,
    live: Option<Live>,
    log: Vec<String>,
    show_log: bool,
    is_candid: bool,
    spent: Spent,
    _admitted: OwnedSemaphorePermit,
}

/// What a trap throws away.
struct Live {
    store: Store<Sandbox>,
    instance: Instance,
    calls: Calls,
}

impl Guest {
    /// A guest for one poll. Waits while the host has as many guests as it has room for.
    ///
    /// # Errors
    /// [`Fault::Start`] where the engine is closing.
    pub async fn new(
        connector: &Connector,
        context: &Context,
        show_log: bool,
    ) -> Result<Self, Fault> {
        let admitted =
            connector.engine().admit().await.map_err(|error| Fault::Start(error.to_string()))?;
        Ok(Self {
            connector: connector.clone(),
            seed: seed(context),
            context: context.clone(),
            live: None,
            log: Vec::new(),
            show_log,
            is_candid: false,
            spent: Spent::default(),
            _admitted: admitted,
        })
    }

    /// Has it speak for its author: what it says of failures stays as it is, though it may quote
    /// an answer.
    #[must_use]
    pub fn candid(mut self) -> Self {
        self.is_candid = true;
        self
    }

    /// What to ask the EHR next.
    ///
    /// # Errors
    /// The connector's failure, or the limit or trap that ended the call.
    pub async fn poll(&mut self, cursor: Option<&str>) -> Result<Request, Fault> {
        let asked = self.call("poll", async |calls, store| calls.poll(store, cursor).await).await;
        asked.map_err(|fault| self.unquoted(fault, || Shown::new([cursor])))
    }

    /// What an answer says changed.
    ///
    /// # Errors
    /// As `poll`, and where the page is beyond a limit.
    pub async fn changes(
        &mut self,
        cursor: Option<&str>,
        answer: &egress::Response,
    ) -> Result<Page, Fault> {
        let call = async |calls: &Calls, store: &mut _| calls.changes(store, cursor, answer).await;
        let page = self.call("changes", call).await;
        let shown = || Shown::new([cursor]).and(answer);
        let page = page.map_err(|fault| self.unquoted(fault, shown))?;
        let page = checks::page(page, self.connector.engine().limits())?;
        Ok(self.plainly(page, shown))
    }

    /// What else to ask about a change, or what to tell.
    ///
    /// # Errors
    /// As `poll`, and where the step is beyond a limit or tells what the action does not declare.
    pub async fn collect(
        &mut self,
        change: &Change,
        memo: Option<&str>,
        collected: &[std::sync::Arc<egress::Response>],
    ) -> Result<Step, Fault> {
        let call = async |calls: &Calls, store: &mut _| {
            calls.collect(store, change, memo, collected).await
        };
        let shown = || {
            let Change { id, version, content, key, data, .. } = change;
            let texts = [Some(id), version.as_ref(), content.as_ref(), key.as_ref(), Some(data)];
            let texts = texts.map(|text| text.map(String::as_str)).into_iter().chain([memo]);
            collected.iter().fold(Shown::new(texts), |shown, answer| shown.and(answer))
        };
        let step = match self.call("collect", call).await {
            Ok(Step::Skip { reason, memo }) => {
                Step::Skip { reason: self.reworded(reason, shown), memo }
            }
            step => step.map_err(|fault| self.unquoted(fault, shown))?,
        };
        let events = self
            .connector
            .manifest()
            .action(self.context.task.action.as_str())
            .map(|action| action.events.as_slice());
        checks::step(step, events.unwrap_or_default(), self.connector.engine().limits())
    }

    /// What the guest wrote to stderr in its last call, line by line. It may hold a patient's data.
    pub fn take_log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    /// What its calls have cost so far.
    pub fn spent(&self) -> Spent {
        self.spent
    }

    async fn call<T>(
        &mut self,
        name: &'static str,
        call: impl AsyncFnOnce(&Calls, &mut Store<Sandbox>) -> Answer<T>,
    ) -> Result<T, Fault> {
        let limits = *self.connector.engine().limits();
        let mut live = match self.live.take() {
            Some(live) => live,
            None => self.start().await?,
        };
        let time = live.store.data().time.clone();
        live.store.set_epoch_deadline(1);
        let began = Instant::now();
        let called = in_time(limits.guest_wall, &time, call(&live.calls, &mut live.store)).await;
        self.spent += Spent { calls: 1, time: began.elapsed() };
        let log = live.store.data().take_log();
        self.show(&log);
        self.log.clone_from(&log);
        let answered = called?.map_err(|error| trapped(name, &error, live.store.data(), &log))?;
        if live.store.data().memory() <= limits.guest_memory / 2 {
            self.live = Some(live);
        }
        answered.map_err(Fault::Failure)
    }

    /// Bytes of memory that the instance holds; none before its first call and after a trap.
    pub fn memory(&self) -> usize {
        self.live.as_ref().map_or(0, |live| live.store.data().memory())
    }

    async fn start(&mut self) -> Result<Live, Fault> {
        let limits = self.connector.engine().limits();
        let sandbox = Sandbox::new(self.context.now, self.seed, limits);
        let (mut store, instance) = self.connector.instantiate(sandbox).await?;
        let calls = self.connector.open(&mut store, &instance, &self.context)?;
        Ok(Live { store, instance, calls })
    }

    fn unquoted<'s>(&self, fault: Fault, shown: impl FnOnce() -> Shown<'s>) -> Fault {
        fault.reworded(|words| self.reworded(words, shown))
    }

    /// A page whose words about the answer are without what they quote of it.
    fn plainly<'s>(&self, mut page: Page, shown: impl Fn() -> Shown<'s>) -> Page {
        for notice in &mut page.notices {
            *notice = self.reworded(std::mem::take(notice), &shown);
        }
        for unreadable in &mut page.unreadable {
            let Unreadable { place, reason, .. } = unreadable;
            *place = self.reworded(std::mem::take(place), &shown);
            *reason = self.reworded(std::mem::take(reason), &shown);
        }
        page
    }

    /// The connector's words about a call, without what they quote of what it was shown there.
    fn reworded<'s>(&self, words: String, shown: impl FnOnce() -> Shown<'s>) -> String {
        match self.is_candid {
            true => words,
            false => shown().unquoted(&words, self.connector.vocabulary()),
        }
    }

    fn show(&self, log: &[String]) {
        for line in log.iter().filter(|_| self.show_log) {
            tracing::info!(target: "rounds::connector_log", connector = self.connector.manifest().name, task = %self.context.task, "{line}");
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Some(Live { store, instance, .. }) = self.live.take() {
            self.connector.served((store, instance));
        }
    }
}

/// The same for the same poll, so that a replay draws the same numbers.
fn seed(context: &Context) -> u64 {
    crate::identity::seed(&context.task, context.now)
}
