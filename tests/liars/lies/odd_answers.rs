//! Now and then, an answer that is none, though its status may say that all is well: nothing at all,
//! a promise to answer later, a page for people, or another format.

use bytes::Bytes;
use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment};
use crate::liars::chronicle::MINUTE;

/// A status, what is said of how long to wait, a media type, and a body.
type Odd = (u16, Option<&'static str>, Option<&'static str>, &'static str);

const PAGE: &str = "<!DOCTYPE html><html><body>Please sign in</body></html>";
const XML: &str = "<Bundle xmlns=\"http://hl7.org/fhir\"><total value=\"0\"/></Bundle>";

const ODD: &[Odd] = &[
    (204, None, None, ""),
    (200, None, None, ""),
    (202, None, None, ""),
    (202, Some("20"), None, ""),
    (200, None, Some("text/html; charset=utf-8"), PAGE),
    (503, None, Some("text/html"), PAGE),
    (200, None, Some("application/fhir+xml"), XML),
];

pub(in super::super) struct OddAnswers {
    odd: Odd,
    part: f64,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(OddAnswers { odd: ODD[chance.below(ODD.len() as u64) as usize], part: 0.05 })
}

impl OddAnswers {
    /// All that are known, in place of each answer.
    pub(in super::super) fn always() -> impl Iterator<Item = Self> {
        ODD.iter().map(|odd| Self { odd: *odd, part: 1.0 })
    }

    /// The media type that comes, if any.
    pub(in super::super) fn media_type(&self) -> Option<&'static str> {
        self.odd.2.and_then(|text| text.split(';').next())
    }

    pub(in super::super) fn status(&self) -> u16 {
        self.odd.0
    }
}

impl Lie for OddAnswers {
    fn name(&self) -> &'static str {
        "odd answers"
    }

    fn answers(&mut self, _asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        let (status, wait, media_type, body) = self.odd;
        let wait = wait.map(|value| ("retry-after".to_owned(), value.to_owned()));
        let media_type = media_type.map(|value| ("content-type".to_owned(), value.to_owned()));
        let headers = wait.into_iter().chain(media_type).collect();
        let odd = || Answered { status, headers, body: Bytes::from(body), broken: false };
        moment.chance.happens(self.part).then(odd)
    }

    /// What failed is tried later, and later again.
    fn grace(&self) -> i64 {
        5 * MINUTE
    }

    fn asks(&self) -> i64 {
        2
    }
}
