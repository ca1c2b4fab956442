//! One recording's pseudonyms: the same word has the same one everywhere, no two words share one,
//! and none is made of what was there before.
//!
//! A pseudonym is drawn from the word by a key that nobody keeps. It has the word's shape: digits
//! stay digits, letters letters, capitals capitals, zeros in front stay, and dates move by one
//! number of days, so that their order and what lies between them stay.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    clock::Epoch,
    dates,
    draw::Draw,
    scan::{Piece, pieces},
};

const CONSONANTS: &[u8] = b"bdfghjklmnprstvz";
const VOWELS: &[u8] = b"aeiou";
const HEX_LETTERS: &[u8] = b"abcdef";

/// Below this length a word may also be another's pseudonym: there are too few short ones.
pub(super) const TELLING: usize = 4;
/// Draws before a pseudonym may be longer than its word.
const DRAWS: usize = 100;

/// What the key of a value says about what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hint {
    /// It sounds like a time.
    pub(super) time: bool,
    /// Words that a path under the base URL is made of stay: it looks like a link or a reference.
    pub(super) link: bool,
}

/// One recording's pseudonyms.
pub(super) struct Pseudonyms {
    key: Key,
    /// By how many days dates move.
    pub(super) days: i32,
    epoch: Epoch,
    /// Words of paths, which stay where something looks like a link.
    paths: HashSet<String>,
    /// What no pseudonym may be or hold: all that is replaced.
    avoid: HashSet<String>,
    lengths: Vec<usize>,
    given: HashMap<String, String>,
    taken: HashSet<String>,
    /// Every word that was replaced, in small letters.
    pub(super) words: HashSet<String>,
    /// Every whole text that was replaced.
    pub(super) texts: HashSet<String>,
    /// Every date that was moved.
    pub(super) dates: HashSet<Date>,
}

