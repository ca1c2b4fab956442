//! Servers that lie, from seeds.
//!
//! `simulation` breaks what is around a host that speaks to honest servers; here all around it is
//! well, and what it speaks to is a FHIR server as they are: one that does not sort, counts wrongly,
//! shows records minutes after their own time, moves pages while they are read, refuses one patient,
//! and whatever else was seen of real ones. A seed makes some tens to a few hundred records, clients
//! that write them, an interval, a page's size, and one to three of the lies in [`lies`]; hours pass
//! in a moment. The host, the network's policy and the connector are the real ones.
//!
//! [`oracle`] knows what was written and holds it against what a receiver was told: nothing missed,
//! twice, out of order, misnamed, late or of another patient, an idle poll that costs one request, no
//! request to whom no user named, and no word of a patient in what is said of it all.
//!
//! | lie | is | of kind |
//! | --- | --- | --- |
//! | `mute`, `wrong total`, `odd envelope`, `no next`, `full page` | what a page says of how many there are, and where they are | 4, 5 |
//! | `unsorted`, `unfiltered`, `capped` | what of a question is passed over | 4 |
//! | `transactions`, `coarse times` | many of one time | 4, 21 |
//! | `offset`, `contents of now`, `short pages`, `gone pages` | pages that move, and change, and go | 20 |
//! | `late`, `cache`, `hidden` | what is seen later than its own time, or never by it | 19, 3 |
//! | `one version`, `versions`, `reading time` | what tells two states apart, or does not | 4 |
//! | `odd records` | one thing that stops all | 5 |
//! | `refused patient`, `flaky lookups`, `outage` | one record's trouble, and a whole server's | 5, 6, 13 |
//! | `refusing receiver`, `flaky receiver` | the same of who is told | 13 |
//! | `skew`, `host put back`, `server put back` | clocks | 4 |
//! | `moving patients` | a record with two keys | 10 |
//! | `other names`, `odd names`, `foreign links`, `needless links` | the server's own address, as its user doesn't know it | 1 |
//! | `link paths`, `picky`, `odd text`, `odd answers` | what a server may choose: paths, media types, bytes, statuses | 2 |
//! | `coarse questions`, `no fractions`, `offsets` | how finely it may be asked, how it writes times | 3 |
//! | `sign-in`, `odd sign-in` | what a token endpoint wants, and calls a token | 3 |
//! | `long urls` | many records that one URL cannot name | 9 |
//! | `redirects`, `redirecting receiver`, `odd receiver` | answers that lead away, or say little | 7, 8 |
//! | `several patients`, `drafts`, `merges`, `ended names`, `release 5` | whom a record is about | 9 |
//!
//! `LIE=late LIARS=0..16 …` runs one alone, or some together.
//!
//! `LIARS=0..1000 cargo test -p rounds --test rounds -- liars::seeds --nocapture` runs as many as
//! one likes, and `LIARS=17 …` shows all that happens in one.

mod chronicle;
mod doors;
mod lies;
mod logs;
mod oracle;
mod plan;
mod receiver;
mod record;
mod rows;
mod run;
mod server;
mod user;
mod world;
mod writer;

use std::{collections::BTreeMap, env, ops::Range};

use self::{
    plan::Plan,
    run::{Outcome, run},
};
use crate::support::seeds;

/// How many seeds the tests run.
const USUAL: u64 = 60;
/// How many of each lie alone.
const ALONE: u64 = 4;
/// Seeds that are told of.
const MOST: usize = 8;

fn broken(
    seeds: Range<u64>,
    most: usize,
    plan: impl Fn(u64) -> Plan + Sync,
) -> Vec<(u64, Outcome)> {
    seeds::found_of(seeds, most, |seed| {
        let mut outcome = run(plan(seed), false);
        outcome.events.clear();
        (!outcome.broken.is_empty()).then_some(outcome)
    })
}

#[test]
fn honest_servers_are_told_of_whole() {
    let found = broken(0..USUAL, MOST, Plan::honest);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn seeds_hold() {
    let (seeds, shows) = seeds::asked_for("LIARS", USUAL);
    if shows {
        eprintln!("{:#?}", run(Plan::draw(seeds.start), true));
        return;
    }
    let found = broken(seeds, MOST, Plan::draw);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_seed_is_the_same_world_again() {
    for seed in 0..10 {
        assert_eq!(run(Plan::draw(seed), false), run(Plan::draw(seed), false), "seed {seed}");
    }
}

/// Each lie holds alone. `LIE` names one, or some that stand together (`late+capped`), to be shown
/// whole.
#[test]
fn each_lie_alone() {
    let (range, shows) = seeds::asked_for("LIARS", ALONE);
    let only = env::var("LIE").unwrap_or_default();
    if shows && !only.is_empty() {
        eprintln!("{:#?}", run(Plan::with(range.start, &only), true));
        return;
    }
    let all = lies::ALL.iter().map(|(name, _)| *name);
    let names: Vec<&str> = if only.is_empty() { all.collect() } else { vec![&only] };
    let mut unseen = Vec::new();
    for name in names {
        let found = broken(range.clone(), usize::MAX, |seed| Plan::with(seed, name));
        let mut kinds = BTreeMap::<&str, Vec<u64>>::new();
        for (seed, what) in
            found.iter().flat_map(|(seed, it)| it.broken.iter().map(move |it| (seed, it)))
        {
            let seeds = kinds.entry(what.split(':').next().unwrap()).or_default();
            seeds.push(*seed);
            seeds.dedup();
        }
        eprintln!("{name}: {} of {range:?} broken: {kinds:?}", found.len());
        if !only.is_empty() {
            eprintln!("{found:#?}");
        }
        if !found.is_empty() {
            unseen.push(name);
        }
    }
    assert!(unseen.is_empty(), "{unseen:?}");
}
