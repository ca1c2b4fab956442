//! Recorded exchanges: what an EHR answered, and what a connector must make of it. One scenario a
//! file, as `sdk/EXCHANGES.md` describes them.

mod align;
mod compare;
mod difference;
mod fails;
mod folder;
mod replay;
mod values;
mod write;

use std::{fmt, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use url::{Origin, Url};

pub(super) use self::replay::{notifications, skipped, unreadable};
pub use self::{
    difference::Difference,
    fails::Fails,
    folder::{Error, Found, find},
    replay::Outcome,
};
use super::{drive::Setup, json::Json};
use crate::{connector::Mode, egress::Response};

/// Where a scenario's EHR is, unless it says otherwise.
pub const BASE_URL: &str = "http://ehr.example";
/// From when changes are wanted, unless a scenario says otherwise.
const SINCE: &str = "2026-01-01T00:00:00Z";
/// From one poll to the next, unless they say when they are.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// One or several polls of an action, with all that they ask, are answered, and tell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The file that it is from.
    #[serde(skip)]
    pub file: PathBuf,
    /// What it shows, in a sentence.
    #[serde(default)]
    pub about: String,
    /// The action polled.
    pub action: String,
    /// The connection's settings; `{}` where absent.
    #[serde(default)]
    pub settings: Option<Json>,
    /// The connection's base URL; [`BASE_URL`] where absent.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Further origins that it may ask by whole URL.
    #[serde(default)]
    pub allow_origins: Vec<String>,
    /// From when changes are wanted; 2026-01-01T00:00:00Z where absent.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// The polls, which share cursor, memos and what was seen.
    pub polls: Vec<Poll>,
}

/// One poll.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Poll {
    /// When it begins; a minute after the one before, or after `since`, where absent.
    pub now: Option<Timestamp>,
    /// Whether it reads the whole listing, with that one's own cursor.
    pub listing: bool,
    /// Whether nobody hears of what it finds.
    pub silent: bool,
    /// Whether what the EHR refuses is to be left out.
    pub last_try: bool,
    /// Every request, with its answer.
    pub exchanges: Vec<Exchange>,
    /// The cursor after its last page; not compared where absent.
    pub cursor: Option<String>,
    /// All that is told, in order.
    pub notifications: Vec<Notification>,
    /// All that is passed over.
    pub skipped: Vec<Skip>,
    /// All that cannot be read.
    pub unreadable: Vec<Odd>,
    /// All that a user is told of the EHR.
    pub notices: Vec<String>,
    /// Why it fails; it must not where absent.
    pub fails: Option<Fails>,
}

/// A request and its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// As `GET /Patient/7`.
    pub request: String,
    /// The request's body; not compared where absent.
    #[serde(default, deserialize_with = "given")]
    pub sends: Option<Json>,
    /// Headers that the request must have; others are not compared.
    #[serde(default)]
    pub request_headers: Headers,
    /// The answer's status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The answer's headers.
    #[serde(default)]
    pub headers: Headers,
    /// The answer's body: a string as it is, any other value as JSON.
    #[serde(default, deserialize_with = "given")]
    pub body: Option<Json>,
    /// The answer's body where it is no text.
    #[serde(default)]
    pub body_bytes: Option<Encoded>,
}

/// Names and values, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

/// Bytes that are no text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoded {
    /// In base64.
    pub base64: String,
}

impl Encoded {
    /// Bytes, encoded.
    pub fn of(bytes: &[u8]) -> Self {
        Self { base64: BASE64.encode(bytes) }
    }

    fn decode(&self) -> Option<Vec<u8>> {
        BASE64.decode(&self.base64).ok()
    }
}

/// What must be told of a record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// The record's id.
    pub record: String,
    /// Data model and event type.
    pub event: String,
    /// The change's key; not compared where absent.
    #[serde(default)]
    pub key: Option<String>,
    /// The change's version; not compared where absent.
    #[serde(default)]
    pub version: Option<String>,
    /// The payload, of which every byte counts but the white space between its parts; not
    /// compared where absent.
    #[serde(default, deserialize_with = "given")]
    pub data: Option<Json>,
}

/// A record that nobody must be told of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The record's id.
    pub record: String,
    /// Why; not compared where absent.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A record that cannot be read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Odd {
    /// Where it stands in the answer.
    pub place: String,
    /// Its identifier, where that can be read.
    #[serde(default)]
    pub id: Option<String>,
    /// Why; not compared where absent.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Poll {
    /// How it differs from a usual one.
    pub fn mode(&self) -> Mode {
        let &Self { listing, silent, last_try, .. } = self;
        Mode { interrupted: false, listing, silent, last_try }
    }
}

