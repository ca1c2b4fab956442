//! Pages that are shorter than they need to be, some of them empty, with a next link.

use super::{Bundle, Chance, Lie, Moment, Plan};

pub(in super::super) struct ShortPages {
    /// Empty pages so far.
    empty: usize,
    /// Records of a page that is none.
    size: usize,
}

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(ShortPages { empty: 0, size: 0 })
}

impl Lie for ShortPages {
    fn name(&self) -> &'static str {
        "short pages"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        self.size = plan.page_size;
    }

    /// Of three pages, one is whole, one is half and one is empty.
    fn most_a_page(&self) -> usize {
        (self.size / 3).max(1)
    }

    /// What has no time is read by links each time, and so twice.
    fn asks(&self) -> i64 {
        2
    }

    fn pages(&mut self, bundle: &mut Bundle, moment: &mut Moment) {
        let leaves = match moment.chance.below(3) {
            0 if bundle.goes_on() => 0,
            1 => bundle.entries.len() / 2,
            _ => return,
        };
        if leaves < bundle.entries.len() {
            self.empty += 1;
            bundle.entries.truncate(leaves);
            let next = bundle.link(bundle.offset + leaves);
            bundle.next = Some(format!("{next}&_again={}", self.empty));
        }
    }
}
