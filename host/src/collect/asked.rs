//! Requests of one poll: equal ones are sent once, and their answer is shared.

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

use crate::{connector::Request, egress};

/// Answers are kept for equal requests up to so many of them, and so many bytes; past that, they
/// are forgotten all at once, and an equal request is sent once more.
const KEPT: usize = 8_192;
const KEPT_BYTES: usize = 32 << 20;

pub(super) type Answers = Result<Vec<Arc<egress::Response>>, Arc<egress::Error>>;
type Sent = Result<Arc<egress::Response>, Arc<egress::Error>>;
type Answer = Shared<BoxFuture<'static, Sent>>;

/// What was asked in a poll.
#[derive(Default)]
pub(super) struct Asked {
    answers: HashMap<Request, Answer>,
    /// Bytes of these answers' bodies, as far as they have come.
    bytes: Arc<AtomicUsize>,
}

impl Asked {
    /// The answers to requests, in their order, and whether any of them is still to come.
    pub(super) fn ask(
        &mut self,
        client: &egress::Client,
        requests: Vec<Request>,
    ) -> (bool, impl Future<Output = Answers> + use<>) {
        let answers: Vec<_> =
            requests.into_iter().map(|request| self.answer(client, request)).collect();
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

    fn answer(&mut self, client: &egress::Client, request: Request) -> Answer {
        if let Some(answer) = self.answers.get(&request).filter(|answer| !has_failed(answer)) {
            return answer.clone();
        }
        if self.is_full() {
            *self = Self::default();
        }
        let answer = self.counted(send(client.clone(), request.clone())).boxed().shared();
        self.answers.insert(request, answer.clone());
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
    use std::future;

    use bytes::Bytes;

    use super::*;

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
            let answer = future::ready(Ok(Arc::new(answer))).boxed().shared();
            asked.answers.insert(request(target), answer);
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
