//! The job by hand: reqwest and tokio, no sandbox, no store, nothing that outlives the process.
//! The mapping is the connector's, called as any function.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use anyhow::{Result, ensure};
use bytes::Bytes;
use fhir_r4::FhirR4;
use futures_util::{TryStreamExt, stream};
use jiff::Timestamp;
use reqwest::Client;
use rounds::signature::{self, ID_HEADER, Key, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use rounds_sdk::{Body, Change, Connector, Context, Notification, Page, Request, Response, Step};
use serde::Serialize;
use serde_json::value::RawValue;
use url::Url;

use crate::{
    arguments::Arguments,
    contenders::Run,
    http, job,
    recorded::failed,
    usage::{self, Usage},
};

/// Does the job and prints what it took.
pub(crate) async fn contend(arguments: &Arguments) -> Result<()> {
    let job = Job::new(arguments)?;
    let (start, began) = (usage::cpu(), now());
    let told = job.run(arguments.concurrency).await?;
    ensure!(told == arguments.changes, "{told} were told");
    let run = Run { start, wall: began.elapsed(), usage: Usage::now() };
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures by the machine's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What the job needs.
struct Job {
    http: Client,
    context: Context,
    receiver: Url,
    key: Key,
    sequence: AtomicU64,
}

impl Job {
    fn new(arguments: &Arguments) -> Result<Self> {
        Ok(Self {
            http: http::client(arguments)?,
            context: job::native_context(arguments),
            receiver: arguments.receiver.clone(),
            key: job::key()?,
            sequence: AtomicU64::default(),
        })
    }

    /// Reads page after page and tells of every change; answers how many that were.
    async fn run(&self, concurrency: usize) -> Result<usize> {
        let mut seen = HashSet::new();
        let changes = self
            .pages()
            .map_ok(|page| stream::iter(page.changes.into_iter().map(anyhow::Ok)))
            .try_flatten();
        let fresh = changes.try_filter(|change| {
            std::future::ready(seen.insert((change.id.clone(), change.version.clone())))
        });
        fresh.try_for_each_concurrent(concurrency, |change| self.tell(change)).await?;
        Ok(usize::try_from(self.sequence.load(Ordering::Relaxed))?)
    }

    fn pages(&self) -> impl stream::Stream<Item = Result<Page>> {
        stream::try_unfold((None::<String>, true), async move |(cursor, more)| {
            if !more {
                return Ok(None);
            }
            let page = self.page(cursor.as_deref()).await?;
            let next = (Some(page.cursor.clone()), page.more);
            Ok(Some((page, next)))
        })
    }

    async fn page(&self, cursor: Option<&str>) -> Result<Page> {
        let request = FhirR4::poll(&self.context, cursor).map_err(failed)?;
        let answer = self.get(&request).await?;
        FhirR4::changes(&self.context, cursor, &answer).map_err(failed)
    }

    async fn get(&self, request: &Request) -> Result<Response> {
        let url = format!("{}{}", self.context.base_url, request.target);
        let answer = http::get(&self.http, &url, &request.headers).await?;
        let body = String::from_utf8(answer.body.into()).map(Body::Text)?;
        Ok(Response { status: answer.status, headers: answer.headers, body })
    }

    async fn tell(&self, change: Change) -> Result<()> {
        let mut collected = Vec::new();
        loop {
            match FhirR4::collect(&self.context, &change, None, &collected).map_err(failed)? {
                Step::Fetch(requests) => {
                    for request in requests {
                        collected.push(self.get(&request).await?);
                    }
                }
                Step::Notify(notification) => return self.post(&change, &notification).await,
                Step::Skip(_) => return Ok(()),
            }
        }
    }

    async fn post(&self, change: &Change, notification: &Notification) -> Result<()> {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let (id, body) = envelope(change, notification, sequence)?;
        let headers = sign(&id, &body, &self.key);
        http::post(&self.http, &self.receiver, &headers, body).await
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: &'a RawValue,
    meta: Meta<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    id: &'a str,
    connection: &'a str,
    action: &'a str,
    record: &'a str,
    key: &'a str,
    connector: &'a str,
    sequence: u64,
    backfill: bool,
    changed_at: Option<&'a str>,
    observed_at: Timestamp,
}

/// A notification as the host would write it, and its id.
pub(crate) fn envelope(
    change: &Change,
    notification: &Notification,
    sequence: u64,
) -> Result<(String, Bytes)> {
    let at = Timestamp::now();
    let id = format!(
        "msg_{}",
        rounds_sdk::fingerprint([
            change.id.as_str(),
            change.version.as_deref().unwrap_or_default()
        ])
    );
    let meta = Meta {
        id: &id,
        connection: "practice",
        action: "appointments",
        record: &change.id,
        key: change.key.as_deref().unwrap_or_default(),
        connector: "fhir-r4@0.1.0",
        sequence,
        backfill: true,
        changed_at: change.occurred_at.as_deref(),
        observed_at: at,
    };
    let data = serde_json::from_str(&notification.payload)?;
    let body =
        serde_json::to_vec(&Envelope { r#type: &notification.event, timestamp: at, data, meta })?;
    Ok((id, body.into()))
}

/// The headers of a notification.
pub(crate) fn sign(id: &str, body: &[u8], key: &Key) -> [(&'static str, String); 4] {
    let seconds = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
    let signature = signature::sign(id, seconds, body, std::slice::from_ref(key));
    [
        ("content-type", "application/json".to_owned()),
        (ID_HEADER, id.to_owned()),
        (TIMESTAMP_HEADER, seconds.to_string()),
        (SIGNATURE_HEADER, signature),
    ]
}
