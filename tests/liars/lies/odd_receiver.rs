//! A receiver that takes what it is sent, and says so in a way of its own.

use bytes::Bytes;
use rounds::egress::Answered;

use super::{Chance, Lie, Moment, Told};

/// A status, a media type and a body.
const ODD: &[(u16, Option<&str>, &str)] = &[
    (202, None, ""),
    (204, None, ""),
    (205, None, ""),
    (200, None, ""),
    (200, Some("text/html"), "<!DOCTYPE html><html><body>Thank you</body></html>"),
    (203, Some("application/xml"), "<ok/>"),
];

pub(in super::super) struct OddReceiver;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(OddReceiver)
}

impl Lie for OddReceiver {
    fn name(&self) -> &'static str {
        "odd receiver"
    }

    fn hears(&mut self, _told: &Told, moment: &mut Moment) -> Option<Answered> {
        let (status, media_type, body) = ODD[moment.chance.below(ODD.len() as u64) as usize];
        let media_type = media_type.map(|value| ("content-type".to_owned(), value.to_owned()));
        let headers = media_type.into_iter().collect();
        Some(Answered { status, headers, body: Bytes::from(body), broken: false })
    }
}
