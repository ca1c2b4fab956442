//! A connector's words about a failure, without what they quote.
//!
//! These words stand in logs, in the status and in dead letters. The contract asks for no
//! patient's data in them, and a careless connector quotes the answer that it could not read all
//! the same. So a word of them that was shown to the guest in the same call is left out, unless
//! it stands in the connector's file as well: then it is one of the connector's own. The scheme,
//! host and port of a URL stay: they name a machine, and a link that leads to another than is
//! allowed can be mended only by who knows which.
//!
//! Who means harm can say the same in other letters, in the few that a failure may have.

use std::{
    borrow::Cow,
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    iter::Peekable,
    str::Chars,
};

use crate::egress::Response;

/// What stands for a word that is left out.
const LEFT_OUT: &str = "…";
/// Shorter runs of text in a file are mostly code that looks like it.
const RUN: usize = 6;
/// Shorter numbers are statuses, lines and counts.
const NUMBER: usize = 4;
/// The end of a quotation is often cut off: so much of a word's beginning stands for it.
const BEGINNING: usize = 4;

/// The words of a connector's file, as hashes: a runtime of megabytes has many.
#[derive(Clone, Default)]
pub(super) struct Vocabulary(HashSet<u64>);

impl Vocabulary {
    /// All words of the texts in a file's bytes. Takes its time.
    pub(super) fn of(file: &[u8]) -> Self {
        let runs = file.split(|byte| !matches!(byte, b' '..=b'~')).filter(|run| run.len() >= RUN);
        let words = runs.flat_map(|run| run.split(|byte| !byte.is_ascii_alphanumeric()));
        let words = words.filter(|word| !word.is_empty());
        Self(words.map(|word| hash(&word.to_ascii_lowercase())).collect())
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(&hash(word.as_bytes()))
    }
}

fn hash(word: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// What a guest was shown in a call.
#[derive(Default)]
pub(super) struct Shown<'s>(Vec<Cow<'s, str>>);

impl<'s> Shown<'s> {
    /// Texts of the host's own making are none of these.
    pub(super) fn new(texts: impl IntoIterator<Item = Option<&'s str>>) -> Self {
        Self(texts.into_iter().flatten().map(Cow::from).collect())
    }

    /// And this answer.
    pub(super) fn and(mut self, answer: &'s Response) -> Self {
        self.0.extend(answer.headers.iter().map(|(_, value)| Cow::from(value)));
        self.0.push(String::from_utf8_lossy(&answer.body));
        self
    }

    /// A connector's words about it, with those left out that are not its own.
    pub(super) fn unquoted(&self, text: &str, own: &Vocabulary) -> String {
        let lower = text.to_lowercase();
        let others = parts(&lower).filter(|(_, is_origin)| !is_origin).map(|(part, _)| part);
        let foreign: HashSet<&str> =
            others.flat_map(words).filter(|word| is_foreign(word, own)).collect();
        if foreign.is_empty() {
            return text.to_owned();
        }
        let mut quoted = HashSet::new();
        for shown in &self.0 {
            each_word(shown, |word| {
                let stands_for = |it: &&&str| {
                    word.strip_prefix(**it)
                        .is_some_and(|rest| rest.is_empty() || it.len() >= BEGINNING)
                };
                quoted.extend(foreign.iter().filter(stands_for));
            });
        }
        let left = parts(text).map(|(part, is_origin)| match is_origin {
            true => Cow::from(part),
            false => Cow::from(without(part, &quoted)),
        });
        left.collect()
    }
}

/// A text in parts, and of each whether it is the origin of a URL: scheme, host and port, without a
/// user.
fn parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let begin = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min();
        let begin = begin.unwrap_or(rest.len());
        let end = if begin > 0 { begin } else { origin_length(rest) };
        let (part, after) = rest.split_at(end);
        let is_origin = begin == 0 && !after.starts_with('@');
        rest = after;
        (!part.is_empty()).then_some((part, is_origin))
    })
}

