//! The clinic's `changes`, called as any function.

use anyhow::{Result, anyhow, ensure};
use clinic::Clinic;
use rounds_sdk::{Body, Connector, Context, Response};

use crate::records;

/// What the call needs.
pub(crate) struct Native {
    context: Context,
    page: Response,
}

impl Native {
    pub(crate) fn new(context: &rounds::connector::Context) -> Self {
        let context = Context {
            action: context.task.action.to_string(),
            settings: context.settings.clone(),
            base_url: context.base_url.clone(),
            since: context.since.to_string(),
            now: context.now.to_string(),
            ..Context::default()
        };
        let headers = vec![("content-type".into(), "application/json".into())];
        let body = Body::Text(records::answer(0..records::PAGE));
        Self { context, page: Response { status: 200, headers, body } }
    }

    /// Reads a long page.
    pub(crate) fn changes(&self) -> Result<()> {
        let page = Clinic::changes(&self.context, None, &self.page);
        let page = page.map_err(|failure| anyhow!("{failure:?}"))?;
        ensure!(page.changes.len() == records::PAGE, "{} changes", page.changes.len());
        Ok(())
    }
}
