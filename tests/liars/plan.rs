//! What a world is to be: who is polled how, what is written when, and which lies are told.

use std::collections::HashMap;

use rounds::config::{Config, environment::FixedEnvironment};

use super::{
    chronicle::{BEGINNING, MINUTE, SECOND},
    lies::{self, Lie},
    record::Kind,
    server::{BASE, Write},
    writer,
};
use crate::support::{SECRET, chance::Chance};

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
        plan.settle();
        plan
    }

    /// Of a seed, of a server that tells the truth.
    pub(super) fn honest(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut plan = Self::quiet();
        let further = Kind::ALL[1..].iter().filter(|_| chance.happens(0.25));
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

    /// What its user wrote.
    pub(super) fn config(&self) -> Config {
        let (every, further) = (self.interval / SECOND, &self.further);
        let actions: String = self
            .kinds
            .iter()
            .map(|it| format!("{} = {{ every = \"{every}s\"{further} }}\n", it.action()))
            .collect();
        let names = self.kinds.iter().filter(|kind| self.skips_unheard && **kind != Kind::Patient);
        let skipping: Vec<_> = names.map(|kind| kind.action()).collect();
        let size = self.page_size;
        let text = format!(
            "[host]\nconnectors = \"none\"\ndata = \"none\"\n\
             [[destination]]\nname = \"app\"\nurl = \"http://app.sim/\"\n\
             secret = {{ env = \"SECRET\" }}\nevents = [\"*\"]\n\
             [[connection]]\nname = \"general\"\nconnector = \"fhir-r4\"\nbase_url = \"{BASE}\"\n\
             since = \"{BEGINNING}\"\nauth = {{ type = \"none\" }}\nsettings = {{ page_size = {size}, skip_unheard = {skipping:?} }}\n\
             [connection.actions]\n{actions}"
        );
        let variables = HashMap::from([("SECRET".to_owned(), SECRET.to_owned())]);
        let environment = FixedEnvironment { variables, files: HashMap::new() };
        Config::parse(&text, "liars.toml", &environment).unwrap()
    }
}
