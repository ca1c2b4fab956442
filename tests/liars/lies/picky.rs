//! A server that answers 406 to who doesn't ask for plain JSON.

use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment, Plan};
use crate::liars::server::says;

pub(in super::super) enum Picky {
    /// It is enough to ask for it among others.
    Among,
    /// It takes nothing else, and its user knows that.
    Alone,
}

const JSON: &str = "application/json";

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(if chance.happens(0.5) { Picky::Among } else { Picky::Alone })
}

impl Lie for Picky {
    fn name(&self) -> &'static str {
        "picky"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        if matches!(self, Self::Alone) {
            plan.user.headers.push(("accept", JSON));
        }
    }

    fn answers(&mut self, asked: &Asked, _moment: &mut Moment) -> Option<Answered> {
        let accept = asked.header("accept").unwrap_or_default();
        let takes = match self {
            Self::Among => accept.split([',', ';']).any(|it| it.trim() == JSON),
            Self::Alone => accept == JSON,
        };
        (!takes).then(|| says(406))
    }
}
