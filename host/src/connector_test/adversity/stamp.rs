//! Times as EHRs write them, to be written anew in the same form.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::Offset};

use crate::connector::TimeForm;

/// How far from a poll a number of a cursor is a time, in seconds: further, and it is an id.
const NEAR: i64 = 2 * 365 * 86_400;

/// A time, and the form it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) instant: Timestamp,
    form: Form,
    /// Whether it stands between quotes within its text, as `"1767225600000"` in a query.
    quoted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Seconds {
        decimals: usize,
    },
    Millis,
    Date,
    Clock {
        separator: char,
        decimals: usize,
        /// As it stands at the end: `Z`, `+02:00`, or nothing.
        zone: String,
    },
}

impl Stamp {
    /// The time that this text is, where it is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(text) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            return Some(Self { quoted: true, ..Self::parse(text)? });
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::epoch(text);
        }
        let clock = text.get(11..).filter(|clock| clock.contains(':'));
        let Some(clock) = clock else {
            let date = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10)?;
            let instant = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
            return Some(Self::of(instant, Form::Date));
        };
        let zone = zone(clock).to_owned();
        let instant = match zone.is_empty() {
            false => text.parse::<Timestamp>().ok()?,
            true => Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
        };
        let digits = clock.split('.').nth(1).unwrap_or_default().bytes();
        let decimals = digits.take_while(u8::is_ascii_digit).count();
        let separator = text.chars().nth(10)?;
        Some(Self::of(instant, Form::Clock { separator, decimals, zone }))
    }

    fn of(instant: Timestamp, form: Form) -> Self {
        Self { instant, form, quoted: false }
    }

    /// The time that this text is, which is said to be of a form; of none, where that is no time.
    pub(super) fn declared(text: &str, form: TimeForm) -> Option<Self> {
        let number = text.trim_matches('"');
        let (instant, form) = match form {
            TimeForm::Rfc3339 => return Self::parse(text).filter(|stamp| !stamp.is_number()),
            TimeForm::Date => return Self::parse(text).filter(|stamp| !stamp.has_clock()),
            TimeForm::Sequence => return None,
            TimeForm::EpochMilliseconds => {
                (Timestamp::from_millisecond(number.parse().ok()?).ok()?, Form::Millis)
            }
            TimeForm::EpochSeconds => {
                let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
                let nanoseconds = format!("{decimals:0<9}").get(..9)?.parse().ok()?;
                let instant = Timestamp::new(whole.parse().ok()?, nanoseconds).ok()?;
                (instant, Form::Seconds { decimals: decimals.len().min(9) })
            }
        };
        Some(Self { instant, form, quoted: number.len() < text.len() })
    }

    /// The first time within a text, and what stands before it.
    pub(super) fn first(text: &str) -> Option<(&str, Self)> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-:.+ ".contains(letter);
        let mut before = None;
        for (at, letter) in text.char_indices() {
            let begins =
                letter.is_ascii_digit() && !before.is_some_and(|it: char| it.is_ascii_digit());
            before = Some(letter);
            let (start, rest) = text.split_at_checked(at).filter(|_| begins).unwrap_or(("", ""));
            let run = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            let stamp = (1..=run).rev().find_map(|end| {
                let ends = |rest: &str| !rest.starts_with(|it: char| it.is_ascii_alphanumeric());
                let (time, after) = rest.split_at_checked(end)?;
                Self::parse(time).filter(|_| ends(after))
            });
            if let Some(stamp) = stamp {
                return Some((start, stamp));
            }
        }
        None
    }

    fn is_number(&self) -> bool {
        matches!(self.form, Form::Seconds { .. } | Form::Millis)
    }

    /// Whether it tells a moment and not only a day.
    pub(super) fn has_clock(&self) -> bool {
        self.form != Form::Date
    }

    /// Numbers that lie between the years 2001 and 2286 if they are times at all.
    fn epoch(text: &str) -> Option<Self> {
        let number = text.parse().ok()?;
        match text.len() {
            10 => {
                Some(Self::of(Timestamp::from_second(number).ok()?, Form::Seconds { decimals: 0 }))
            }
            13 => Some(Self::of(Timestamp::from_millisecond(number).ok()?, Form::Millis)),
            _ => None,
        }
    }

    /// Another time in the same form.
    pub(super) fn print(&self, instant: Timestamp) -> String {
        let written = self.written(instant);
        if self.quoted { format!("\"{written}\"") } else { written }
    }

    fn written(&self, instant: Timestamp) -> String {
        match &self.form {
            Form::Seconds { decimals: 0 } => instant.as_second().to_string(),
            Form::Seconds { decimals } => {
                let fraction = format!("{:09}", instant.subsec_nanosecond());
                let fraction = fraction.get(..*decimals).unwrap_or_default();
                format!("{}.{fraction}", instant.as_second())
            }
            Form::Millis => instant.as_millisecond().to_string(),
            Form::Date => Offset::UTC.to_datetime(instant).date().to_string(),
            Form::Clock { separator, decimals, zone } => {
                let time = offset(zone).to_datetime(instant);
                let fraction = format!("{:09}", time.subsec_nanosecond());
                let fraction = match fraction.get(..*decimals) {
                    None | Some("") => String::new(),
                    Some(digits) => format!(".{digits}"),
                };
                let (date, clock) = (time.date(), time.time().strftime("%H:%M:%S"));
                format!("{date}{separator}{clock}{fraction}{zone}")
            }
        }
    }
}

