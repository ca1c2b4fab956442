//! Requests of one poll: equal ones are sent once, and their answer is shared.

use std::{collections::HashMap, sync::Arc};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, try_join_all},
};

use crate::{connector::Request, egress};

/// Answers are kept for equal requests up to so many of them; past that, they are forgotten all
/// at once, and an equal request is sent once more.
const KEPT: usize = 8_192;

type Answer = Shared<BoxFuture<'static, Result<Arc<egress::Response>, Arc<egress::Error>>>>;

/// What was asked in a poll.
#[derive(Default)]
pub(super) struct Asked(HashMap<Request, Answer>);

impl Asked {
    /// The answers to requests, in their order.
    pub(super) fn ask(
        &mut self,
        client: &egress::Client,
        requests: Vec<Request>,
    ) -> impl Future<Output = Result<Vec<Arc<egress::Response>>, Arc<egress::Error>>> + use<> {
        try_join_all(
            requests.into_iter().map(|request| self.answer(client, request)).collect::<Vec<_>>(),
        )
    }

    fn answer(&mut self, client: &egress::Client, request: Request) -> Answer {
        if let Some(answer) = self.0.get(&request).filter(|answer| !has_failed(answer)) {
            return answer.clone();
        }
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        let answer = send(client.clone(), request.clone()).boxed().shared();
        self.0.insert(request, answer.clone());
        answer
    }
}

/// A failure is not shared with those who ask later: they ask anew.
fn has_failed(answer: &Answer) -> bool {
    answer.peek().is_some_and(Result::is_err)
}

async fn send(
    client: egress::Client,
    request: Request,
) -> Result<Arc<egress::Response>, Arc<egress::Error>> {
    let Request { method, target, headers, body } = request;
    let request = egress::Request { method, target, headers, body };
    client.send(&request).await.map(Arc::new).map_err(Arc::new)
}
