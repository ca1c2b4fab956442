//! Running a scenario: its exchanges in place of the EHR, and what came of it beside what must.

use super::{
    Difference, Exchange, Fails, Headers, Notification, Odd, Poll, Scenario, Skip, compare,
    difference::Place,
};
use crate::{
    connector::{Connector, Failure, Fault},
    connector_test::{
        drive::{Asked, Drive, Ehr, Polled, Purpose, Stopped, Why},
        json::Json,
    },
    egress::Response,
};

/// What came of a scenario.
#[derive(Debug)]
pub struct Outcome {
    /// What is other than it must be; empty where the scenario passes.
    pub differences: Vec<Difference>,
    /// The scenario with expectations as they would pass, as far as it came.
    pub updated: Scenario,
    /// Requests that were answered.
    pub requests: usize,
    /// Notifications that were told.
    pub notifications: usize,
}

impl Scenario {
    /// Polls a connector with the recorded answers, and compares.
    pub async fn run(&self, connector: &Connector) -> Outcome {
        self.replay(connector, false).await
    }

    /// As [`Scenario::run`], but an answer is given also to a request that differs from the
    /// recorded one, so that [`Outcome::updated`] goes as far as it can.
    pub async fn update(&self, connector: &Connector) -> Outcome {
        self.replay(connector, true).await
    }

    async fn replay(&self, connector: &Connector, forgiving: bool) -> Outcome {
        let mut drive = Drive::new(connector, self.setup()).candid();
        let updated = Self { polls: Vec::new(), ..self.clone() };
        let mut outcome =
            Outcome { differences: Vec::new(), updated, requests: 0, notifications: 0 };
        for (number, (poll, now)) in (1..).zip(self.polls.iter().zip(self.times())) {
            let mut ehr = Recorded::new(poll, forgiving);
            drive.set_mode(poll.mode());
            let ended = drive.poll(now, &mut ehr).await;
            let (polled, why) = match ended {
                Ok(polled) => (polled, None),
                Err(Stopped { why, until }) => (*until, Some(why)),
            };
            outcome.requests += polled.asked.len();
            outcome.notifications += polled.told.len();
            let place = Place::poll(number);
            outcome.differences.extend(compare::poll(&place, poll, &polled, why.as_ref(), &ehr));
            outcome.updated.polls.push(as_it_was(poll, &polled, why.as_ref(), &ehr));
            if why.as_ref().is_some_and(|why| is_no_expectation(poll, why)) {
                // What follows would only tell the same again.
                outcome.updated.polls.extend(self.polls.iter().skip(number).cloned());
                break;
            }
        }
        outcome
    }
}

/// A poll's exchanges in place of the EHR. Each answers one request.
pub(super) struct Recorded<'a> {
    exchanges: &'a [Exchange],
    /// By the order of being asked: which exchange, and the request as it was.
    given: Vec<(usize, Asked)>,
    forgiving: bool,
}

impl<'a> Recorded<'a> {
    fn new(poll: &'a Poll, forgiving: bool) -> Self {
        Self { exchanges: &poll.exchanges, given: Vec::new(), forgiving }
    }

    /// What answered what.
    pub(super) fn given(&self) -> impl Iterator<Item = (usize, &'a Exchange, &Asked)> {
        self.given.iter().filter_map(|(at, asked)| Some((*at, self.exchanges.get(*at)?, asked)))
    }

    /// What nobody asked for.
    pub(super) fn unused(&self) -> impl Iterator<Item = (usize, &'a Exchange)> {
        let is_used = |at: &usize| self.given.iter().any(|(used, _)| used == at);
        self.exchanges.iter().enumerate().filter(move |(at, _)| !is_used(at))
    }

    fn answer_to(&self, asked: &Asked) -> Option<(usize, &'a Exchange)> {
        let exact = self.unused().find(|(_, exchange)| exchange.request == asked.text);
        if exact.is_some() || !self.forgiving {
            return exact;
        }
        let near = self.unused().find(|(_, exchange)| path(&exchange.request) == path(&asked.text));
        near.or_else(|| self.unused().next().filter(|_| asked.of == Purpose::Poll))
    }
}

impl Ehr for Recorded<'_> {
    fn answer(&mut self, asked: &Asked) -> Result<Response, String> {
        let Some((at, exchange)) = self.answer_to(asked) else {
            let left = self.unused().map(|(_, exchange)| format!("\n  {}", exchange.request));
            return Err(match left.collect::<String>() {
                none if none.is_empty() => format!("asked {}, and no exchange is left", asked.text),
                left => format!("asked {}, and what is left answers{left}", asked.text),
            });
        };
        self.given.push((at, asked.clone()));
        Ok(exchange.response())
    }
}

