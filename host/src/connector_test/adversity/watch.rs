//! What is watched at every call, whichever check makes it: leaks and undeclared requests.

/// What every canary has one of: a word of its own, or a day before 1900.
pub(super) const SIGNS: [&str; 2] = ["canary", "18"];

/// Where nothing of a patient belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Log,
    Failure,
    Cursor,
    Memo,
    Reason,
    Identity,
}

/// A text planted into an answer, which must come out nowhere but in a payload.
pub(super) struct Canary {
    pub(super) text: String,
    /// The field that it stands in, as a person finds it.
    pub(super) field: String,
}

/// A canary that came out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leak {
    pub(super) place: Spot,
    pub(super) field: String,
    pub(super) call: String,
}

/// A request that a host would not send.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) why: String,
    pub(super) call: String,
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Watch {
    pub(super) canaries: Vec<Canary>,
    pub(super) leaks: Vec<Leak>,
    pub(super) refused: Vec<Refused>,
    /// Texts that were looked through while there were canaries.
    pub(super) looked: usize,
    /// Requests that were judged.
    pub(super) asked: usize,
    paused: bool,
}

impl Watch {
    /// Searches a text for every canary, however it is spelled.
    pub(super) fn look(&mut self, place: Spot, text: &str, call: &str) {
        if self.canaries.is_empty() || text.is_empty() {
            return;
        }
        self.looked += 1;
        let text = text.to_lowercase();
        if !SIGNS.iter().any(|sign| text.contains(sign)) {
            return;
        }
        for canary in self.canaries.iter().filter(|canary| text.contains(&canary.text)) {
            let known = |leak: &Leak| leak.place == place && leak.field == canary.field;
            if !self.leaks.iter().any(known) {
                let (field, call) = (canary.field.clone(), call.to_owned());
                self.leaks.push(Leak { place, field, call });
            }
        }
    }

    /// Whether requests are left alone for now.
    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Counts a request, and keeps why a host would not send it.
    pub(super) fn asked(&mut self, refusal: Option<String>, call: &str) {
        if self.paused {
            return;
        }
        self.asked += 1;
        let Some(why) = refusal else { return };
        if !self.refused.iter().any(|known| known.why == why) {
            self.refused.push(Refused { why, call: call.into() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_however_it_is_spelled_and_told_once() {
        let mut watch = Watch::default();
        watch.look(Spot::Log, "canary1q", "before it was planted");
        watch.canaries.push(Canary { text: "canary1q".into(), field: "name".into() });
        watch.look(Spot::Log, "no CANARY1Q", "poll 1");
        watch.look(Spot::Log, "canary1q again", "poll 2");
        watch.look(Spot::Memo, "canary2q", "poll 2");
        let leak = Leak { place: Spot::Log, field: "name".into(), call: "poll 1".into() };
        assert_eq!((watch.leaks, watch.looked), (vec![leak], 3));
    }
}
