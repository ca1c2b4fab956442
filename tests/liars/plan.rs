//! What a world is to be: who is polled how, what is written when, and which lies are told.

use super::{
    chronicle::{MINUTE, SECOND},
    lies::{self, Lie},
    record::Kind,
    server::Write,
    user::User,
    writer,
};
use crate::support::chance::Chance;

/// A world that is to be.
pub(super) struct Plan {
    pub(super) chance: Chance,
    /// What is polled.
    pub(super) kinds: Vec<Kind>,
    /// How often, in milliseconds.
    pub(super) interval: i64,
    pub(super) page_size: usize,
    pub(super) script: Vec<Write>,
    pub(super) lies: Vec<Box<dyn Lie>>,
    /// Whether nothing is to be told of what was over before anybody heard of it.
    pub(super) skips_unheard: bool,
    /// What else its user wrote of each action.
    pub(super) further: String,
    /// What else its user wrote.
    pub(super) user: User,
}

impl Plan {
    /// Of a seed.
    pub(super) fn draw(seed: u64) -> Self {
        let mut plan = Self::honest(seed);
        plan.lies = lies::draw(&mut plan.chance);
        plan.settle();
        plan
    }

    /// Of a seed, with these lies, as `late+capped`.
    pub(super) fn with(seed: u64, names: &str) -> Self {
        let mut plan = Self::honest(seed);
        for name in names.split('+') {
            let (_, draw) = lies::ALL.iter().find(|(other, _)| *other == name).unwrap();
            plan.lies.push(draw(&mut plan.chance));
        }
        lies::need_links(&mut plan.lies, &mut plan.chance);
        plan.settle();
        plan
    }

    /// Of a seed, of a server that tells the truth.
    pub(super) fn honest(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut plan = Self::quiet();
        let further = Kind::USUAL[1..].iter().filter(|_| chance.happens(0.25));
        plan.kinds.extend(further);
        plan.interval = [20, 30, 60, 120, 300][chance.below(5) as usize] * SECOND;
        plan.page_size = [3, 5, 10, 10, 25, 100][chance.below(6) as usize];
        plan.script = writer::script(&plan.kinds, plan.interval, &mut chance);
        plan.skips_unheard = chance.happens(0.25);
        plan.chance = chance;
        plan
    }

    /// Of an honest server with nothing on it, polled once a minute by ten.
    pub(super) fn quiet() -> Self {
        Self {
            chance: Chance::new(0),
            kinds: vec![Kind::Appointment],
            interval: MINUTE,
            page_size: 10,
            script: Vec::new(),
            lies: Vec::new(),
            skips_unheard: false,
            further: String::new(),
            user: User::default(),
        }
    }

    /// Lets the lies make of it what they need.
    pub(super) fn settle(&mut self) {
        let mut lies = std::mem::take(&mut self.lies);
        let mut chance = std::mem::replace(&mut self.chance, Chance::new(0));
        lies.iter_mut().for_each(|lie| lie.plans(self, &mut chance));
        (self.lies, self.chance) = (lies, chance);
    }

    /// When the last state is written, and seen.
    pub(super) fn last(&self) -> i64 {
        self.script.iter().map(|write| write.at + write.late).max().unwrap_or(0)
    }
}