impl Pseudonyms {
    /// Pseudonyms of a recording made around a time, none of which is one of these words.
    pub(super) fn new(
        draw: &Draw,
        epoch: Epoch,
        paths: HashSet<String>,
        avoid: HashSet<String>,
    ) -> Self {
        let avoid: HashSet<_> = avoid.into_iter().filter(|it| it.len() >= TELLING).collect();
        let mut lengths: Vec<_> = avoid.iter().map(String::len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        Self {
            key: Key::new(HMAC_SHA256, &draw.key),
            days: draw.days,
            epoch,
            paths,
            avoid,
            lengths,
            given: HashMap::new(),
            taken: HashSet::new(),
            words: HashSet::new(),
            texts: HashSet::new(),
            dates: HashSet::new(),
        }
    }

    /// A text with everything in it replaced that may be somebody's.
    pub(super) fn text(&mut self, text: &str, hint: Hint) -> String {
        let pieces = pieces(text);
        let mut pseudonym = String::with_capacity(text.len());
        for (at, piece) in pieces.iter().enumerate() {
            let stays = hint.link && self.is_of_paths(&pieces, at);
            pseudonym.push_str(&if stays { piece.text() } else { self.piece(piece, hint) });
        }
        if pseudonym != text && text.len() >= TELLING {
            self.texts.insert(text.to_owned());
        }
        pseudonym
    }

    /// Whether a piece is a whole segment that paths are made of, and no part of an identifier.
    fn is_of_paths(&self, pieces: &[Piece], at: usize) -> bool {
        let Some(Piece::Token(word)) = pieces.get(at) else { return false };
        let ends = |piece: Option<&Piece>, edge: fn(&str) -> Option<char>| match piece {
            Some(Piece::Plain(text)) => edge(text).is_none_or(|letter| "/?&=:#,".contains(letter)),
            Some(piece) => matches!(piece, Piece::Date(_)),
            None => true,
        };
        self.paths.contains(&word.to_lowercase())
            && ends(at.checked_sub(1).and_then(|at| pieces.get(at)), |text| text.chars().last())
            && ends(pieces.get(at + 1), |text| text.chars().next())
    }

    fn piece(&mut self, piece: &Piece, hint: Hint) -> String {
        match piece {
            Piece::Plain(text) => text.clone(),
            Piece::Token(word) => self.moment(word, hint).unwrap_or_else(|| self.word(word)),
            Piece::Uuid(text) => {
                let parts = text.split('-').map(|part| self.hexadecimal(part));
                parts.collect::<Vec<_>>().join("-")
            }
            Piece::Date(written) => {
                let text = written.shifted(self.days);
                if text != written.text() {
                    self.dates.insert(written.date);
                }
                text
            }
        }
    }

    /// A time that is written in digits alone, moved: of the epoch, or as `20220505101500`.
    fn moment(&mut self, word: &str, hint: Hint) -> Option<String> {
        if let Some(moved) = self.epoch.moved(word, hint.time, self.days) {
            return Some(moved);
        }
        let digits = word.chars().take_while(char::is_ascii_digit).count();
        let rest = word.get(digits..)?;
        let is_time = match (digits, rest) {
            (8, "") => hint.time,
            (8, rest) => rest.starts_with('T') && rest.len() >= 5,
            (12 | 14 | 17, "") => true,
            _ => false,
        };
        let date = is_time.then(|| dates::compact(word)).flatten()?;
        self.dates.insert(date);
        let moved = dates::shift(date, self.days);
        Some(format!("{}{}", moved.strftime("%Y%m%d"), word.get(8..)?))
    }

    /// A number of units since 1970, moved as all dates are.
    pub(super) fn epoch_moved(&mut self, value: i128, per_second: i128) -> i128 {
        let at = i64::try_from(value.div_euclid(per_second)).ok();
        let at = at.and_then(|seconds| Timestamp::from_second(seconds).ok());
        self.dates.extend(at.map(|at| at.to_zoned(TimeZone::UTC).date()));
        Epoch::later(value, per_second, self.days)
    }

    /// A number that is a time, as its key says, however far back: as that of a birth. What packs a
    /// date into its digits, as `19061209`, is none.
    pub(super) fn birth(&mut self, text: &str, hint: Hint) -> Option<String> {
        let is_packed = dates::compact(text).is_some_and(|_| [8, 12, 14].contains(&text.len()));
        let (value, unit) = Epoch::of_old(text).filter(|_| hint.time && !is_packed)?;
        let moved = self.epoch_moved(value, unit).to_string();
        self.texts.insert(text.to_owned());
        Some(moved)
    }

    /// A word's pseudonym.
    pub(super) fn word(&mut self, word: &str) -> String {
        self.replaced(word, false)
    }

    fn hexadecimal(&mut self, word: &str) -> String {
        self.replaced(word, true)
    }

    fn replaced(&mut self, word: &str, hexadecimal: bool) -> String {
        if word.chars().all(|letter| letter == '0') {
            return word.to_owned();
        }
        let small = word.to_lowercase();
        self.words.insert(small.clone());
        let pseudonym = match self.given.get(&small) {
            Some(given) => given.clone(),
            None => self.draw(&small, hexadecimal || is_hexadecimal(&small)),
        };
        in_case_of(word, &pseudonym)
    }

    fn draw(&mut self, word: &str, hexadecimal: bool) -> String {
        for number in 0_usize.. {
            let longer = number / DRAWS;
            let candidate = self.candidate(word, number, longer, hexadecimal);
            // A short word may be another's pseudonym, once the draws show that it must.
            let free = number >= DRAWS / 2 || !self.avoid.contains(&candidate);
            let free = free && !self.paths.contains(&candidate);
            let fits = free && candidate != word && !self.holds_what_was_there(&candidate);
            if fits && self.taken.insert(candidate.clone()) {
                self.given.insert(word.to_owned(), candidate.clone());
                return candidate;
            }
        }
        String::new()
    }

    fn candidate(&self, word: &str, number: usize, longer: usize, hexadecimal: bool) -> String {
        let mut bytes = self.bytes(word, number);
        let mut zeros = true;
        let mut letters = 0_usize;
        let more = std::iter::repeat_n(if hexadecimal { '1' } else { 'a' }, longer);
        let more = more
            .map(|filler| if word.ends_with(|c: char| c.is_ascii_digit()) { '1' } else { filler });
        let shape: Vec<char> = word.chars().chain(more).collect();
        let drawn = shape.into_iter().map(|letter| {
            let byte = bytes.next().unwrap_or_default();
            zeros &= letter == '0';
            match letter {
                '0' if zeros => '0',
                // The first digit that counts stays one, so that a number keeps its length.
                '1'..='9' => char::from(b'1' + byte % 9),
                '0' => char::from(b'0' + byte % 10),
                _ if hexadecimal => pick(HEX_LETTERS, byte),
                _ => {
                    letters += 1;
                    pick(if letters % 2 == 1 { CONSONANTS } else { VOWELS }, byte)
                }
            }
        });
        drawn.collect()
    }

    /// As many bytes as one likes, of the key, the word and the number of the draw.
    fn bytes(&self, word: &str, number: usize) -> impl Iterator<Item = u8> + use<> {
        let (key, word) = (self.key.clone(), word.to_owned());
        (0_usize..).flat_map(move |block| {
            sign(&key, format!("{number}/{block}/{word}").as_bytes()).as_ref().to_vec()
        })
    }

    /// Whether a word that was there before is part of this one.
    fn holds_what_was_there(&self, candidate: &str) -> bool {
        self.lengths.iter().take_while(|length| **length <= candidate.len()).any(|length| {
            let parts =
                (0..=candidate.len() - length).filter_map(|at| candidate.get(at..at + length));
            parts.into_iter().any(|part| self.avoid.contains(part))
        })
    }
}

fn pick(letters: &[u8], byte: u8) -> char {
    let at = usize::from(byte) % letters.len().max(1);
    char::from(letters.get(at).copied().unwrap_or(b'a'))
}

/// Whether letters and digits look like those of a hash, which a connector may take for one.
fn is_hexadecimal(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let fits = word.chars().all(|letter| letter.is_ascii_hexdigit());
    word.len() >= 8 && fits && (2..word.len()).contains(&digits)
}

fn in_case_of(word: &str, pseudonym: &str) -> String {
    let mut like = word.chars();
    let letters = pseudonym.chars().map(|letter| match like.next() {
        Some(like) if like.is_uppercase() => letter.to_ascii_uppercase(),
        _ => letter,
    });
    letters.collect()
}
