//! An EHR's answer with everything in it replaced that may be somebody's.

use std::collections::HashSet;

use bytes::Bytes;

use super::{
    markup,
    origins::Origins,
    pseudonyms::{Hint, Pseudonyms},
    scan,
    structure::{Structure, hint, words},
};
use crate::{
    connector::TimeForm,
    connector_test::json::{Json, Quoted},
    egress::Response,
};

/// The longest text, in characters: more of it would show nothing more.
const LONGEST: usize = 200;
/// The longest text without a blank, as of an attached file: a multiple of four, for base64.
const LONGEST_WORD: usize = 64;
/// The most bytes that are neither JSON nor text.
const BINARY: usize = 64;

/// Headers of answers that carry credentials, or are about them: none is ever kept.
const CREDENTIALS: [&str; 9] = [
    "authentication-info",
    "authorization",
    "cookie",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "set-cookie",
    "set-cookie2",
    "www-authenticate",
];

/// Replaces what is somebody's in all answers of a recording.
pub(super) struct Answers<'a> {
    pub(super) pseudonyms: Pseudonyms,
    structure: &'a Structure,
    origins: Origins,
    /// The names that lead to what is looked at.
    way: Vec<String>,
    /// Words that stay somewhere, in small letters.
    pub(super) stays: HashSet<String>,
}

impl<'a> Answers<'a> {
    /// Answers of the EHR of these names.
    pub(super) fn new(pseudonyms: Pseudonyms, structure: &'a Structure, origins: Origins) -> Self {
        let (way, stays) = (Vec::new(), HashSet::new());
        Self { pseudonyms, structure, origins, way, stays }
    }

