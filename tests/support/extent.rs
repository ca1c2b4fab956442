//! How much of a long test is done, and what it draws.

use rounds::practice::Chance;

/// The variable that says how many rounds the tests of faults make: a number, or `whole` for
/// as many as they were made for.
const ROUNDS: &str = "ROUNDS_TEST_ROUNDS";

/// The variable with a seed other than the usual.
const SEED: &str = "ROUNDS_TEST_SEED";

/// How many rounds a test makes: `part` of them where nobody said otherwise.
pub(crate) fn rounds_of(part: usize, whole: usize) -> usize {
    match std::env::var(ROUNDS) {
        Ok(text) if text == "whole" => whole,
        Ok(text) => text.parse().expect("ROUNDS_TEST_ROUNDS is a number or `whole`"),
        Err(_) => part,
    }
}

/// What a round of a test draws from; the same each time unless `ROUNDS_TEST_SEED` is set.
pub(crate) fn chance(round: usize) -> Chance {
    let seed = std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or(4711);
    Chance::seeded(seed ^ ((round as u64) << 32))
}

/// A number below a limit.
pub(crate) fn below(chance: &mut Chance, limit: usize) -> usize {
    usize::try_from(chance.below(limit as u64)).unwrap()
}