fn path(request: &str) -> &str {
    request.split('?').next().unwrap_or(request)
}

/// Whether a poll ended by what nobody expects of a connector: it, or what it works with, is to be
/// mended, and not what is expected.
fn is_no_expectation(poll: &Poll, why: &Why) -> bool {
    match why {
        Why::Fault(Fault::Failure(failure @ Failure::Internal(_))) => {
            !poll.fails.as_ref().is_some_and(|fails| fails.fits(failure))
        }
        Why::Fault(Fault::Failure(_)) => false,
        _ => true,
    }
}

/// A poll with expectations that fit what it did; what is not compared stays unsaid.
fn as_it_was(poll: &Poll, polled: &Polled, why: Option<&Why>, ehr: &Recorded<'_>) -> Poll {
    if why.is_some_and(|why| is_no_expectation(poll, why)) {
        return poll.clone();
    }
    // What was not asked for before a failure may be asked for once that is mended.
    let left = ehr.unused().filter(|_| why.is_some()).map(|(_, exchange)| exchange.clone());
    let exchange = |(_, exchange, asked): (usize, &Exchange, &Asked)| Exchange {
        request: asked.text.clone(),
        sends: exchange.sends.as_ref().and_then(|_| sent(asked)),
        request_headers: as_sent(&exchange.request_headers, asked),
        ..exchange.clone()
    };
    Poll {
        exchanges: ehr.given().map(exchange).chain(left).collect(),
        cursor: poll.cursor.as_ref().map(|_| polled.cursor.clone()),
        notifications: notifications(polled),
        skipped: skipped(polled),
        unreadable: unreadable(polled),
        notices: polled.notices.clone(),
        fails: match why {
            // What still fits may say less than the failure does.
            Some(Why::Fault(Fault::Failure(failure))) => {
                let fits = poll.fails.clone().filter(|fails| fails.fits(failure));
                Some(fits.unwrap_or_else(|| Fails::from(failure)))
            }
            _ => None,
        },
        ..poll.clone()
    }
}

/// All that a poll told, as a scenario expects it.
pub(in super::super) fn notifications(polled: &Polled) -> Vec<Notification> {
    let told = polled.told.iter().map(|told| Notification {
        record: told.record.clone(),
        event: told.event.clone(),
        key: told.key.clone(),
        version: told.version.clone(),
        data: Json::parse(&told.payload).ok(),
    });
    told.collect()
}

/// All that a poll passed over, as a scenario expects it.
pub(in super::super) fn skipped(polled: &Polled) -> Vec<Skip> {
    let skip = polled.skipped.iter().map(|skipped| Skip {
        record: skipped.record.clone(),
        reason: Some(skipped.reason.clone()),
    });
    skip.collect()
}

/// All that could not be read in a poll, as a scenario expects it.
pub(in super::super) fn unreadable(polled: &Polled) -> Vec<Odd> {
    let odd = polled.unreadable.iter().map(|it| Odd {
        place: it.place.clone(),
        id: it.id.clone(),
        reason: Some(it.reason.clone()),
    });
    odd.collect()
}

/// Of the headers that are compared those that were sent, as they were.
fn as_sent(Headers(compared): &Headers, asked: &Asked) -> Headers {
    let sent = compared
        .iter()
        .filter_map(|(name, _)| Some((name.clone(), asked.header(name)?.to_owned())));
    Headers(sent.collect())
}

/// A request's body, as a scenario expects it.
pub(in super::super) fn sent(asked: &Asked) -> Option<Json> {
    let text = String::from_utf8_lossy(asked.body.as_ref()?).into_owned();
    Some(match Json::parse(&text) {
        Ok(json @ (Json::Table(_) | Json::List(_))) => json,
        _ => Json::text(text),
    })
}

impl Exchange {
    /// An exchange of a request and what answered it.
    pub(in super::super) fn of(asked: &Asked, answer: &Response) -> Self {
        let text = str::from_utf8(&answer.body);
        let body = text.ok().map(|text| match Json::parse(text) {
            Ok(Json::Text(_)) | Err(_) => Json::text(text),
            Ok(json) => json,
        });
        let is_bytes = body.is_none();
        Self {
            request: asked.text.clone(),
            sends: sent(asked),
            request_headers: Headers::default(),
            status: answer.status,
            headers: Headers(answer.headers.clone()),
            body: body.filter(|_| !answer.body.is_empty()),
            body_bytes: is_bytes.then(|| super::Encoded::of(&answer.body)),
        }
    }
}
