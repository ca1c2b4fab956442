//! Rounds.
fn main() {}