    /// An answer without headers that a connector does not read, and without anybody's.
    pub(super) fn response(&mut self, answer: &Response) -> Response {
        let headers = answer
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), self.header(name, value)?)));
        Response {
            status: answer.status,
            headers: headers.collect(),
            body: self.body(&answer.body),
            retry_after: None,
        }
    }

    fn header(&mut self, name: &str, value: &str) -> Option<String> {
        match name {
            "content-type" => Some(media_type(value)),
            "retry-after" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(value.to_owned())
            }
            "date" | "last-modified" | "retry-after" => self.http_date(value),
            "etag" => Some(match value.strip_prefix("W/") {
                Some(tag) => format!("W/{}", self.loose("", tag)),
                None => self.loose("", value),
            }),
            "link" => Some(self.links(value)),
            _ if CREDENTIALS.contains(&name) => None,
            // A name is a key of the answer as others are; that it is not a standard's says nothing.
            _ if self.structure.reads_headers.contains(name) => {
                Some(self.text(name.strip_prefix("x-").unwrap_or(name), value))
            }
            _ => None,
        }
    }

    fn http_date(&mut self, value: &str) -> Option<String> {
        let at = httpdate::parse_http_date(value).ok()?;
        let days = u64::from(self.pseudonyms.days.unsigned_abs());
        let moved = std::time::Duration::from_secs(days * 24 * 60 * 60);
        let moved = match self.pseudonyms.days < 0 {
            true => at.checked_sub(moved),
            false => at.checked_add(moved),
        };
        moved.map(httpdate::fmt_http_date)
    }

    /// A `link` header: URLs, and what they are to each other.
    fn links(&mut self, value: &str) -> String {
        let links = value.split('<').skip(1).filter_map(|link| {
            let (url, rest) = link.split_once('>')?;
            let relation = rest.split("rel=").nth(1)?.trim_start_matches('"');
            let relation: String =
                relation.chars().take_while(|it| it.is_ascii_lowercase() || *it == '-').collect();
            Some(format!("<{}>; rel=\"{relation}\"", self.loose("url", url)))
        });
        links.collect::<Vec<_>>().join(", ")
    }

    fn body(&mut self, body: &Bytes) -> Bytes {
        let Ok(text) = str::from_utf8(body) else {
            return vec![u8::MAX; body.len().min(BINARY)].into();
        };
        if text.trim().is_empty() {
            return body.clone();
        }
        if let Ok(json) = Json::parse(text) {
            return self.json("", &json).compact().into();
        }
        let lines: Result<Vec<_>, _> = text.lines().map(Json::parse).collect();
        if let Ok(lines) = lines {
            let lines = lines.iter().map(|line| self.json("", line).compact() + "\n");
            return lines.collect::<String>().into();
        }
        if text.trim_start().starts_with('<') {
            return markup::replaced(text, &mut |key, text| self.text(key, text)).into();
        }
        self.replaced(text, Hint::default()).into()
    }

    /// A value at a key, which for the items of a list is the list's.
    pub(super) fn json(&mut self, key: &str, value: &Json) -> Json {
        match value {
            Json::Null | Json::Bool(_) => value.clone(),
            Json::Number(digits) => Json::Number(self.number(key, digits)),
            Json::Text(text) => Json::text(self.text(key, &text.read())),
            Json::List(items) => Json::List(items.iter().map(|it| self.json(key, it)).collect()),
            Json::Table(entries) => {
                let entries = entries.iter().map(|(key, value)| {
                    let key = key.read();
                    self.way.push(key.to_string());
                    let value = self.json(&key, value);
                    self.way.pop();
                    (Quoted::from(self.key(&key).as_str()), value)
                });
                Json::Table(entries.collect())
            }
        }
    }

    fn key(&mut self, key: &str) -> String {
        match self.structure.keeps_key(key) {
            true => self.stays(key),
            false => self.loose("", key),
        }
    }

    /// Whether what is looked at is a record's time of change, and in which form.
    fn record_time(&self, key: &str) -> Option<TimeForm> {
        let time = self.structure.record_time.as_ref()?;
        let way = if self.way.is_empty() { key.to_owned() } else { self.way.join(".") };
        let before = way.strip_suffix(time.field.as_str())?;
        (before.is_empty() || before.ends_with('.')).then_some(time.form)
    }

    /// The number that a record has as its time of change: what counts stays, what is a time moves.
    fn record_number(&mut self, key: &str, digits: &str) -> Option<String> {
        if self.structure.replace.contains(key) {
            return None;
        }
        let per_second = match self.record_time(key)? {
            TimeForm::Rfc3339 | TimeForm::Date => return None,
            TimeForm::Sequence => return Some(self.stays(digits)),
            TimeForm::EpochSeconds => 1,
            TimeForm::EpochMilliseconds => 1_000,
        };
        let number = digits.trim_matches('"');
        let (whole, decimals) = number.split_at(number.find('.').unwrap_or(number.len()));
        let moved = self.pseudonyms.epoch_moved(whole.parse().ok()?, per_second);
        Some(digits.replacen(number, &format!("{moved}{decimals}"), 1))
    }

    fn number(&mut self, key: &str, digits: &str) -> String {
        if let Some(moved) = self.record_number(key, digits) {
            return moved;
        }
        if self.structure.keeps_number(key, digits) {
            return digits.to_owned();
        }
        let (mantissa, exponent) = match digits.find(['e', 'E']) {
            Some(at) => digits.split_at(at),
            None => (digits, ""),
        };
        let hint = Hint { link: false, ..hint(key, digits) };
        if let Some(moved) = self.pseudonyms.birth(mantissa, hint).filter(|_| exponent.is_empty()) {
            return moved;
        }
        let parts = mantissa.split('.').map(|part| match part.strip_prefix('-') {
            Some(part) => format!("-{}", self.pseudonyms.text(part, hint)),
            None => self.pseudonyms.text(part, hint),
        });
        parts.collect::<Vec<_>>().join(".") + exponent
    }

    /// A text at a key.
    fn text(&mut self, key: &str, text: &str) -> String {
        if self.structure.keeps_text(key, text) {
            let text = self.stays(text);
            return self.origins.replaced(&text, &mut str::to_owned);
        }
        if let Some(moved) = self.record_number(key, text) {
            return moved;
        }
        let hint = hint(key, text);
        if let Some(moved) = self.pseudonyms.birth(text, hint) {
            return moved;
        }
        match Json::parse(text) {
            Ok(json @ (Json::Table(_) | Json::List(_))) => self.json(key, &json).compact(),
            _ => self.loose(key, text),
        }
    }

    fn stays(&mut self, text: &str) -> String {
        self.stays.extend(scan::tokens(text).chain(words(text)));
        text.to_owned()
    }

    /// A text of which nothing is known to stay but where the EHR is.
    pub(super) fn loose(&mut self, key: &str, text: &str) -> String {
        let hint = hint(key, text);
        self.replaced(if hint.link { text } else { shortened(text) }, hint)
    }

    fn replaced(&mut self, text: &str, hint: Hint) -> String {
        let origins = self.origins.clone();
        origins.replaced(text, &mut |part| match part.split_once('?') {
            Some((path, query)) if hint.link && path.contains('/') => {
                let path = self.pseudonyms.text(path, hint);
                format!("{path}?{}", self.query(query, hint))
            }
            _ => self.pseudonyms.text(part, hint),
        })
    }

    /// A link's query, whose names are of a form as keys are.
    fn query(&mut self, query: &str, hint: Hint) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if self.structure.keeps_key(name) => {
                let name = self.stays(name);
                let stays = self.structure.own.contains(value);
                let value =
                    if stays { self.stays(value) } else { self.pseudonyms.text(value, hint) };
                format!("{name}={value}")
            }
            _ => self.pseudonyms.text(pair, hint),
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// A `content-type` without its parameters.
fn media_type(value: &str) -> String {
    let of_a_type = |letter: &char| letter.is_ascii_alphanumeric() || "/+-.".contains(*letter);
    value.chars().take_while(of_a_type).collect()
}

/// As much of a text as a test needs.
fn shortened(text: &str) -> &str {
    let longest = if text.contains(' ') { LONGEST } else { LONGEST_WORD };
    match text.char_indices().nth(longest) {
        Some((end, _)) if text.len() > LONGEST => text.get(..end).unwrap_or(text),
        _ => text,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
mod tests;
