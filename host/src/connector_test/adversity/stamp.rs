//! Times as EHRs write them, to be written anew in the same form.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::Offset};

/// A time, and the form it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) instant: Timestamp,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Seconds,
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
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::epoch(text);
        }
        let clock = text.get(11..).filter(|clock| clock.contains(':'));
        let Some(clock) = clock else {
            let date = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10)?;
            let instant = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
            return Some(Self { instant, form: Form::Date });
        };
        let zone = zone(clock).to_owned();
        let instant = match zone.is_empty() {
            false => text.parse::<Timestamp>().ok()?,
            true => Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
        };
        let digits = clock.split('.').nth(1).unwrap_or_default().bytes();
        let decimals = digits.take_while(u8::is_ascii_digit).count();
        let separator = text.chars().nth(10)?;
        Some(Self { instant, form: Form::Clock { separator, decimals, zone } })
    }

    /// Whether it tells a moment and not only a day.
    pub(super) fn has_clock(&self) -> bool {
        self.form != Form::Date
    }

    /// Numbers that lie between the years 2001 and 2286 if they are times at all.
    fn epoch(text: &str) -> Option<Self> {
        let number = text.parse().ok()?;
        match text.len() {
            10 => Some(Self { instant: Timestamp::from_second(number).ok()?, form: Form::Seconds }),
            13 => Some(Self {
                instant: Timestamp::from_millisecond(number).ok()?,
                form: Form::Millis,
            }),
            _ => None,
        }
    }

    /// Another time in the same form.
    pub(super) fn print(&self, instant: Timestamp) -> String {
        match &self.form {
            Form::Seconds => instant.as_second().to_string(),
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

/// A text with every time in it moved by so many years of 365 days; `None` where it has none.
pub(super) fn moved_by_years(text: &str, years: i64) -> Option<String> {
    let mut any = false;
    let moved = parts(text).into_iter().map(|(part, stamp)| match stamp {
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
    parts(text).into_iter().filter_map(|(_, stamp)| Some(stamp?.instant)).collect()
}

/// A text cut into times and what stands between.
fn parts(text: &str) -> Vec<(&str, Option<Stamp>)> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(letter) = rest.chars().next() {
        let time = time_at(rest).and_then(|length| rest.get(..length));
        let stamp = time.and_then(Stamp::parse);
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
    fn times_within_a_text_are_moved() {
        let moved = moved_by_years("{\"since\":\"2022-05-05T10:00:30Z\"} 100", 1);
        assert_eq!(moved.as_deref(), Some("{\"since\":\"2023-05-05T10:00:30Z\"} 100"));
        assert_eq!(moved_by_years("no time", 1), None);
        assert_eq!(times("ge2022-05-05T10:00:30Z,x").len(), 1);
    }
}
