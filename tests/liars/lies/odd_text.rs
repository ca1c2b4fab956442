//! JSON that is not what JSON is to be written as: with a mark at its beginning, or in Latin-1, which
//! the media type says.

use std::str::from_utf8;

use bytes::Bytes;
use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment};

#[derive(Clone, Copy)]
pub(in super::super) enum OddText {
    Marked,
    Latin1,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(if chance.happens(0.5) { OddText::Marked } else { OddText::Latin1 })
}

impl Lie for OddText {
    fn name(&self) -> &'static str {
        "odd text"
    }

    fn sends(&mut self, _asked: &Asked, answered: &mut Answered, _moment: &mut Moment) {
        let Ok(text) = from_utf8(&answered.body) else { return };
        match self {
            Self::Marked => answered.body = Bytes::from(format!("\u{feff}{text}")),
            Self::Latin1 => {
                let one = |letter: char| u8::try_from(u32::from(letter)).unwrap_or(b'?');
                answered.body = text.chars().map(one).collect();
                let types = answered.headers.iter_mut().filter(|(name, _)| name == "content-type");
                types.for_each(|(_, value)| value.push_str("; charset=iso-8859-1"));
            }
        }
    }
}