/// How long the origin is that a text begins with.
fn origin_length(text: &str) -> usize {
    let host_at = text.find("://").map_or(0, |at| at + 3);
    let is_of_host = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
    let host = text.get(host_at..).unwrap_or_default();
    let length = host.find(|letter| !is_of_host(letter)).unwrap_or(host.len());
    let host = host.get(..length).unwrap_or_default();
    host_at + host.trim_end_matches(['.', ':', '-']).len()
}

fn is_foreign(word: &str, own: &Vocabulary) -> bool {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let least = if is_number { NUMBER } else { 2 };
    word.len() >= least && (is_number || !own.has(word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric())
}

/// Calls for every word of a text in small letters, with JSON's escapes read.
fn each_word(text: &str, mut call: impl FnMut(&str)) {
    let (mut letters, mut word) = (text.chars().peekable(), String::new());
    while let Some(letter) = letters.next() {
        let letter = if letter == '\\' { unescaped(&mut letters) } else { letter };
        match letter.is_alphanumeric() {
            true => word.extend(letter.to_lowercase()),
            false if word.is_empty() => {}
            false => {
                call(&word);
                word.clear();
            }
        }
    }
    call(&word);
}

/// What a backslash and what follows stand for; white space for what is no letter.
fn unescaped(letters: &mut Peekable<Chars<'_>>) -> char {
    if letters.next() != Some('u') {
        return ' ';
    }
    let digits = std::iter::from_fn(|| letters.next_if(char::is_ascii_hexdigit)).take(4);
    let digits: String = digits.collect();
    // Names that take two of these are no words of any alphabet in use.
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or(' ')
}

fn without(text: &str, quoted: &HashSet<&str>) -> String {
    let mut left = String::with_capacity(text.len());
    for part in text.split_inclusive(|letter: char| !letter.is_alphanumeric()) {
        let word = part.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        let end = part.strip_prefix(word).unwrap_or_default();
        match quoted.contains(word.to_lowercase().as_str()) {
            true => left.push_str(LEFT_OUT),
            false => left.push_str(word),
        }
        left.push_str(end);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] =
        b"\0asm\x0d\0\x01\0no appointment at \x01\x02expected value at line  column status ";
    const SHOWN: &str =
        r#"{"appointment":{"name":"Zebedee Q\u00fcx","born":"1980-02-03","status":"at large"}}"#;

    fn unquoted(text: &str) -> String {
        Shown::new([Some(SHOWN)]).unquoted(text, &Vocabulary::of(FILE))
    }

    #[test]
    fn what_was_shown_is_left_out_and_what_is_its_own_stays() {
        for (text, expected) in [
            ("expected value at line 1, column 57", "expected value at line 1, column 57"),
            ("no appointment: status 404", "no appointment: status 404"),
            ("no ZEBEDEE, zebedee qüx", "no …, … …"),
            ("at Zebed", "at …"),
            ("Zebedee's, born 1980-02-03.", "…'s, … …-02-03."),
            ("closed on Sundays", "closed on Sundays"),
            ("", ""),
        ] {
            assert_eq!(unquoted(text), expected, "{text}");
        }
    }

    #[test]
    fn the_origin_of_a_url_stays_and_what_follows_does_not() {
        let shown =
            r#"{"next":"https://fhir-inside:8443/Zebedee?name=Qu"} https://zebedee:qu@x http"#;
        let shown = Shown::new([Some(shown)]);
        for (text, expected) in [
            ("at https://fhir-inside:8443.", "at https://fhir-inside:8443."),
            ("at https://fhir-inside:8443/Zebedee?name=Qu", "at https://fhir-inside:8443/…?…=…"),
            ("at https://zebedee:qu@x", "at …://…:…@x"),
            ("at fhir-inside:8443", "at …-…:…"),
            ("https://", "https://"),
        ] {
            assert_eq!(shown.unquoted(text, &Vocabulary::of(FILE)), expected, "{text}");
        }
    }

    #[test]
    fn an_answers_headers_are_shown_as_well() {
        let headers = vec![("location".into(), "/patient/Zebedee".into())];
        let answer = Response {
            status: 404,
            headers,
            body: b"no \xff".as_slice().into(),
            retry_after: None,
        };
        let shown = Shown::default().and(&answer);
        assert_eq!(shown.unquoted("no Zebedee here", &Vocabulary::default()), "… … here");
    }
}
