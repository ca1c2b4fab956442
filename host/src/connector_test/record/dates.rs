//! Dates in the forms that EHRs write them, and the same dates so many days later.

use jiff::{Span, civil::Date};

use super::scan::{Glyph, written};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What EHRs write where there is no date, or no end.
const NEVER: [i16; 2] = [1, 9999];
/// The years that a date of somebody's life can have.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2200;

/// A date, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// The date; the first of the month where no day is written.
    pub(super) date: Date,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Year,
    Month(usize),
    /// As `May` or `MAY`: in the case of these letters.
    MonthName(String),
    Day(usize),
    Between(String),
}

impl Written {
    /// As it is written.
    pub(super) fn text(&self) -> String {
        self.with(self.date)
    }

    /// The text of the date that is so many days later.
    pub(super) fn shifted(&self, days: i32) -> String {
        self.with(shift(self.date, days))
    }

    fn with(&self, date: Date) -> String {
        let part = |part: &Part| match part {
            Part::Year => format!("{:04}", date.year()),
            Part::Month(width) => format!("{:0width$}", date.month()),
            Part::Day(width) => format!("{:0width$}", date.day()),
            Part::MonthName(like) => month_name(date, like),
            Part::Between(text) => text.clone(),
        };
        self.parts.iter().map(part).collect()
    }
}

/// A date so many days later; one that stands for none, as 9999-12-31, is itself.
pub(super) fn shift(date: Date, days: i32) -> Date {
    if NEVER.contains(&date.year()) {
        return date;
    }
    date.checked_add(Span::new().days(days)).unwrap_or(date)
}

fn month_name(date: Date, like: &str) -> String {
    let at = usize::try_from(date.month()).unwrap_or(1);
    let name = MONTHS.get(at.saturating_sub(1)).copied().unwrap_or_default();
    let in_case = name.chars().zip(like.chars()).map(|(letter, like)| match like.is_uppercase() {
        true => letter.to_ascii_uppercase(),
        false => letter,
    });
    in_case.collect()
}

/// The date that a text begins with, and how long it is.
pub(super) fn date(glyphs: &[Glyph]) -> Option<(Written, usize)> {
    [year_first, year_and_month, year_last, with_name].iter().find_map(|form| {
        let mut reader = Reader { glyphs, at: 0, parts: Vec::new() };
        let (year, month, day) = form(&mut reader)?;
        let ends = !reader.peek().is_some_and(|letter| letter.is_ascii_digit());
        let is_date = NEVER.contains(&year) || YEARS.contains(&year);
        let date = Date::new(year, month, day).ok().filter(|_| ends && is_date)?;
        Some((Written { date, parts: reader.parts }, reader.at))
    })
}

/// How long the time of day is that follows a date, with what stands between.
pub(super) fn time_after(glyphs: &[Glyph]) -> Option<usize> {
    let between = glyphs.first().filter(|glyph| " _+".contains(glyph.letter));
    let skipped = usize::from(between.is_some());
    time(glyphs.get(skipped..)?).map(|length| length + skipped)
}

/// How long the time of day is that a text begins with, zone included: `T10:00:00.5Z`, `10:00`.
pub(super) fn time(glyphs: &[Glyph]) -> Option<usize> {
    let mut reader = Reader { glyphs, at: 0, parts: Vec::new() };
    reader.take(|letter| "Tt".contains(letter));
    reader.number(1, 2).filter(|(hour, _)| *hour < 25)?;
    reader.take(|letter| letter == ':')?;
    reader.number(2, 2)?;
    while reader.take(|letter| ":.,".contains(letter)).is_some() {
        let before = reader.at;
        if reader.number(1, 9).is_none() {
            reader.at = before - 1;
            break;
        }
    }
    reader.zone();
    let ends = !reader.peek().is_some_and(char::is_alphanumeric);
    ends.then_some(reader.at)
}

fn year_first(reader: &mut Reader<'_>) -> Option<(i16, i8, i8)> {
    let year = reader.year()?;
    let between = reader.between("-/.")?;
    let month = reader.month(2)?;
    reader.between(&between.to_string())?;
    Some((year, month, reader.day(2)?))
}

fn year_and_month(reader: &mut Reader<'_>) -> Option<(i16, i8, i8)> {
    let year = reader.year()?;
    reader.between("-")?;
    let month = reader.month(2)?;
    let ends = !reader.peek().is_some_and(|letter| letter.is_alphanumeric() || letter == '-');
    ends.then_some((year, month, 1))
}

