//! What a feed hides, a sweep finds, and counts.

use super::{all_told, booked, world};
use crate::liars::{
    chronicle::{HOUR, SECOND},
    lies::hidden::{HIDDEN, Hidden},
    server::Write,
};

/// So many records; of each hundred, one is hidden.
const MANY: i64 = 500;

fn id(of: &str, place: i64) -> String {
    let hidden = if place % 100 == 50 { HIDDEN } else { "" };
    format!("{of}{hidden}{place}")
}

/// Records that are booked while all can be seen, and moved later, beside those that are booked then.
fn script(later: i64) -> Vec<Write> {
    let at = |begins: i64, place: i64| begins / SECOND + place * 30;
    let first = (0..MANY).map(|place| booked(&id("a", place), 10 + place));
    let moved = (0..MANY).map(|place| {
        let mut write = booked(&id("a", place), at(later, place));
        write.draft.start += 1;
        write
    });
    let new = (0..MANY).map(|place| booked(&id("b", place), at(later, place)));
    first.chain(moved).chain(new).collect()
}

#[test]
fn one_change_in_a_hundred_that_is_hidden_is_told_and_counted() {
    let outcome = all_told(world(script(3 * HOUR), Hidden::Named(3 * HOUR)), 3 * MANY as usize);
    let [Some(rate)] = outcome.miss_rates[..] else { panic!("{:?}", outcome.miss_rates) };
    // Of those that were moved and of those that were booked then.
    let hidden = 2.0 * (MANY / 100) as f64 / (3 * MANY) as f64;
    assert!((0.9 * hidden..=1.1 * hidden).contains(&rate), "{rate}, not {hidden}");
}
