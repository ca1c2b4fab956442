//! What a connector says of itself.

use serde::Serialize;

/// A connector's description, checked to make sense.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The name that connections use.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// A line for people.
    pub summary: String,
    /// What can be polled.
    pub actions: Vec<Action>,
    /// JSON Schema of a connection's settings.
    pub settings_schema: serde_json::Value,
    /// Ways to sign in that the EHR offers.
    pub auth: Vec<String>,
    /// All that it will ever ask for, as `GET /Patient/*`.
    pub requests: Vec<String>,
    /// Headers of answers that it reads, in lower case.
    pub reads_headers: Vec<String>,
}

/// What can be polled of an EHR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    /// Its name in the configuration.
    pub name: String,
    /// A line for people.
    pub summary: String,
    /// The events that it can notify.
    pub events: Vec<String>,
    /// How its changes are found.
    pub detection: Detection,
    /// Polling more often than this many seconds is refused.
    pub fastest: u32,
    /// Whether its whole listing can be read beside what changed.
    pub lists: bool,
    /// Its records' time of change, where they have one.
    pub record_time: Option<RecordTime>,
}

/// Where records say when they changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordTime {
    /// The names that lead there from the record inwards, with dots between.
    pub field: String,
    /// How it is written.
    pub form: TimeForm,
    /// Whether no two changes share one.
    pub unique: bool,
}

/// How a time of change is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeForm {
    /// A day and a time of it, as RFC 3339 and ISO 8601 write them.
    Rfc3339,
    /// A day alone.
    Date,
    /// Seconds since 1970, with decimals maybe.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
    /// A number that is no time and only grows.
    Sequence,
}

/// How an action's changes are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detection {
    /// The EHR says what changed since a cursor.
    Feed,
    /// Reading takes changes off the EHR's list.
    ConsumingFeed,
    /// The EHR only lists what there is.
    Snapshot,
}

impl Manifest {
    /// The name and version, as `fhir-r4@0.1.0`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The action of that name.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// What is wrong with it, if anything is.
    pub(super) fn problem(&self) -> Option<String> {
        if !is_name(&self.name) {
            return Some("its name is not of small letters, digits and `-`".into());
        }
        if !is_version(&self.version) {
            return Some("its version is not a semantic version, as 0.1.0".into());
        }
        if self.actions.is_empty() {
            return Some("it declares no action".into());
        }
        if !self.reads_headers.iter().all(|name| is_header(name)) {
            return Some("a header that it reads is not of small letters, digits and `-`".into());
        }
        self.actions.iter().find_map(|action| self.action_problem(action))
    }

    fn action_problem(&self, action: &Action) -> Option<String> {
        let Action { name, events, .. } = action;
        if !is_name(name) {
            return Some("an action's name is not of small letters, digits and `-`".into());
        }
        if self.actions.iter().filter(|other| other.name == *name).count() > 1 {
            return Some(format!("it declares the action `{name}` twice"));
        }
        if events.is_empty() {
            return Some(format!("its action `{name}` declares no event"));
        }
        if !events.iter().all(|event| is_event(event)) {
            return Some(format!(
                "an event of its action `{name}` is not of letters, digits, `.`, `-` and `_`"
            ));
        }
        let field = action.record_time.as_ref().map(|time| time.field.as_str());
        field.is_some_and(|field| !is_field(field)).then(|| {
            format!(
                "the time of its action `{name}` has no field, as `changedAt` or `meta.lastUpdated`"
            )
        })
    }
}

/// Whether a text may be the name of a connector or an action.
pub(crate) fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=64).contains(&name.len()) && name.chars().all(letter)
}

fn is_event(event: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    (1..=128).contains(&event.len()) && event.chars().all(letter)
}

fn is_header(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    (1..=128).contains(&name.len()) && name.chars().all(letter)
}

/// Whether these are names with dots between. A name may hold anything else.
fn is_field(field: &str) -> bool {
    field.len() <= 256 && field.split('.').all(|name| !name.trim().is_empty())
}

fn is_version(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| {
        !part.is_empty() && part.len() < 10 && part.chars().all(|c| c.is_ascii_digit())
    };
    let plain = version.chars().all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
    plain && version.len() <= 64 && core.split('.').count() == 3 && core.split('.').all(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let action = Action {
            name: "appointments".into(),
            summary: String::new(),
            events: vec!["Scheduling.New".into()],
            detection: Detection::Feed,
            fastest: 60,
            lists: false,
            record_time: None,
        };
        Manifest {
            name: "fhir-r4".into(),
            version: "0.1.0".into(),
            summary: String::new(),
            actions: vec![action],
            settings_schema: serde_json::json!({}),
            auth: vec![],
            requests: vec![],
            reads_headers: vec![],
        }
    }

    #[test]
    fn a_manifest_that_makes_sense_has_no_problem() {
        assert_eq!(manifest().problem(), None);
    }

    #[test]
    fn each_problem_is_named() {
        let problem = |change: fn(&mut Manifest)| {
            let mut manifest = manifest();
            change(&mut manifest);
            manifest.problem().unwrap_or_default()
        };
        assert!(problem(|m| m.name = "FHIR R4".into()).contains("name"));
        assert!(problem(|m| m.version = "1".into()).contains("version"));
        assert!(problem(|m| m.version = "1.2.x".into()).contains("version"));
        assert!(problem(|m| m.actions.clear()).contains("no action"));
        assert!(problem(|m| m.actions.extend(m.actions.clone())).contains("twice"));
        assert!(
            problem(|m| m.actions.iter_mut().for_each(|a| a.events.clear())).contains("no event")
        );
        let event =
            |m: &mut Manifest| m.actions.iter_mut().for_each(|a| a.events.push("A\nB".into()));
        assert!(problem(event).contains("an event"));
        assert!(problem(|m| m.reads_headers.push("X-Next".into())).contains("a header"));
        for field in ["", "a..b", ".a"] {
            let mut manifest = manifest();
            let (form, unique) = (TimeForm::Date, false);
            let time = Some(RecordTime { field: field.into(), form, unique });
            manifest.actions.iter_mut().for_each(|action| action.record_time.clone_from(&time));
            assert!(manifest.problem().unwrap_or_default().contains("has no field"), "{field}");
        }
    }
}