impl Scenario {
    /// The file's name without its extension.
    pub fn name(&self) -> String {
        self.file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Reads a scenario's text.
    ///
    /// # Errors
    /// What is wrong, and in which line and column.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let scenario: Self = serde_json::from_str(text)?;
        match scenario.problem() {
            Some(problem) => Err(serde_json::Error::custom(problem)),
            None => Ok(scenario),
        }
    }

    /// What a user would have configured.
    pub fn setup(&self) -> Setup {
        Setup {
            action: self.action.clone(),
            settings: self.settings.as_ref().map_or_else(|| serde_json::json!({}), Json::value),
            base_url: self.base_url().unwrap_or_else(base_url),
            allow_origins: self.allow_origins.iter().filter_map(|it| origin(it)).collect(),
            since: self.since(),
        }
    }

    /// When each poll begins.
    pub fn times(&self) -> Vec<Timestamp> {
        let mut last = self.since();
        let times = self.polls.iter().map(|poll| {
            last = poll.now.unwrap_or_else(|| last.checked_add(MINUTE).unwrap_or(last));
            last
        });
        times.collect()
    }

    fn since(&self) -> Timestamp {
        self.since.or_else(|| SINCE.parse().ok()).unwrap_or_default()
    }

    fn base_url(&self) -> Option<Url> {
        self.base_url.as_deref().map_or_else(|| Some(base_url()), |url| Url::parse(url).ok())
    }

    /// What is wrong with it, where its text has the right form.
    fn problem(&self) -> Option<String> {
        if self.polls.is_empty() {
            return Some("polls: there is none".into());
        }
        if self.base_url().is_none() {
            return Some("base_url: is no URL".into());
        }
        if self.allow_origins.iter().any(|it| origin(it).is_none()) {
            return Some("allow_origins: are no origins, as https://ehr.example:8443".into());
        }
        if !matches!(self.settings, None | Some(Json::Table(_))) {
            return Some("settings: is no object".into());
        }
        let polls = self.polls.iter().enumerate();
        let mut exchanges = polls.flat_map(|(poll, it)| {
            it.exchanges.iter().enumerate().map(move |(at, exchange)| (poll, at, exchange))
        });
        exchanges.find_map(|(poll, at, exchange)| {
            let problem = exchange.problem()?;
            Some(format!("polls[{poll}].exchanges[{at}].{problem}"))
        })
    }
}

impl Exchange {
    fn problem(&self) -> Option<&'static str> {
        let target = ["GET ", "POST "].iter().find_map(|it| self.request.strip_prefix(it));
        if target.is_none_or(|target| target.contains(char::is_whitespace)) {
            return Some("request: is none; write GET or POST, a blank, and the target");
        }
        if !(200..600).contains(&self.status) {
            return Some("status: is none that an EHR can answer");
        }
        match (&self.body, &self.body_bytes) {
            (Some(_), Some(_)) => Some("body: there is a body_bytes as well"),
            (_, Some(bytes)) if bytes.decode().is_none() => Some("body_bytes: is no base64"),
            _ => None,
        }
    }

    /// What a client would have made of it.
    pub fn response(&self) -> Response {
        let (body, is_json) = match (&self.body, &self.body_bytes) {
            (Some(Json::Text(text)), _) => (text.read().into_owned().into(), false),
            (Some(json), _) => (json.compact().into(), true),
            (None, Some(bytes)) => (bytes.decode().unwrap_or_default().into(), false),
            (None, None) => (Bytes::new(), false),
        };
        let mut headers = self.headers.0.clone();
        if is_json && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".into(), "application/json".into()));
        }
        Response { status: self.status, headers, body, retry_after: None }
    }
}

/// Scheme, host and port, as `https://ehr.example:8443`, and nothing else.
fn origin(text: &str) -> Option<Origin> {
    let origin = Url::parse(text).ok()?.origin();
    (origin.ascii_serialization() == text).then_some(origin)
}

#[expect(clippy::expect_used, reason = "the constant is a URL")]
fn base_url() -> Url {
    BASE_URL.parse().expect("a URL")
}

fn ok() -> u16 {
    200
}

/// A value that is there, also where it is `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, String>()? {
            if name.chars().any(|letter| letter.is_ascii_uppercase()) {
                return Err(A::Error::custom(format!("header `{name}`: write it in lower case")));
            }
            headers.push((name, value));
        }
        Ok(Headers(headers))
    }
}
