//! The contract's functions, in the host's own types.

use std::{result, sync::Arc};

use wasmtime::{Result, Store, component::Instance};

use super::{Indices, exported, types};
use crate::{
    connector::{
        Context, Failure, Manifest, Page, Request, Step, bindings::Answer, sandbox::Sandbox,
    },
    egress,
    model::Change,
};

/// The functions of one instance, told whose poll it is.
pub(in crate::connector) struct Calls {
    guest: exported::Guest,
    context: types::Context,
}

/// What an instance says of itself; the inner error is what is wrong with that.
pub(in crate::connector) async fn describe(
    indices: &Indices,
    store: &mut Store<Sandbox>,
    instance: &Instance,
) -> Result<result::Result<Manifest, String>> {
    let guest = indices.load(&mut *store, instance)?;
    guest.call_describe(store).await.map(Manifest::try_from)
}

impl Calls {
    pub(in crate::connector) fn open(
        indices: &Indices,
        store: &mut Store<Sandbox>,
        instance: &Instance,
        context: &Context,
    ) -> Result<Self> {
        Ok(Self { guest: indices.load(store, instance)?, context: context.into() })
    }

    pub(in crate::connector) async fn poll(
        &self,
        store: &mut Store<Sandbox>,
        cursor: Option<&str>,
    ) -> Answer<Request> {
        converted(self.guest.call_poll(store, &self.context, cursor).await)
    }

    pub(in crate::connector) async fn changes(
        &self,
        store: &mut Store<Sandbox>,
        cursor: Option<&str>,
        answer: &egress::Response,
    ) -> Answer<Page> {
        let answer = types::Response::from(answer);
        converted(self.guest.call_changes(store, &self.context, cursor, &answer).await)
    }

    pub(in crate::connector) async fn collect(
        &self,
        store: &mut Store<Sandbox>,
        change: &Change,
        memo: Option<&str>,
        collected: &[Arc<egress::Response>],
    ) -> Answer<Step> {
        let change = types::Change::from(change);
        let collected: Vec<_> =
            collected.iter().map(|answer| types::Response::from(answer.as_ref())).collect();
        converted(self.guest.call_collect(store, &self.context, &change, memo, &collected).await)
    }
}

fn converted<A: Into<B>, B>(answered: Result<result::Result<A, types::Failure>>) -> Answer<B> {
    answered.map(|answer| answer.map(Into::into).map_err(Failure::from))
}
