//! Somebody puts a clock back by an hour: the host's, or the server's.

use super::{Chance, Lie};
use crate::liars::chronicle::{HOUR, MINUTE};

pub(in super::super) struct PutBack {
    pub(in super::super) at: i64,
    pub(in super::super) of_host: bool,
}

pub(super) fn draw_host(chance: &mut Chance) -> Box<dyn Lie> {
    draw(chance, true)
}

pub(super) fn draw_server(chance: &mut Chance) -> Box<dyn Lie> {
    draw(chance, false)
}

fn draw(chance: &mut Chance, of_host: bool) -> Box<dyn Lie> {
    Box::new(PutBack { at: chance.between(2, 30) as i64 * MINUTE, of_host })
}

impl PutBack {
    fn ahead(&self, now: i64) -> i64 {
        if now < self.at { 0 } else { -HOUR }
    }
}

impl Lie for PutBack {
    fn name(&self) -> &'static str {
        if self.of_host { "host put back" } else { "server put back" }
    }

    fn host_clock(&self, now: i64) -> i64 {
        if self.of_host { self.ahead(now) } else { 0 }
    }

    fn ehr_clock(&self, now: i64) -> i64 {
        if self.of_host { 0 } else { self.ahead(now) }
    }

    /// As it is read again by a clock that was put back.
    fn blurs(&self) -> i64 {
        if self.of_host { 0 } else { 2 * HOUR }
    }

    /// What was written in the hour before is of the future until then.
    fn is_dear(&self) -> bool {
        !self.of_host
    }
}
