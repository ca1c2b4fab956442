//! Numbers that look random and are the same for the same seed, today and in ten years.
//!
//! Crates of random numbers keep the right to change their streams between versions; what
//! the practice EHR makes of a seed should not change with a dependency.

/// A stream of numbers from a seed: SplitMix64, as published by Steele, Lea and Flood (2014).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of this seed.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, of all 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scramble(self.0)
    }

    /// A number from 0 up to, not including, `limit`; 0 where the limit is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number().checked_rem(limit).unwrap_or(0)
    }

    /// One of these, or `None` of none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let place = self.below(of.len() as u64);
        of.get(usize::try_from(place).unwrap_or(0))
    }

    /// One of these words, or an empty one of none.
    pub(super) fn word<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.pick(of).copied().unwrap_or_default()
    }
}

/// Spreads the bits of a number over all of it: the output function of SplitMix64.
pub(super) fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_stream() {
        let mut chance = Chance::seeded(1_234_567);
        assert_eq!(chance.number(), 6_457_827_717_110_365_317);
        assert_eq!(chance.number(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn nothing_is_picked_of_nothing() {
        let mut chance = Chance::seeded(1);
        assert_eq!(chance.pick::<u8>(&[]), None);
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.word(&[]), "");
    }
}
