//! Kinds 2, 3 and 7: what a server answers with, how finely it may be asked, and the words for it.

use super::{all_told, bookings, run, well, world};
use crate::liars::{
    chronicle::MINUTE,
    lies::{
        coarse_questions::CoarseQuestions,
        odd_answers::OddAnswers,
        odd_text::OddText,
        offsets::Offsets,
        picky::Picky,
        sign_in::{SignIn, Way},
    },
};

#[test]
fn who_wants_plain_json_is_asked_for_it() {
    for picky in [Picky::Among, Picky::Alone] {
        all_told(world(bookings(15, 10), picky), 15);
    }
}

#[test]
fn marks_and_other_letters_are_read() {
    for text in [OddText::Marked, OddText::Latin1] {
        all_told(world(bookings(15, 10), text), 15);
    }
}

#[test]
fn nobody_is_asked_more_finely_than_it_shows() {
    for digits in 0..=3 {
        for code in [None, Some("invalid"), Some("value")] {
            let coarse = CoarseQuestions { shown: digits, taken: digits, code };
            all_told(world(bookings(35, 10), coarse), 35);
        }
    }
}

#[test]
fn who_takes_no_fractions_is_asked_without() {
    for code in [None, Some("invalid"), Some("value")] {
        let coarse = CoarseQuestions { shown: 3, taken: 0, code };
        all_told(world(bookings(35, 10), coarse), 35);
    }
}

#[test]
fn times_with_an_offset_are_read() {
    for hours in [0, 2, -8] {
        all_told(world(bookings(35, 10), Offsets(hours)), 35);
    }
}

#[test]
fn a_token_is_had_as_its_endpoint_wants_it() {
    for (way, audience, kind) in [
        (Way::Post, false, Some("Bearer")),
        (Way::Basic, true, Some("Bearer")),
        (Way::Basic, false, Some("BearerToken")),
        (Way::Post, true, None),
    ] {
        well(world(bookings(15, 10), SignIn::new(way, audience, kind)));
    }
}

/// The status, and the media type where there is one, so that a person knows what to look for.
#[test]
fn an_answer_that_is_none_is_told_of_in_words() {
    for odd in OddAnswers::always() {
        let (status, media_type) = (odd.status().to_string(), odd.media_type());
        let mut plan = world(bookings(3, 10), odd);
        plan.script.iter_mut().for_each(|write| write.at += MINUTE);
        let outcome = run(plan, false);
        let names = |it: &&String| {
            // A fault of the server's own is told by its status alone.
            let is_named = |kind: &str| it.contains(kind) || status == "503" || it.contains("HTML");
            it.contains(&status) && media_type.is_none_or(is_named)
        };
        let is_clean = !outcome.broken.iter().any(|it| it.contains("leaked"));
        let mut told = outcome.errors.iter().chain(&outcome.notices);
        assert!(told.any(|it| names(&it)) && is_clean, "{outcome:#?}");
    }
}
