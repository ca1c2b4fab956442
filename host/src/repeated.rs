//! A trouble that repeats, and when it is worth another line of the log. Pure.
//!
//! What fails for hours is tried with growing waits, so that every failure whose count is a power
//! of two is about the first of a new order of them.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How often something failed, and why the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repeated {
    times: u32,
    last: Option<u64>,
}

impl Repeated {
    /// Counts a failure; whether it is worth a line: the first, one with another reason, or one
    /// after twice as many.
    pub(crate) fn is_worth_a_line(&mut self, why: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        why.hash(&mut hasher);
        let why = Some(hasher.finish());
        let is_other = std::mem::replace(&mut self.last, why) != why;
        self.times = self.times.saturating_add(1);
        is_other || self.times.is_power_of_two()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ever_fewer_are_told_until_the_reason_changes() {
        let mut repeated = Repeated::default();
        let told: Vec<_> = (1..=20).filter(|_| repeated.is_worth_a_line("status 503")).collect();
        assert_eq!(told, [1, 2, 4, 8, 16]);
        let mut told = |why| repeated.is_worth_a_line(why);
        assert_eq!(
            [told("status 500"), told("status 500"), told("status 503")],
            [true, false, true]
        );
    }
}
