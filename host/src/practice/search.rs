//! Searches: what a query asks for, and the Bundle that answers it.

pub(super) mod bundle;
mod moment;
pub(super) mod query;
