//! From changes to what is told of them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::{Drive, Ehr, Polled, Purpose, Skipped, Told, Why};
use crate::{
    connector::{Fault, Guest, Limit, Mode, Request, Step},
    egress::Response,
    identity,
    model::{Change, Lane},
};

/// A change that is not told yet.
pub(super) struct Waiting {
    pub(super) change: Change,
    /// When the poll that found it began: the clock of its guest, also when it is tried again.
    pub(super) began: Timestamp,
    /// That of the poll that found it, too.
    pub(super) mode: Mode,
}

/// What the changes of one poll share.
struct Bench {
    began: Timestamp,
    mode: Mode,
    guest: Guest,
    /// Equal requests are sent once.
    answers: HashMap<Request, Arc<Response>>,
}

impl Bench {
    fn is_of(&self, waiting: &Waiting) -> bool {
        (self.began, self.mode) == (waiting.began, waiting.mode)
    }
}

impl Drive {
    /// Collects changes in their order. One that fails holds up those of its key and of its record;
    /// the others go on, as with a host. Answers the first fault.
    pub(super) async fn collect(
        &mut self,
        changes: Vec<Waiting>,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
    ) -> Result<(), Why> {
        let (mut held, mut records, mut ended) = (HashSet::<Lane>::new(), HashSet::new(), Ok(()));
        let mut bench = None;
        for waiting in changes {
            let lane = identity::lane(&self.task.connection, &waiting.change);
            let nobody_answers = matches!(ended, Err(Why::NoAnswer(_)));
            let is_held = held.contains(&lane) || records.contains(&waiting.change.id);
            if nobody_answers || is_held {
                held.insert(lane);
                records.insert(waiting.change.id.clone());
                self.waiting.push(waiting);
                continue;
            }
            if let Err(why) = self.collect_at(&mut bench, &waiting, ehr, polled).await {
                held.insert(lane);
                records.insert(waiting.change.id.clone());
                self.waiting.push(waiting);
                ended = match why {
                    Why::NoAnswer(_) => Err(why),
                    why => ended.and(Err(why)),
                };
            }
        }
        ended
    }

    /// Collects a change at the bench of its poll; at a new one where another poll's stands there.
    async fn collect_at(
        &mut self,
        bench: &mut Option<Bench>,
        waiting: &Waiting,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
    ) -> Result<(), Why> {
        let mut at = match bench.take().filter(|bench| bench.is_of(waiting)) {
            Some(bench) => bench,
            None => self.bench(waiting).await?,
        };
        let before = at.guest.spent();
        let outcome = self.collect_one(&waiting.change, &mut at, ehr, polled).await;
        self.spent += at.guest.spent() - before;
        *bench = Some(at);
        outcome
    }

    async fn bench(&self, waiting: &Waiting) -> Result<Bench, Why> {
        let (began, mode) = (waiting.began, waiting.mode);
        let guest = self.guest(began, mode).await?;
        Ok(Bench { began, mode, guest, answers: HashMap::new() })
    }

    async fn collect_one(
        &mut self,
        change: &Change,
        bench: &mut Bench,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
    ) -> Result<(), Why> {
        let memo = self.memo(&change.id).map(str::to_owned);
        let limit = self.connector.limits().collect_steps;
        let mut collected = Vec::new();
        for steps in 0..=limit {
            let step = bench.guest.collect(change, memo.as_deref(), &collected).await;
            polled.log.extend(bench.guest.take_log());
            match step? {
                Step::Fetch(_) if steps == limit => break,
                Step::Fetch(requests) => {
                    for request in requests {
                        collected.push(self.fetch(request, bench, ehr, polled)?);
                    }
                }
                step => {
                    let mut unheard = Polled::default();
                    let heard = if bench.mode.silent { &mut unheard } else { polled };
                    self.settle(change, step, heard);
                    return Ok(());
                }
            }
        }
        Err(Fault::Limit(Limit::CollectSteps(limit)).into())
    }

    fn fetch(
        &self,
        request: Request,
        bench: &mut Bench,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
    ) -> Result<Arc<Response>, Why> {
        if let Some(answer) = bench.answers.get(&request) {
            return Ok(Arc::clone(answer));
        }
        let answer = Arc::new(self.ask(Purpose::Collect, &request, ehr, polled)?);
        bench.answers.insert(request, Arc::clone(&answer));
        Ok(answer)
    }

    /// What becomes of a change. A notification without a memo takes the record's away; a skip
    /// leaves it.
    fn settle(&mut self, change: &Change, step: Step, polled: &mut Polled) {
        let (record, id) = (identity::record(&self.task, &change.id), change.id.clone());
        match step {
            Step::Fetch(_) => {}
            Step::Notify { event, payload, memo } => {
                self.memos.remove(&record);
                self.memos.extend(memo.clone().map(|memo| (record, memo)));
                let (key, version) = (change.key.clone(), change.version.clone());
                polled.told.push(Told { record: id, key, version, event, payload, memo });
            }
            Step::Skip { reason, memo } => {
                self.memos.extend(memo.clone().map(|memo| (record, memo)));
                let version = change.version.clone();
                polled.skipped.push(Skipped { record: id, version, reason, memo });
            }
        }
    }
}