/// `12/31/1999` as it is written in America, `31.12.1999` and `31/12/1999` elsewhere.
fn year_last(reader: &mut Reader<'_>) -> Option<(i16, i8, i8)> {
    let (first, width) = reader.number(1, 2)?;
    let place = reader.parts.len();
    let between = reader.between("/.-")?;
    let (second, second_width) = reader.number(1, 2)?;
    let month_first = between == '/' && first <= 12;
    let (one, other) = (Part::Month(width), Part::Day(second_width));
    let (one, other) =
        if month_first { (one, other) } else { (Part::Day(width), Part::Month(second_width)) };
    reader.parts.insert(place, one);
    reader.parts.push(other);
    reader.between(&between.to_string())?;
    let year = reader.year()?;
    let (month, day) = if month_first { (first, second) } else { (second, first) };
    Some((year, month.try_into().ok()?, day.try_into().ok()?))
}

/// `5 May 1999`, as in the times of HTTP headers.
fn with_name(reader: &mut Reader<'_>) -> Option<(i16, i8, i8)> {
    let (day, width) = reader.number(1, 2)?;
    reader.parts.push(Part::Day(width));
    reader.between(" -+")?;
    let name = reader.written(3)?;
    let month = (1..).zip(MONTHS).find(|(_, known)| name.eq_ignore_ascii_case(known))?.0;
    reader.parts.push(Part::MonthName(name));
    reader.at += 3;
    reader.between(" -+")?;
    Some((reader.year()?, month, day.try_into().ok()?))
}

/// Reads a date's parts, one after another.
struct Reader<'g> {
    glyphs: &'g [Glyph],
    at: usize,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.glyphs.get(self.at).map(|glyph| glyph.letter)
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> Option<char> {
        let letter = self.peek().filter(|letter| fits(*letter))?;
        self.at += 1;
        Some(letter)
    }

    /// A number of so many digits, and how many it has.
    fn number(&mut self, least: usize, most: usize) -> Option<(u32, usize)> {
        let (mut value, mut width) = (0, 0);
        while width < most {
            let Some(digit) = self.peek().and_then(|letter| letter.to_digit(10)) else { break };
            (value, width) = (value * 10 + digit, width + 1);
            self.at += 1;
        }
        (width >= least).then_some((value, width))
    }

    fn year(&mut self) -> Option<i16> {
        let (year, _) = self.number(4, 4)?;
        self.parts.push(Part::Year);
        year.try_into().ok()
    }

    fn month(&mut self, width: usize) -> Option<i8> {
        let (month, _) = self.number(width, width)?;
        self.parts.push(Part::Month(width));
        month.try_into().ok()
    }

    fn day(&mut self, width: usize) -> Option<i8> {
        let (day, _) = self.number(width, width)?;
        self.parts.push(Part::Day(width));
        day.try_into().ok()
    }

    /// One of these letters, kept as it is written.
    fn between(&mut self, known: &str) -> Option<char> {
        let text = written(self.glyphs.get(self.at..)?, 1);
        let letter = self.take(|letter| known.contains(letter))?;
        self.parts.push(Part::Between(text));
        Some(letter)
    }

    fn written(&self, length: usize) -> Option<String> {
        let glyphs = self.glyphs.get(self.at..self.at + length)?;
        Some(glyphs.iter().map(|glyph| glyph.letter).collect())
    }

    /// `Z`, `+02:00`, `-0500`, ` PM`, where there is one.
    fn zone(&mut self) {
        let before = self.at;
        if self.take(|letter| "Zz".contains(letter)).is_some() {
            return;
        }
        let offset =
            self.take(|letter| "+-".contains(letter)).is_some() && self.number(2, 2).is_some() && {
                self.take(|letter| letter == ':');
                self.number(2, 2).is_some()
            };
        if offset {
            return;
        }
        self.at = before;
        self.take(|letter| letter == ' ');
        let half = self.take(|letter| "AaPp".contains(letter)).is_some()
            && self.take(|letter| "Mm".contains(letter)).is_some();
        if !half {
            self.at = before;
        }
    }
}

/// The date of `20220505`, or of longer digits that begin with one.
pub(super) fn compact(digits: &str) -> Option<Date> {
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    YEARS.contains(&year).then_some(date)
}
