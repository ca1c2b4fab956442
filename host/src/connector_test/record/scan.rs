//! Taking a text apart into what may be somebody's (words, numbers, dates) and what stands between.

use jiff::civil::Date;

use super::dates::{self, Written};

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// What stands between, and times of day: as it was, escapes included.
    Plain(String),
    /// Letters and digits without anything between.
    Token(String),
    /// A UUID.
    Uuid(String),
    /// A date.
    Date(Written),
}

impl Piece {
    /// As it is written.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Plain(text) | Self::Token(text) | Self::Uuid(text) => text.clone(),
            Self::Date(written) => written.text(),
        }
    }
}

/// A letter of a text, and how it is written there.
#[derive(Clone)]
pub(super) struct Glyph {
    pub(super) letter: char,
    /// As `%2F`, where it is written so.
    escape: Option<String>,
}

impl Glyph {
    pub(super) fn write(&self, to: &mut String) {
        match &self.escape {
            Some(escape) => to.push_str(escape),
            None => to.push(self.letter),
        }
    }
}

/// The pieces of a text, in their order: all of it.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let glyphs = glyphs(text);
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < glyphs.len() {
        let (piece, mut next) = piece(&glyphs, at);
        let time = match &piece {
            Piece::Date(_) => glyphs.get(next..).and_then(dates::time_after),
            _ => None,
        };
        match (pieces.last_mut(), piece) {
            (Some(Piece::Plain(before)), Piece::Plain(more)) => before.push_str(&more),
            (_, piece) => pieces.push(piece),
        }
        if let Some(length) = time {
            pieces.push(Piece::Plain(written(glyphs.get(next..).unwrap_or_default(), length)));
            next += length;
        }
        at = next;
    }
    pieces
}

/// All dates of a text.
pub(super) fn dates(text: &str) -> impl Iterator<Item = Date> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Date(written) => Some(written.date),
        _ => None,
    })
}

/// All words of a text, in small letters.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = String> {
    pieces(text).into_iter().flat_map(|piece| match piece {
        Piece::Token(word) => vec![word.to_lowercase()],
        Piece::Uuid(text) => text.split('-').map(str::to_lowercase).collect(),
        Piece::Plain(_) | Piece::Date(_) => Vec::new(),
    })
}

fn piece(glyphs: &[Glyph], at: usize) -> (Piece, usize) {
    let rest = glyphs.get(at..).unwrap_or_default();
    let before = at.checked_sub(1).and_then(|at| glyphs.get(at)).map(|glyph| glyph.letter);
    if !before.is_some_and(char::is_alphanumeric) {
        if let Some(length) = uuid(rest) {
            return (Piece::Uuid(letters(rest, length)), at + length);
        }
        if let Some(length) = dates::time(rest) {
            return (Piece::Plain(written(rest, length)), at + length);
        }
    }
    if !before.is_some_and(|letter| letter.is_ascii_digit())
        && let Some((date, length)) = dates::date(rest)
    {
        return (Piece::Date(date), at + length);
    }
    let length = token(rest);
    match length {
        0 => (Piece::Plain(written(rest, 1)), at + 1),
        length => (Piece::Token(letters(rest, length)), at + length),
    }
}

/// How long the token is that begins here: up to a date that begins within, as in `ge2026-05-05`.
fn token(glyphs: &[Glyph]) -> usize {
    let is_within =
        |at: &usize| glyphs.get(*at).is_some_and(|glyph| glyph.letter.is_alphanumeric());
    let begins_date = |at: usize| {
        let letter = |at: usize| glyphs.get(at).map(|glyph| glyph.letter);
        let starts = letter(at).is_some_and(|it| it.is_ascii_digit());
        let follows = at.checked_sub(1).and_then(letter).is_some_and(|it| !it.is_ascii_digit());
        starts && follows && dates::date(glyphs.get(at..).unwrap_or_default()).is_some()
    };
    (0..).take_while(is_within).take_while(|at| *at == 0 || !begins_date(*at)).count()
}

