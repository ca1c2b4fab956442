//! What a server says of a request that it refuses, in words that hold no patient's data: of its
//! OperationOutcome only what is in lists that everybody knows.

use rounds_sdk::{Failure, Request, Response};

use crate::{
    fhir::{Text, fhir},
    tolerant,
};

/// FHIR's issue types, as one text so that each is a word of this connector's own.
const CODES: &str = " invalid structure required value invariant security login unknown expired \
    forbidden suppressed processing not-supported duplicate multiple-matches not-found deleted \
    too-long code-invalid extension too-costly business-rule conflict limited-filter transient \
    lock-error no-store exception timeout incomplete throttled informational success ";

/// What is ever sent as a parameter.
const PARAMETERS: &str = " _lastUpdated _sort _count _total _include _since _id result ";

fhir! {
    /// What a server has to say.
    Outcome {
        issue: Vec<Issue<'a>>,
    }

    /// One thing that it says.
    Issue {
        severity: Option<Text<'a>>,
        code: Option<Text<'a>>,
    }
}

impl Outcome<'_> {
    /// What it says, where it is one: ` (not-found)`.
    pub(crate) fn said(&self) -> String {
        let code = self.issue.iter().find_map(|issue| listed(CODES, issue.code.as_deref()?));
        code.map(|code| format!(" ({code})")).unwrap_or_default()
    }

    /// Whether it speaks of an error.
    pub(crate) fn is_error(&self) -> bool {
        let is_one = |issue: &Issue| matches!(issue.severity.as_deref(), Some("error" | "fatal"));
        self.issue.iter().any(is_one)
    }
}

/// The answer itself, where its status is 2xx and it is no web page.
///
/// # Errors
/// Those of [`Response::ok`], with what the server said of it, what `request` asked, and what to do;
/// [`Failure::Unavailable`] for an answer that is yet to come.
pub(crate) fn ok(
    answer: &Response,
    request: impl FnOnce() -> Request,
) -> Result<&Response, Failure> {
    if answer.status == 202 {
        let says = format!("status 202 to {}: its answer is not ready yet", asked(&request()));
        return Err(Failure::Unavailable(says));
    }
    let is_refused = !(200..300).contains(&answer.status);
    let explained = |says: String| {
        let request = request();
        if !is_refused {
            let todo = "a page for people; check `base_url` and `auth`, and what stands between";
            return format!("{says} to {}: {todo}", asked(&request));
        }
        let (said, todo) = (said(answer, &request), todo(answer.status, kind(&request)));
        format!("{says}{said} to {}{todo}", asked(&request))
    };
    answer.ok().map_err(|failure| match failure {
        Failure::Unauthorized(says) => Failure::Unauthorized(explained(says)),
        Failure::Unavailable(says) => Failure::Unavailable(explained(says)),
        Failure::UnexpectedResponse(says) => Failure::UnexpectedResponse(explained(says)),
        other => other,
    })
}

/// What an outcome is about, in parentheses: its code, and the parameter of the request that it
/// names. Empty where it says neither.
pub(crate) fn said(answer: &Response, request: &Request) -> String {
    let text = answer.text().unwrap_or_default().trim();
    let outcome: Outcome = tolerant::parse(text).unwrap_or_default();
    let code = outcome.issue.iter().find_map(|issue| listed(CODES, issue.code.as_deref()?));
    let is_about = |name: &&str| is_named(text, name);
    let about = names(request).find(is_about).map(|name| format!("about `{name}`"));
    let parts: Vec<&str> = code.into_iter().chain(about.as_deref()).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// Whether an answer speaks of this parameter.
pub(crate) fn is_named(text: &str, name: &str) -> bool {
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text.get(..at), text.get(at + name.len()..));
        !before.is_some_and(|before| before.ends_with(is_of_word))
            && !after.is_some_and(|after| after.starts_with(is_of_word))
    })
}

/// What a request asks: a search's type and the names of its parameters, never their values.
fn asked(request: &Request) -> String {
    let names: Vec<&str> = names(request).collect();
    match (kind(request), names.join(", ")) {
        (kind, names) if !names.is_empty() => format!("a search of {kind} by {names}"),
        (kind, _) if request.target.contains('?') => format!("a further page of {kind}"),
        (kind, _) => format!("a request for a {kind}"),
    }
}

/// The names of the parameters of a request, as far as they are this connector's own.
fn names(request: &Request) -> impl Iterator<Item = &'static str> {
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let is_page = query.split('&').any(|part| {
        let name = part.split('=').next().unwrap_or_default();
        listed(PARAMETERS, name).is_none()
    });
    let mut names: Vec<&str> = Vec::new();
    for part in query.split('&').filter(|_| !is_page) {
        let name = listed(PARAMETERS, part.split('=').next().unwrap_or_default());
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names.into_iter()
}

/// The type that a request is about, where its path says so.
fn kind(request: &Request) -> &'static str {
    const KINDS: &str = " Appointment Patient Encounter ServiceRequest DiagnosticReport \
        Observation Practitioner Location ";
    let path = request.target.split('?').next().unwrap_or_default();
    path.split('/').find_map(|segment| listed(KINDS, segment)).unwrap_or("resource")
}

/// A word of a list, where it is one.
fn listed(list: &'static str, word: &str) -> Option<&'static str> {
    if word.is_empty() || word.contains(' ') {
        return None;
    }
    let at = list.find(&format!(" {word} "))? + 1;
    list.get(at..at + word.len())
}

/// What can be done about a status.
fn todo(status: u16, kind: &str) -> String {
    match status {
        400 | 422 | 501 => ": it must be possible to search by _lastUpdated".to_owned(),
        401 => ": it does not take who asks; check the connection's `auth`".to_owned(),
        403 => format!(": the EHR must let this client read and search {kind}"),
        404 | 405 => format!(": is `base_url` right, and does the EHR have {kind}?"),
        406 | 415 => ": if it wants another media type, set `accept` in the connection's `headers`"
            .to_owned(),
        413 | 414 => ": a smaller `page_size` may help".to_owned(),
        _ => String::new(),
    }
}
