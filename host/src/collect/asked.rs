//! Requests about containers: of equal ones one is sent, and its answer is shared by all that were
//! found before it was.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, try_join_all},
};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{clock, connector::Request, egress};

/// Answers are kept for equal requests up to so many of them, and so many bytes; past that, they
/// are forgotten all at once, and an equal request is sent once more.
const KEPT: usize = 8_192;
const KEPT_BYTES: usize = 32 << 20;

pub(super) type Answers = Result<Vec<Arc<egress::Response>>, Arc<egress::Error>>;
type Sent = Result<Arc<egress::Response>, Arc<egress::Error>>;
type Answer = Shared<BoxFuture<'static, Sent>>;

/// What was asked.
#[derive(Default)]
pub(super) struct Asked {
    answers: HashMap<Request, Kept>,
    /// Bytes of these answers' bodies, as far as they have come.
    bytes: Arc<AtomicUsize>,
}

/// An answer, and when it was asked for.
struct Kept {
    at: Timestamp,
    sent: Instant,
    answer: Answer,
}

/// Which answers will do for a container: those that are no older than what was found of it.
#[derive(Clone, Copy)]
pub(super) struct Since {
    /// When the poll began that found it.
    pub(super) found: Timestamp,
    pub(super) now: Timestamp,
}

impl Since {
    /// By the clock, and by how much time has passed: a clock may be set.
    fn takes(self, kept: &Kept) -> bool {
        (self.found..=self.now).contains(&kept.at)
            && kept.sent.elapsed() <= clock::until(self.found, self.now)
    }
}

impl Asked {
    /// The answers to requests, in their order, and whether any of them is still to come.
    pub(super) fn ask(
        &mut self,
        client: &egress::Client,
        requests: Vec<Request>,
        since: Since,
    ) -> (bool, impl Future<Output = Answers> + use<>) {
        let answers: Vec<_> =
            requests.into_iter().map(|request| self.answer(client, request, since)).collect();
        let is_sent = answers.iter().any(|answer| answer.peek().is_none());
        (is_sent, try_join_all(answers))
    }

    /// Lets go of answers that led to no good end, so that who tries again hears what the EHR says
    /// by then.
    pub(super) fn forget(&mut self, requests: &[Request]) {
        for request in requests {
            self.answers.remove(request);
        }
    }

    fn answer(&mut self, client: &egress::Client, request: Request, since: Since) -> Answer {
        let will_do = |kept: &&Kept| since.takes(kept) && !has_failed(&kept.answer);
        if let Some(kept) = self.answers.get(&request).filter(will_do) {
            return kept.answer.clone();
        }
        if self.is_full() {
            *self = Self::default();
        }
        let answer = self.counted(send(client.clone(), request.clone())).boxed().shared();
        let kept = Kept { at: since.now, sent: Instant::now(), answer: answer.clone() };
        self.answers.insert(request, kept);
        answer
    }

    fn is_full(&self) -> bool {
        self.answers.len() >= KEPT || self.bytes.load(Ordering::Relaxed) >= KEPT_BYTES
    }

    fn counted<S>(&self, sending: S) -> impl Future<Output = Sent> + use<S>
    where
        S: Future<Output = Sent>,
    {
        let bytes = Arc::clone(&self.bytes);
        async move {
            let answer = sending.await?;
            bytes.fetch_add(answer.body.len(), Ordering::Relaxed);
            Ok(answer)
        }
    }
}

/// A failure is not shared with those who ask later: they ask anew.
fn has_failed(answer: &Answer) -> bool {
    answer.peek().is_some_and(Result::is_err)
}

async fn send(client: egress::Client, request: Request) -> Sent {
    client.send(&request.into()).await.map(Arc::new).map_err(Arc::new)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{future, time::Duration};

    use bytes::Bytes;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(seconds: u64) -> Timestamp {
        clock::after(NOW, Duration::from_secs(seconds))
    }

    fn kept(at: Timestamp, answer: egress::Response) -> Kept {
        let answer = future::ready(Ok(Arc::new(answer))).boxed().shared();
        Kept { at, sent: Instant::now(), answer }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_will_do_that_was_asked_for_after_the_poll_began() {
        let body = Bytes::new();
        let answer = egress::Response { status: 200, headers: vec![], body, retry_after: None };
        let kept = kept(at(100), answer);
        tokio::time::advance(Duration::from_secs(30)).await;
        for (found, now, takes) in [
            (90, 130, true),
            (100, 130, true),
            (101, 130, false),
            // The clock was put back, by a little or a lot, or forward.
            (80, 95, false),
            (99, 110, false),
            (90, 4_000, true),
            (3_990, 4_000, false),
        ] {
            let since = Since { found: at(found), now: at(now) };
            assert_eq!(since.takes(&kept), takes, "{found} {now}");
        }
    }

    #[test]
    fn what_is_tried_again_is_asked_again() {
        let (mut asked, headers) = (Asked::default(), Vec::new());
        let request = |target: &str| Request {
            method: egress::Method::Get,
            target: target.into(),
            headers: headers.clone(),
            body: None,
        };
        for target in ["/patient/7", "/patient/8"] {
            let answer = egress::Response {
                status: 404,
                headers: headers.clone(),
                body: Bytes::new(),
                retry_after: None,
            };
            asked.answers.insert(request(target), kept(NOW, answer));
        }
        asked.forget(&[request("/patient/7"), request("/patient/9")]);
        assert_eq!(asked.answers.keys().map(|it| &it.target).collect::<Vec<_>>(), ["/patient/8"]);
    }

    #[tokio::test]
    async fn large_answers_are_not_kept_for_long() {
        let asked = Asked::default();
        let body = Bytes::from(vec![0; KEPT_BYTES / 2]);
        let answer = egress::Response { status: 200, headers: vec![], body, retry_after: None };
        for full in [false, true] {
            asked.counted(future::ready(Ok(Arc::new(answer.clone())))).await.unwrap();
            assert_eq!(asked.is_full(), full);
        }
    }
}
