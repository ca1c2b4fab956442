//! What the EHR answers in the job, read once, so that each part of the job can be measured alone.

use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, Result, anyhow};
use fhir_r4::FhirR4;
use reqwest::Client;
use rounds_sdk::{Body, Change, Connector, Context, Notification, Request, Response, Step};

use crate::{
    arguments::Arguments,
    http::{self, Answer},
    job,
};

/// A poll with all that it leads to.
pub(crate) struct Recorded {
    pub(crate) context: Context,
    /// The pages asked for, in order.
    pub(crate) pages: Vec<Request>,
    /// The patients asked for.
    pub(crate) patients: Vec<Request>,
    /// What changed, and what is told of it.
    pub(crate) told: Vec<(Change, Notification)>,
    answers: HashMap<String, Answer>,
}

impl Recorded {
    /// Does the job without telling anyone.
    pub(crate) async fn read(arguments: &Arguments) -> Result<Self> {
        let http = http::client(arguments)?;
        let context = job::native_context(arguments);
        let (pages, patients, told) = (Vec::new(), Vec::new(), Vec::new());
        let mut recorded = Self { context, pages, patients, told, answers: HashMap::new() };
        recorded.poll(&http).await?;
        Ok(recorded)
    }

    /// The answer to a request, as it was.
    pub(crate) fn answer(&self, target: &str) -> Result<&Answer> {
        self.answers.get(target).with_context(|| format!("{target} was not recorded"))
    }

    /// The same as the native mapping reads it.
    pub(crate) fn response(&self, target: &str) -> Result<Response> {
        let Answer { status, headers, body } = self.answer(target)?.clone();
        Ok(Response { status, headers, body: Body::Text(String::from_utf8(body.into())?) })
    }

    async fn poll(&mut self, http: &Client) -> Result<()> {
        let (mut cursor, mut seen) = (None::<String>, HashSet::new());
        loop {
            let request = FhirR4::poll(&self.context, cursor.as_deref()).map_err(failed)?;
            self.ask(http, &request).await?;
            let page =
                FhirR4::changes(&self.context, cursor.as_deref(), &self.response(&request.target)?)
                    .map_err(failed)?;
            self.pages.push(request);
            for change in page.changes {
                if seen.insert((change.id.clone(), change.version.clone())) {
                    self.collect(http, change).await?;
                }
            }
            cursor = Some(page.cursor);
            if !page.more {
                return Ok(());
            }
        }
    }

    async fn collect(&mut self, http: &Client, change: Change) -> Result<()> {
        let mut collected = Vec::new();
        loop {
            match FhirR4::collect(&self.context, &change, None, &collected).map_err(failed)? {
                Step::Fetch(requests) => {
                    for request in requests {
                        self.ask(http, &request).await?;
                        collected.push(self.response(&request.target)?);
                        self.patients.push(request);
                    }
                }
                Step::Notify(notification) => {
                    self.told.push((change, notification));
                    return Ok(());
                }
                Step::Skip(_) => return Ok(()),
            }
        }
    }

    async fn ask(&mut self, http: &Client, request: &Request) -> Result<()> {
        let url = format!("{}{}", self.context.base_url, request.target);
        let answer = http::get(http, &url, &request.headers).await?;
        self.answers.insert(request.target.clone(), answer);
        Ok(())
    }
}

pub(crate) fn failed(failure: rounds_sdk::Failure) -> anyhow::Error {
    anyhow!("{failure:?}")
}
