//! The server's own address, written in another way than the user's that means the same.

use super::{Bundle, Chance, Lie, Moment, Plan};

#[derive(Clone, Copy)]
pub(in super::super) enum OddNames {
    /// With the port that the scheme has anyway.
    UsualPort,
    UpperCase,
    /// The user's has a slash at the end.
    Slash,
    /// From the origin on.
    Path,
    /// A relative link with a URL in its query.
    UrlInQuery,
}

pub(in super::super) const ALL: &[OddNames] = &[
    OddNames::UsualPort,
    OddNames::UpperCase,
    OddNames::Slash,
    OddNames::Path,
    OddNames::UrlInQuery,
];

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(ALL[chance.below(ALL.len() as u64) as usize])
}

impl Lie for OddNames {
    fn name(&self) -> &'static str {
        "odd names"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        plan.user.base = match self {
            Self::Slash => "http://ehr.sim/fhir/".into(),
            _ => "https://ehr.sim/fhir".into(),
        };
        plan.user.shows_a_token();
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        let Some(next) = bundle.next.take() else { return };
        let (_, query) = next.split_once('?').unwrap_or_default();
        bundle.next = Some(match self {
            Self::UsualPort => next.replace("https://ehr.sim/", "https://ehr.sim:443/"),
            Self::UpperCase => next.replace("https://ehr.sim/", "HTTPS://EHR.Sim/"),
            Self::Slash => next,
            Self::Path => next.replace("https://ehr.sim/", "/"),
            Self::UrlInQuery => format!("?{query}&system=http://codes.example/ward"),
        });
    }
}
