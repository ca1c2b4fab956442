//! Seeds: which somebody asked for, and running them side by side.

use std::{
    env,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// Threads of a test.
const THREADS: usize = 2;

/// Runs seeds side by side until some were found; answers what was found of which.
pub(crate) fn found_of<T: Send>(
    seeds: Range<u64>,
    most: usize,
    run: impl Fn(u64) -> Option<T> + Sync,
) -> Vec<(u64, T)> {
    let (next, found) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    let work = || {
        while found.lock().unwrap().len() < most {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            if let Some(of_it) = run(seed) {
                found.lock().unwrap().push((seed, of_it));
            }
        }
    };
    thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(work))));
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|(seed, _)| *seed);
    found
}

/// The seeds that a variable of the environment asks for, and whether it is one to be shown.
pub(crate) fn asked_for(variable: &str, usual: u64) -> (Range<u64>, bool) {
    let text = env::var(variable).unwrap_or_default();
    let number =
        |text: &str| text.parse().unwrap_or_else(|_| panic!("{variable} is no number or range"));
    match text.split_once("..") {
        Some((from, to)) => (number(from)..number(to), false),
        None if text.is_empty() => (0..usual, false),
        None => (number(&text)..number(&text) + 1, true),
    }
}
