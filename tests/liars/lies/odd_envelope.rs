//! What stands around the records is odd: `link: null` where there is none, `total` as a text.

use super::{Bundle, Chance, Lie, Moment};

pub(in super::super) struct OddEnvelope {
    pub(in super::super) null_links: bool,
    pub(in super::super) text_total: bool,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let null_links = chance.happens(0.5);
    let text_total = !null_links || chance.happens(0.5);
    Box::new(OddEnvelope { null_links, text_total })
}

impl Lie for OddEnvelope {
    fn name(&self) -> &'static str {
        "odd envelope"
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        bundle.null_links = self.null_links && bundle.next.is_none();
        if self.text_total {
            bundle.total = bundle.total.take().map(|total| total.to_string().into());
        }
    }
}
