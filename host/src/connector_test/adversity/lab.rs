//! Calling a connector, and watching every call: what it asks for is judged by the manifest's
//! `requests`, and what stands in logs, cursors and memos is searched for patients' data.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use url::{Origin, Url};

use super::watch::{Spot, Watch};
use crate::{
    connection,
    connector::{Connector, Context, Fault, Guest, Mode, Page, Request, Step},
    egress::{Response, Rules},
    model::{ActionName, Change, ConnectionName, TaskId},
};

/// What a connector is told at every call.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) action: String,
    pub(super) settings: String,
    pub(super) base_url: String,
    pub(super) allow_origins: Vec<Origin>,
    pub(super) since: Timestamp,
    pub(super) now: Timestamp,
    pub(super) mode: Mode,
    /// The connection's name, which a guest is not told; its random numbers hang on it.
    pub(super) connection: &'static str,
}

impl Place {
    fn context(&self) -> Context {
        Context {
            task: self.task(),
            settings: self.settings.clone(),
            base_url: self.base_url.clone(),
            allow_origins: connection::origins(&self.allow_origins),
            since: self.since,
            now: self.now,
            mode: self.mode,
        }
    }

    /// The task that is polled.
    pub(super) fn task(&self) -> TaskId {
        let connection = ConnectionName::from(self.connection);
        TaskId { connection, action: ActionName::from(self.action.as_str()) }
    }

    /// The same so many seconds later.
    pub(super) fn later(&self, seconds: i64) -> Self {
        Self { now: super::stamp::later(self.now, seconds), ..self.clone() }
    }
}

/// A connector on the bench.
pub(super) struct Lab<'c> {
    connector: &'c Connector,
    guest: Option<(Place, Guest)>,
    /// What every call is watched for.
    pub(super) watch: Watch,
    /// How the call is named that is watched now: set by the check that makes it.
    pub(super) call: String,
}

impl<'c> Lab<'c> {
    pub(super) fn new(connector: &'c Connector) -> Self {
        let (watch, call) = (Watch::default(), String::new());
        Self { connector, guest: None, watch, call }
    }

    pub(super) fn connector(&self) -> &'c Connector {
        self.connector
    }

    /// Bytes of memory that the guest of the last call holds.
    pub(super) fn memory(&self) -> usize {
        self.guest.as_ref().map_or(0, |(_, guest)| guest.memory())
    }

    /// Has the next call made by an instance of its own.
    pub(super) fn fresh(&mut self) {
        self.guest = None;
    }

    pub(super) async fn poll(
        &mut self,
        place: &Place,
        cursor: Option<&str>,
    ) -> Result<Request, Fault> {
        let asked = self.guest(place).await?.poll(cursor).await;
        self.heard(&asked);
        if let Ok(request) = &asked {
            self.judge(place, std::slice::from_ref(request));
        }
        asked
    }

    pub(super) async fn changes(
        &mut self,
        place: &Place,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Fault> {
        let page = self.guest(place).await?.changes(cursor, answer).await;
        self.heard(&page);
        if let Ok(page) = &page {
            self.watch.look(Spot::Cursor, &page.cursor, &self.call);
            let ids = page.changes.iter().flat_map(|it| [Some(&it.id), it.key.as_ref()]);
            let ids: BTreeSet<&String> = ids.flatten().collect();
            ids.into_iter().for_each(|id| self.watch.look(Spot::Identity, id, &self.call));
            for odd in &page.unreadable {
                self.watch.look(Spot::Identity, odd.id.as_deref().unwrap_or_default(), &self.call);
                self.watch.look(Spot::Reason, &odd.place, &self.call);
                self.watch.look(Spot::Reason, &odd.reason, &self.call);
            }
            page.notices.iter().for_each(|it| self.watch.look(Spot::Reason, it, &self.call));
        }
        page
    }

    pub(super) async fn collect(
        &mut self,
        place: &Place,
        change: &Change,
        memo: Option<&str>,
        collected: &[Arc<Response>],
    ) -> Result<Step, Fault> {
        let step = self.guest(place).await?.collect(change, memo, collected).await;
        self.heard(&step);
        match &step {
            Ok(Step::Fetch(requests)) => self.judge(place, requests),
            Ok(Step::Notify { memo, .. }) => self.memo(memo.as_deref()),
            Ok(Step::Skip { reason, memo }) => {
                self.watch.look(Spot::Reason, reason, &self.call);
                self.memo(memo.as_deref());
            }
            Err(_) => {}
        }
        step
    }

    fn memo(&mut self, memo: Option<&str>) {
        self.watch.look(Spot::Memo, memo.unwrap_or_default(), &self.call);
    }

    /// The guest of a place. There is never more than one, so an engine for one will do.
    async fn guest(&mut self, place: &Place) -> Result<&mut Guest, Fault> {
        let kept = self.guest.take().filter(|(its, _)| its == place);
        let kept = match kept {
            Some(kept) => kept,
            None => {
                let guest = Guest::new(self.connector, &place.context(), false).await?;
                (place.clone(), guest.candid())
            }
        };
        Ok(&mut self.guest.insert(kept).1)
    }

    /// Looks through a call's log, and the words of its failure.
    fn heard<T>(&mut self, outcome: &Result<T, Fault>) {
        let Some((_, guest)) = &mut self.guest else { return };
        for line in guest.take_log() {
            self.watch.look(Spot::Log, &line, &self.call);
        }
        if let Err(fault) = outcome {
            self.watch.look(Spot::Failure, &fault.to_string(), &self.call);
        }
    }

    fn judge(&mut self, place: &Place, requests: &[Request]) {
        let connector = self.connector;
        let limit = connector.limits().answer_body;
        let base = Url::parse(&place.base_url).ok();
        let rules = base.and_then(|base| {
            Rules::new((&base, &place.allow_origins), connector.requests(), limit)
        });
        let Some(rules) = rules else { return };
        for request in requests {
            let refusal = rules.judge(&sent(request)).err();
            self.watch.asked(refusal.map(|refusal| refusal.to_string()), &self.call);
        }
    }
}

/// A request as the client takes it.
pub(super) fn sent(request: &Request) -> crate::egress::Request {
    let Request { method, target, headers, body } = request.clone();
    crate::egress::Request { method, target, headers, body }
}
