//! Two connectors side by side on one live EHR: each polls as a host would, and what one has
//! asked the other is not asked again.

mod compare;
mod live;

use jiff::Timestamp;

pub(super) use self::compare::same;
use self::{
    compare::{compare, incomplete},
    live::{Answers, Live},
};
use super::{Difference, Showing};
use crate::{
    connector::{Connector, Spent},
    connector_test::drive::{Drive, Polled, Setup, Stopped, Why},
    egress::Client,
};

/// A task polled by two connectors.
pub struct Pair {
    old: Side,
    new: Side,
    showing: Showing,
}

/// One of them.
struct Side {
    drive: Drive,
    client: Client,
}

/// What one poll by both came to.
#[derive(Debug)]
pub struct Compared {
    /// What the old one did.
    pub old: Done,
    /// What the new one did.
    pub new: Done,
    /// Requests that were sent, for both together.
    pub sent: usize,
    /// What the new one did otherwise.
    pub differences: Vec<Difference>,
    /// Why the poll was not compared to its end: the EHR did not answer, or both failed.
    pub incomplete: Option<String>,
}

/// How much one of them did in a poll.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Done {
    /// What it asked.
    pub requests: usize,
    /// What it said had changed.
    pub changes: usize,
    /// What it told.
    pub notifications: usize,
}

/// A poll by one of them, and why it ended early.
struct Ended {
    polled: Polled,
    why: Option<Why>,
}

impl Pair {
    /// Both at the same cursor, with the same way to the EHR.
    pub fn new(
        (old, new): (&Connector, &Connector),
        setup: &Setup,
        cursor: Option<&str>,
        way: &Client,
        showing: Showing,
    ) -> Self {
        let side = |connector: &Connector| {
            let drive = Drive::new(connector, setup.clone());
            let mut drive = if showing == Showing::Values { drive.candid() } else { drive };
            drive.set_cursor(cursor.map(Into::into));
            Side { drive, client: way.declaring(connector.requests()) }
        };
        Self { old: side(old), new: side(new), showing }
    }

    /// One poll by both.
    pub async fn poll(&mut self, now: Timestamp) -> Compared {
        let mut answers = Answers::default();
        let old = self.old.poll(now, &mut answers).await;
        let new = self.new.poll(now, &mut answers).await;
        Compared {
            old: old.done(),
            new: new.done(),
            sent: answers.sent(),
            differences: compare(self.showing, (&old, &self.old), (&new, &self.new)),
            incomplete: incomplete(self.showing, &old, &new),
        }
    }

    /// What the guests of the old and of the new one have cost so far.
    pub fn spent(&self) -> (Spent, Spent) {
        (self.old.drive.spent(), self.new.drive.spent())
    }
}

impl Side {
    async fn poll(&mut self, now: Timestamp, answers: &mut Answers) -> Ended {
        let mut live = Live::new(&self.client, answers);
        match self.drive.poll(now, &mut live).await {
            Ok(polled) => Ended { polled, why: None },
            Err(Stopped { why, until }) => Ended { polled: *until, why: Some(why) },
        }
    }
}

impl Ended {
    fn done(&self) -> Done {
        let Polled { asked, changes, told, .. } = &self.polled;
        Done { requests: asked.len(), changes: changes.len(), notifications: told.len() }
    }
}
