//! Canaries: who asks or tells has seen nothing but its own poll.

use url::Url;

use super::{super::world::Inner, anew};

/// Sees what a connector asks: it names the polls that its instance has served.
pub(in super::super) fn asks(world: &mut Inner, ehr: usize, url: &Url) {
    let seen = url.query_pairs().find(|(name, _)| name == "seen");
    let seen = seen.map(|(_, seen)| seen.into_owned()).unwrap_or_default();
    let own = format!("http://{}/", url.host_str().unwrap_or_default());
    if !seen.starts_with(&own) || seen.contains(' ') {
        world.broke(format!("{} was asked by who saw {seen}", url.path()));
    }
    anew::asks(world, ehr, url, &seen);
}