/// What stands behind the clock's digits.
fn zone(clock: &str) -> &str {
    clock.find(['Z', 'z', '+', '-']).and_then(|at| clock.get(at..)).unwrap_or_default()
}

fn offset(zone: &str) -> Offset {
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i32>().ok();
    let seconds = part(0..2).unwrap_or_default() * 3600 + part(2..4).unwrap_or_default() * 60;
    let signed = if zone.starts_with('-') { -seconds } else { seconds };
    Offset::from_seconds(signed).unwrap_or(Offset::UTC)
}

/// So many seconds after a time.
pub(super) fn later(instant: Timestamp, seconds: i64) -> Timestamp {
    instant.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// A text with every time in it moved by so many years of 365 days; `None` where it has none. A
/// number is a time where it is one `near` this one.
pub(super) fn moved_by_years(text: &str, years: i64, near: Option<Timestamp>) -> Option<String> {
    let mut any = false;
    let moved = parts(text, near).into_iter().map(|(part, stamp)| match stamp {
        None => part.to_owned(),
        Some(stamp) => {
            any = true;
            stamp.print(later(stamp.instant, years * 365 * 86_400))
        }
    });
    let moved: String = moved.collect();
    any.then_some(moved)
}

/// Every time within a text.
pub(super) fn times(text: &str) -> Vec<Timestamp> {
    parts(text, None).into_iter().filter_map(|(_, stamp)| Some(stamp?.instant)).collect()
}

/// A text cut into times and what stands between.
fn parts(text: &str, near: Option<Timestamp>) -> Vec<(&str, Option<Stamp>)> {
    let (mut parts, mut rest, mut before) = (Vec::new(), text, ' ');
    while let Some(letter) = rest.chars().next() {
        let number = number_at(rest).filter(|_| !before.is_alphanumeric());
        let number = number.filter(|length| is_near(rest.get(..*length), near));
        let time = time_at(rest).or(number).and_then(|length| rest.get(..length));
        let stamp = time.and_then(Stamp::parse);
        before = letter;
        let length = if stamp.is_some() { time.map_or(0, str::len) } else { letter.len_utf8() };
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        parts.push((part, stamp));
        rest = after;
    }
    parts
}

/// How long the text is that could be a time and stands at the beginning.
fn time_at(text: &str) -> Option<usize> {
    let part = |c: char| c.is_ascii_digit() || "-:.+TZ".contains(c);
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    (19..=35).contains(&end).then_some(end)
}

/// How long the number is that stands at the beginning.
fn number_at(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let ends = !text.get(end..)?.starts_with(char::is_alphanumeric);
    (end > 0 && ends).then_some(end)
}

fn is_near(number: Option<&str>, near: Option<Timestamp>) -> bool {
    let stamp = number.and_then(Stamp::parse);
    let (Some(stamp), Some(near)) = (stamp, near) else { return false };
    stamp.instant.duration_since(near).as_secs().abs() < NEAR
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_kept() {
        let moment = "2030-06-07T08:09:10.123456Z".parse().unwrap();
        for (text, printed) in [
            ("2022-05-05T10:00:30Z", "2030-06-07T08:09:10Z"),
            ("2022-05-05T10:00:30.000Z", "2030-06-07T08:09:10.123Z"),
            ("2022-05-05T10:00:30.5+02:00", "2030-06-07T10:09:10.1+02:00"),
            ("2022-05-05T10:00:30-0530", "2030-06-07T02:39:10-0530"),
            ("2022-05-05 10:00:30", "2030-06-07 08:09:10"),
            ("1651744830", "1907050150"),
            ("1651744830000", "1907050150123"),
            ("2022-05-05", "2030-06-07"),
            ("\"1651744830000\"", "\"1907050150123\""),
        ] {
            let stamp = Stamp::parse(text).unwrap();
            assert_eq!(stamp.print(moment), printed, "{text}");
            assert_eq!(stamp.print(stamp.instant), text);
        }
        for text in ["", "x", "2022", "p7", "12:30", "2022-05-05T25:00:00Z"] {
            assert_eq!(Stamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_declared_is_read_as_that_and_nothing_else() {
        use TimeForm::{Date, EpochMilliseconds, EpochSeconds, Rfc3339, Sequence};
        let moment = "2030-06-07T08:09:10.123456Z".parse().unwrap();
        for (text, form, printed) in [
            ("86400", EpochSeconds, Some("1907050150")),
            ("1651744830.50", EpochSeconds, Some("1907050150.12")),
            ("\"86400000\"", EpochMilliseconds, Some("\"1907050150123\"")),
            ("1651744830", Rfc3339, None),
            ("2022-05-05T10:00:30Z", Date, None),
            ("2022-05-05", Date, Some("2030-06-07")),
            ("2022-05-05T10:00:30Z", EpochSeconds, None),
            ("1651744830", Sequence, None),
        ] {
            let stamp = Stamp::declared(text, form);
            let written = stamp.map(|stamp| stamp.print(moment));
            assert_eq!(written.as_deref(), printed, "{text}");
        }
    }

    #[test]
    fn the_first_time_is_found_wherever_it_stands() {
        for (text, before, found) in [
            ("ge2026-01-01T00:00:00Z", "ge", "2026-01-01T00:00:00Z"),
            ("\"1767225600000\"", "\"", "2026-01-01T00:00:00Z"),
            ("x = 1 and at > 1767225600", "x = 1 and at > ", "2026-01-01T00:00:00Z"),
            ("(at >= 2026-01-01 00:00:00)", "(at >= ", "2026-01-01T00:00:00Z"),
            ("2026-01-01", "", "2026-01-01T00:00:00Z"),
        ] {
            let (start, stamp) = Stamp::first(text).unwrap();
            assert_eq!((start, stamp.instant), (before, found.parse().unwrap()), "{text}");
        }
        for text in ["", "7", "page 12345678901234"] {
            assert!(Stamp::first(text).is_none(), "{text}");
        }
    }

    #[test]
    fn times_within_a_text_are_moved() {
        let moved = moved_by_years("{\"since\":\"2022-05-05T10:00:30Z\"} 100", 1, None);
        assert_eq!(moved.as_deref(), Some("{\"since\":\"2023-05-05T10:00:30Z\"} 100"));
        assert_eq!(moved_by_years("no time", 1, None), None);
        let near = "2022-06-01T00:00:00Z".parse().ok();
        let moved = moved_by_years("1651744830000 4", 1, near);
        assert_eq!(moved.as_deref(), Some("1683280830000 4"));
        for text in ["1651744830000 4", "a1651744830000", "1051744830000"] {
            let near = near.filter(|_| !text.ends_with('4'));
            assert_eq!(moved_by_years(text, 1, near), None, "{text}");
        }
        assert_eq!(times("ge2022-05-05T10:00:30Z,x").len(), 1);
    }
}
