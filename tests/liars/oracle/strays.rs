//! Nothing goes to an origin that no user named: no request, and so no credential and no patient.

use std::collections::BTreeSet;

use super::Case;

pub(super) fn are_none(case: &Case) -> Vec<String> {
    let told = case.world.strays.iter().map(|stray| {
        let (method, origin) = (&stray.method, stray.url.origin().ascii_serialization());
        let shows = if stray.shows { ", with credentials" } else { "" };
        format!("strayed: {method} {origin}, which nobody named{shows}")
    });
    told.collect::<BTreeSet<_>>().into_iter().collect()
}
