//! Next links that lead to an origin that nobody named, and nothing says whose it is.

use super::{Bundle, Chance, Lie, Moment, Plan};

/// Where they lead.
const ELSEWHERE: &str = "https://elsewhere.sim/fhir";

pub(in super::super) struct ForeignLinks {
    /// Whether these are the only links, so that nothing says where the server thinks that it is.
    pub(in super::super) alone: bool,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(ForeignLinks { alone: chance.happens(0.5) })
}

impl Lie for ForeignLinks {
    fn name(&self) -> &'static str {
        "foreign links"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        plan.user.shows_a_token();
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        bundle.is_nameless |= self.alone;
        bundle.next = bundle.next.take().map(|next| elsewhere(&next));
    }
}

/// The same link, at another origin.
pub(super) fn elsewhere(link: &str) -> String {
    let (_, rest) = link.split_once("/fhir").unwrap_or(("", link));
    format!("{ELSEWHERE}{rest}")
}