fn uuid(glyphs: &[Glyph]) -> Option<usize> {
    const LENGTH: usize = 36;
    let fits = |(at, glyph): (usize, &Glyph)| match at {
        8 | 13 | 18 | 23 => glyph.letter == '-',
        _ => glyph.letter.is_ascii_hexdigit(),
    };
    let ends = !glyphs.get(LENGTH).is_some_and(|glyph| glyph.letter.is_alphanumeric());
    let head = glyphs.get(..LENGTH)?;
    (ends && head.iter().enumerate().all(fits)).then_some(LENGTH)
}

fn letters(glyphs: &[Glyph], length: usize) -> String {
    glyphs.iter().take(length).map(|glyph| glyph.letter).collect()
}

pub(super) fn written(glyphs: &[Glyph], length: usize) -> String {
    let mut text = String::new();
    glyphs.iter().take(length).for_each(|glyph| glyph.write(&mut text));
    text
}

/// The letters of a text, those of percent-encoding decoded.
pub(super) fn glyphs(text: &str) -> Vec<Glyph> {
    let mut glyphs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (glyph, length) = escaped(rest)
            .unwrap_or_else(|| (Glyph { letter: first, escape: None }, first.len_utf8()));
        glyphs.push(glyph);
        rest = rest.get(length..).unwrap_or_default();
    }
    glyphs
}

/// A letter in percent-encoding, where the text begins with one: of one to four bytes.
fn escaped(text: &str) -> Option<(Glyph, usize)> {
    let mut bytes = Vec::new();
    for at in 0..4 {
        let digits = text.get(at * 3..at * 3 + 3)?.strip_prefix('%')?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        if let Some(letter) = str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            let length = at * 3 + 3;
            let escape = text.get(..length).map(str::to_owned);
            return Some((Glyph { letter, escape }, length));
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Pieces with their kinds: `t(oken)`, `u(uid)`, `d(ate)`, or as they are.
    fn shown(text: &str) -> String {
        let shown = pieces(text).into_iter().map(|piece| match piece {
            Piece::Plain(text) => text,
            Piece::Token(text) => format!("t({text})"),
            Piece::Uuid(_) => "u()".into(),
            Piece::Date(written) => format!("d({})", written.date),
        });
        shown.collect()
    }

    #[test]
    fn a_text_is_taken_apart() {
        for (text, expected) in [
            ("", ""),
            ("Grace Hopper-Müller", "t(Grace) t(Hopper)-t(Müller)"),
            ("Patient/p7", "t(Patient)/t(p7)"),
            ("2026-05-05", "d(2026-05-05)"),
            ("2026-05-05T10:00:00.125+02:00", "d(2026-05-05)T10:00:00.125+02:00"),
            ("2026-05-05 10:00", "d(2026-05-05) 10:00"),
            ("ge2026-05-05T10%3A00%3A00Z", "t(ge)d(2026-05-05)T10%3A00%3A00Z"),
            ("2026-05-05T10:00:00Z 100", "d(2026-05-05)T10:00:00Z t(100)"),
            ("12/31/1999", "d(1999-12-31)"),
            ("31.12.1999", "d(1999-12-31)"),
            ("born 5 May 1999.", "t(born) d(1999-05-05)."),
            ("1999-05", "d(1999-05-01)"),
            ("555-0100", "t(555)-t(0100)"),
            ("1999-13-05", "t(1999)-t(13)-t(05)"),
            ("at 09:30", "t(at) 09:30"),
            ("urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e", "t(urn):t(uuid):u()"),
            ("M%C3%BCller%20A%zz", "t(Müller)%20t(A)%t(zz)"),
            ("9999-12-31", "d(9999-12-31)"),
            ("4711-12-31", "t(4711)-t(12)-t(31)"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
