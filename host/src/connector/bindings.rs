//! The versions of the contract that this host serves, as one: nobody outside this folder knows
//! which of them a connector speaks.
//!
//! A version is a module with one `bindgen!`, its conversions, and the calls in the host's own
//! types. A released one never changes; the next stands beside it, as a case of each enum here.

pub(super) mod v0_1;
#[cfg(test)]
pub(super) mod v0_2;

use std::sync::Arc;

use wasmtime::{
    Result, Store,
    component::{Instance, InstancePre},
};

use super::{Context, Failure, Manifest, Page, Request, Step, sandbox::Sandbox};
use crate::{egress, model::Change};

/// What a connector answers, where it answers.
pub(super) type Answer<T> = Result<std::result::Result<T, Failure>>;

/// A version of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V0_1,
    #[cfg(test)]
    V0_2,
}

/// Where a loaded component has the functions of the contract.
#[derive(Clone)]
pub(super) enum Exports {
    V0_1(v0_1::Indices),
    #[cfg(test)]
    V0_2(v0_2::Indices),
}

/// The functions of one instance, told whose poll it is.
pub(super) enum Calls {
    V0_1(v0_1::Calls),
    #[cfg(test)]
    V0_2(v0_2::Calls),
}

impl Version {
    /// All that this host serves, the newest first.
    pub(super) const ALL: &[Self] = &[
        #[cfg(test)]
        Self::V0_2,
        Self::V0_1,
    ];

    /// As the contract's folder is called.
    pub(super) fn number(self) -> &'static str {
        match self {
            Self::V0_1 => "0.1.0",
            #[cfg(test)]
            Self::V0_2 => "0.2.0",
        }
    }

    /// Finds the contract's functions in a component.
    pub(super) fn exports(self, instance: &InstancePre<Sandbox>) -> Result<Exports> {
        match self {
            Self::V0_1 => v0_1::Indices::new(instance).map(Exports::V0_1),
            #[cfg(test)]
            Self::V0_2 => v0_2::Indices::new(instance).map(Exports::V0_2),
        }
    }
}

impl Exports {
    /// Asks an instance what it says of itself; the inner error is what is wrong with that.
    pub(super) async fn describe(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
    ) -> Result<std::result::Result<Manifest, String>> {
        match self {
            Self::V0_1(indices) => v0_1::describe(indices, store, instance).await,
            #[cfg(test)]
            Self::V0_2(indices) => v0_2::describe(indices, store, instance).await,
        }
    }

    /// The functions of an instance, for a poll.
    pub(super) fn open(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
        context: &Context,
    ) -> Result<Calls> {
        match self {
            Self::V0_1(it) => v0_1::Calls::open(it, store, instance, context).map(Calls::V0_1),
            #[cfg(test)]
            Self::V0_2(it) => v0_2::Calls::open(it, store, instance, context).map(Calls::V0_2),
        }
    }
}

impl Calls {
    pub(super) async fn poll(
        &self,
        store: &mut Store<Sandbox>,
        cursor: Option<&str>,
    ) -> Answer<Request> {
        match self {
            Self::V0_1(calls) => calls.poll(store, cursor).await,
            #[cfg(test)]
            Self::V0_2(calls) => calls.poll(store, cursor).await,
        }
    }

    pub(super) async fn changes(
        &self,
        store: &mut Store<Sandbox>,
        cursor: Option<&str>,
        answer: &egress::Response,
    ) -> Answer<Page> {
        match self {
            Self::V0_1(calls) => calls.changes(store, cursor, answer).await,
            #[cfg(test)]
            Self::V0_2(calls) => calls.changes(store, cursor, answer).await,
        }
    }

    pub(super) async fn collect(
        &self,
        store: &mut Store<Sandbox>,
        change: &Change,
        memo: Option<&str>,
        collected: &[Arc<egress::Response>],
    ) -> Answer<Step> {
        match self {
            Self::V0_1(calls) => calls.collect(store, change, memo, collected).await,
            #[cfg(test)]
            Self::V0_2(calls) => calls.collect(store, change, memo, collected).await,
        }
    }
}
