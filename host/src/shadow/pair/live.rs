//! An EHR that is asked once, though two ask.

use std::collections::HashMap;

use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    connector_test::drive::{Asked, Ehr},
    egress::{Client, Request, Response},
};

/// What was answered in one poll: to each request, as often as it was sent.
#[derive(Default)]
pub(super) struct Answers(HashMap<Request, Vec<Answer>>);

type Answer = Result<Response, String>;

impl Answers {
    /// Requests that were sent.
    pub(super) fn sent(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

/// The EHR as one of the two asks it.
pub(super) struct Live<'a> {
    client: &'a Client,
    answers: &'a mut Answers,
    /// How often this one asked what.
    asked: HashMap<Request, usize>,
}

impl<'a> Live<'a> {
    pub(super) fn new(client: &'a Client, answers: &'a mut Answers) -> Self {
        Self { client, answers, asked: HashMap::new() }
    }

    /// Waits for the answer where it stands: nothing else runs in this process.
    fn send(&self, request: &Request) -> Answer {
        let answer = block_in_place(|| Handle::current().block_on(self.client.send(request)));
        answer.map_err(|error| error.to_string())
    }
}

impl Ehr for Live<'_> {
    fn answer(&mut self, asked: &Asked) -> Answer {
        let request = asked.request();
        let times = self.asked.entry(request.clone()).or_default();
        let (turn, given) = (*times, self.answers.0.get(&request));
        *times += 1;
        if let Some(answer) = given.and_then(|answers| answers.get(turn)) {
            return answer.clone();
        }
        let answer = self.send(&request);
        self.answers.0.entry(request).or_default().push(answer.clone());
        answer
    }
}
