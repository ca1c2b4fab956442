//! The calls that are measured, as a host makes them.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use rounds::{
    connector::{Connector, Context, Engine, Guest, Mode, Page, Step},
    egress::Response,
    model::{Change, TaskId},
};

use crate::records;

/// A connector with all that it is called with.
pub(crate) struct Calls {
    pub(crate) connector: Connector,
    pub(crate) context: Context,
    page: Response,
    change: Change,
    patient: Arc<Response>,
}

impl Calls {
    /// Loads a connector.
    pub(crate) async fn new(engine: &Engine, file: &Path) -> Result<Self> {
        let connector = Connector::load(engine, file).await?;
        let context = context();
        let mut guest = Guest::new(&connector, &context, false).await?;
        let page = guest.changes(None, &response(records::answer(0..1))).await?;
        let change = page.changes.into_iter().next().context("a change")?;
        let patient = Arc::new(response(records::patient()));
        let page = response(records::answer(0..records::PAGE));
        Ok(Self { connector, context, page, change, patient })
    }

    /// A guest that was not called yet.
    pub(crate) async fn guest(&self) -> Result<Guest> {
        Ok(Guest::new(&self.connector, &self.context, false).await?)
    }

    pub(crate) async fn poll(&self, guest: &mut Guest) -> Result<()> {
        guest.poll(None).await?;
        Ok(())
    }

    /// Reads a long page.
    pub(crate) async fn changes(&self, guest: &mut Guest) -> Result<()> {
        let Page { changes, .. } = guest.changes(None, &self.page).await?;
        match changes.len() {
            records::PAGE => Ok(()),
            other => bail!("{other} changes"),
        }
    }

    /// Tells of a change whose patient was asked for.
    pub(crate) async fn collect(&self, guest: &mut Guest) -> Result<()> {
        match guest.collect(&self.change, None, std::slice::from_ref(&self.patient)).await? {
            Step::Notify { .. } => Ok(()),
            _ => bail!("nothing was told"),
        }
    }
}

/// What guests are told.
fn context() -> Context {
    Context {
        task: TaskId { connection: "clinic".into(), action: "appointments".into() },
        settings: format!(r#"{{"page_size":{}}}"#, records::PAGE),
        base_url: "http://ehr.example".into(),
        allow_origins: vec![],
        since: Timestamp::UNIX_EPOCH,
        now: Timestamp::UNIX_EPOCH,
        mode: Mode::default(),
    }
}

fn response(body: String) -> Response {
    let headers = vec![("content-type".into(), "application/json".into())];
    Response { status: 200, headers, body: body.into(), retry_after: None }
}
