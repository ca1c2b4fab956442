//! What a connector says of itself.

/// How an action finds changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Detection {
    /// The EHR says what changed since a cursor.
    Feed,
    /// Reading takes changes off the EHR's list.
    ConsumingFeed,
    /// The EHR only lists what there is; the host compares.
    Snapshot,
}

/// How a time of change is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeForm {
    /// A day and a time of it, as RFC 3339 and ISO 8601 write them; without a zone as well.
    Rfc3339,
    /// A day alone, as `2026-05-01`.
    Date,
    /// Seconds since 1970, as a number or as its digits, with decimals maybe.
    EpochSeconds,
    /// Milliseconds since 1970, as a number or as its digits.
    EpochMilliseconds,
    /// A number that is no time and only grows, as a journal counts.
    Sequence,
}

/// Where records say when they changed: what `rounds connector test` tries and recordings replace
/// goes by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordTime {
    /// Where in a record, as the EHR answers it: the names that lead there from the record
    /// inwards, with dots between, as `changedAt` or `meta.lastUpdated`.
    pub field: String,
    /// How it is written.
    pub form: TimeForm,
    /// Whether no two changes share one.
    pub unique: bool,
}

impl RecordTime {
    /// A time that several changes may share.
    pub fn new(field: &str, form: TimeForm) -> Self {
        Self { field: field.into(), form, unique: false }
    }

    /// The same, where no two changes share one.
    #[must_use]
    pub fn unique(self) -> Self {
        Self { unique: true, ..self }
    }
}

/// What can be polled of an EHR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// As `appointments`.
    pub name: String,
    /// One line for people.
    pub summary: String,
    /// The events that it can notify.
    pub events: Vec<String>,
    /// How it finds changes.
    pub detection: Detection,
    /// Polling more often than this many seconds is refused.
    pub fastest: u32,
    /// Whether its whole listing can be read beside what changed: see
    /// [`Context::listing`](crate::Context::listing).
    pub lists: bool,
    /// Its records' time of change, where they have one.
    pub record_time: Option<RecordTime>,
}

impl Action {
    /// An action whose EHR says what changed since a cursor.
    pub fn feed(name: &str, summary: &str, events: &[&str], fastest: u32) -> Self {
        Self {
            name: name.into(),
            summary: summary.into(),
            events: owned(events),
            detection: Detection::Feed,
            fastest,
            lists: false,
            record_time: None,
        }
    }

    /// The same action, finding changes in another way.
    #[must_use]
    pub fn detection(self, detection: Detection) -> Self {
        Self { detection, ..self }
    }

    /// The same action, whose whole listing can be read beside what changed: `poll` and `changes`
    /// mind [`Context::listing`](crate::Context::listing).
    #[must_use]
    pub fn lists(self) -> Self {
        Self { lists: true, ..self }
    }

    /// The same action, whose records say when they changed.
    #[must_use]
    pub fn record_time(self, time: RecordTime) -> Self {
        Self { record_time: Some(time), ..self }
    }
}

/// What a connector says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The connector's name, as configurations give it.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// One line for people.
    pub summary: String,
    /// What can be polled.
    pub actions: Vec<Action>,
    /// JSON Schema of the connection's settings.
    pub settings_schema: String,
    /// Ways to sign in that the EHR offers.
    pub auth: Vec<String>,
    /// All that it will ever ask for, as `GET /Patient/*`.
    pub requests: Vec<String>,
    /// Headers of answers that it reads, in lower case: recordings keep them.
    pub reads_headers: Vec<String>,
}

impl Manifest {
    /// A manifest without actions and requests yet, that takes no settings and asks for no
    /// sign-in.
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            actions: Vec::new(),
            settings_schema: r#"{"type":"object","additionalProperties":false}"#.into(),
            auth: owned(&["none"]),
            requests: Vec::new(),
            reads_headers: Vec::new(),
        }
    }

    /// Adds an action.
    #[must_use]
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Sets the JSON Schema of the settings.
    #[must_use]
    pub fn settings_schema(self, schema: &str) -> Self {
        Self { settings_schema: schema.into(), ..self }
    }

    /// Sets the ways to sign in: `none`, `basic`, `bearer`, `header`,
    /// `oauth2-client-credentials`, `smart-backend-services`, `session`.
    #[must_use]
    pub fn auth(self, ways: &[&str]) -> Self {
        Self { auth: owned(ways), ..self }
    }

    /// Sets all that it will ever ask for: a method and a path each, where `*` stands for one
    /// segment and `**` at the end for any number.
    #[must_use]
    pub fn requests(self, requests: &[&str]) -> Self {
        Self { requests: owned(requests), ..self }
    }

    /// Sets the headers of answers that it reads, in lower case, as `x-next-page`: recordings keep
    /// them, beside `content-type`, `link`, `etag`, `last-modified`, `date` and `retry-after`.
    /// What carries credentials is never kept.
    #[must_use]
    pub fn reads_headers(self, names: &[&str]) -> Self {
        Self { reads_headers: owned(names), ..self }
    }

    /// The event of an action that has only one.
    pub(crate) fn only_event_of(&self, action: &str) -> Option<&str> {
        let action = self.actions.iter().find(|known| known.name == action)?;
        match action.events.as_slice() {
            [event] => Some(event),
            _ => None,
        }
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
