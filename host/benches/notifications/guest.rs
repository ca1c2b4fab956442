//! The connector's part, in its sandbox and without.

use std::{collections::HashSet, sync::Arc};

use anyhow::{Result, bail};
use fhir_r4::FhirR4;
use jiff::Timestamp;
use rounds::{
    config::Limits,
    connector::{Cache, Connector, Context, Engine, Guest, Mode, Page, Step},
    egress,
    model::Change,
};
use rounds_sdk::Connector as _;

use crate::{
    arguments::Arguments,
    job,
    recorded::{Recorded, failed},
};

/// What guests made of a poll.
#[derive(Default)]
pub(crate) struct Made {
    /// The changes of each page, those seen before among them.
    pub(crate) pages: Vec<(String, Vec<Change>)>,
    /// What is told of each change: event, payload, memo.
    pub(crate) told: Vec<(String, String, Option<String>)>,
}

/// The connector, loaded as a host loads it.
pub(crate) async fn load(arguments: &Arguments) -> Result<Connector> {
    let cache = Cache::open(&arguments.data.join("cache"))?;
    let engine = Engine::new(&Limits::default(), 2, Some(cache))?;
    Ok(Connector::load(&engine, &arguments.connector).await?)
}

/// All calls of the job, of two guests, as a host makes them.
pub(crate) async fn call(connector: &Connector, recorded: &Recorded) -> Result<Made> {
    let context = context(recorded)?;
    let mut made = Made::default();
    let mut poller = Guest::new(connector, &context, false).await?;
    let mut collector = Guest::new(connector, &context, false).await?;
    let mut seen = HashSet::new();
    let mut cursor = None;
    loop {
        let Page { changes, cursor: next, more, .. } =
            page(&mut poller, cursor.as_deref(), recorded).await?;
        for change in &changes {
            if seen.insert((change.id.clone(), change.version.clone())) {
                made.told.push(collect(&mut collector, change, recorded).await?);
            }
        }
        made.pages.push((next.clone(), changes));
        cursor = Some(next);
        if !more {
            return Ok(made);
        }
    }
}

async fn page(guest: &mut Guest, cursor: Option<&str>, recorded: &Recorded) -> Result<Page> {
    let request = guest.poll(cursor).await?;
    Ok(guest.changes(cursor, &response(recorded, &request.target)?).await?)
}

async fn collect(
    guest: &mut Guest,
    change: &Change,
    recorded: &Recorded,
) -> Result<(String, String, Option<String>)> {
    let mut collected = Vec::new();
    loop {
        match guest.collect(change, None, &collected).await? {
            Step::Fetch(requests) => {
                for request in requests {
                    collected.push(Arc::new(response(recorded, &request.target)?));
                }
            }
            Step::Notify { event, payload, memo } => return Ok((event, payload, memo)),
            Step::Skip { reason, .. } => bail!("skipped: {reason}"),
        }
    }
}

fn context(recorded: &Recorded) -> Result<Context> {
    Ok(Context {
        task: job::task(),
        settings: job::settings().to_string(),
        base_url: recorded.context.base_url.clone(),
        allow_origins: vec![],
        since: Timestamp::UNIX_EPOCH,
        now: recorded.context.now.parse()?,
        mode: Mode::default(),
    })
}

fn response(recorded: &Recorded, target: &str) -> Result<egress::Response> {
    let answer = recorded.answer(target)?.clone();
    Ok(egress::Response {
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        retry_after: None,
    })
}

/// The same calls without a sandbox.
pub(crate) fn call_native(recorded: &Recorded) -> Result<()> {
    let context = &recorded.context;
    let mut cursor = None::<String>;
    for request in &recorded.pages {
        FhirR4::poll(context, cursor.as_deref()).map_err(failed)?;
        let page =
            FhirR4::changes(context, cursor.as_deref(), &recorded.response(&request.target)?)
                .map_err(failed)?;
        cursor = Some(page.cursor);
    }
    for (change, _) in &recorded.told {
        let rounds_sdk::Step::Fetch(requests) =
            FhirR4::collect(context, change, None, &[]).map_err(failed)?
        else {
            continue;
        };
        let collected = requests
            .iter()
            .map(|request| recorded.response(&request.target))
            .collect::<Result<Vec<_>>>()?;
        FhirR4::collect(context, change, None, &collected).map_err(failed)?;
    }
    Ok(())
}
