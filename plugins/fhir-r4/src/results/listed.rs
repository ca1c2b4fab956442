//! Whether a report lists an observation: then it is told with that report.

use rounds_sdk::{Failure, Request, Response, encode};

use super::{REPORTS, UNTOLD};
use crate::{bundle::Bundle, outcome, related::Case, search};

/// So many reports are asked for at most, where many observations are asked about.
const TOGETHER: usize = 100;

/// The longest target that is asked for by GET, in bytes: some servers and proxies refuse longer ones.
const LONGEST: usize = 2_000;

/// What is remembered of an observation that its report has told.
pub(super) const LISTED: &str = "listed";

/// Whether a report lists an observation.
pub(super) enum Listed<'a> {
    Yes,
    No {
        /// The answers to what was asked beside that.
        collected: &'a [Response],
    },
    /// This tells.
    Ask(Request),
}

/// Whether a report lists an observation, which only one that nobody has heard of needs to know.
/// It is asked of all that came on one page together, as equal requests are sent once: in a body
/// where a URL would grow too long, or was, then in shorter URLs where the server refuses that, and
/// of this one alone where the answer leaves it open.
pub(super) fn listed<'a>(case: &Case<'a>, beside: Option<&str>) -> Result<Listed<'a>, Failure> {
    let mut collected = case.collected;
    if !case.is_unheard() && case.memo != Some(UNTOLD) {
        return Ok(Listed::No { collected });
    }
    let mut before = None;
    for request in questions(&case.change.id, beside) {
        // What a server doesn't take as a URL of this length it may take as a body.
        let is_longer = before.is_none_or(|status| matches!(status, 413 | 414));
        if request.body.is_some() && !is_longer {
            continue;
        }
        let Some((answer, rest)) = collected.split_first() else {
            return Ok(Listed::Ask(request));
        };
        (collected, before) = (rest, Some(answer.status));
        match is_listed(case, &request, answer) {
            Ok(Some(true)) => return Ok(Listed::Yes),
            Ok(Some(false)) => return Ok(Listed::No { collected }),
            Ok(None) => {}
            Err(_) if case.context.last_try => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(Listed::No { collected })
}

/// What is asked, one after another until an answer tells.
fn questions(alone: &str, beside: Option<&str>) -> Vec<Request> {
    let mut questions = Vec::new();
    if let Some(beside) = beside.filter(|beside| *beside != alone) {
        let together = by_url(beside, TOGETHER);
        if together.target.len() <= LONGEST {
            questions.extend([together, by_body(beside)]);
        } else {
            questions.push(by_body(beside));
            questions.extend(part(alone, beside).map(|names| by_url(&names, TOGETHER)));
        }
    }
    let last = by_url(alone, 1);
    questions.push(if last.target.len() <= LONGEST { last } else { by_body(alone) });
    questions
}

/// Of many names those that fit one URL with this one; the same for each of them.
fn part(alone: &str, beside: &str) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for name in beside.split(',') {
        let so_far = by_url(&names.join(","), TOGETHER).target.len();
        if so_far + encode(name).len() + encode(",").len() > LONGEST {
            if names.contains(&alone) {
                break;
            }
            names.clear();
        }
        names.push(name);
    }
    (names.len() > 1 && names.contains(&alone)).then(|| names.join(","))
}

/// The request that says which reports list any of these observations.
fn by_url(names: &str, most: usize) -> Request {
    let request = Request::get("/DiagnosticReport").query("result", names);
    search::fhir(request.query("_count", most))
}

/// The same, with the names in its body.
fn by_body(names: &str) -> Request {
    let form = format!("result={}&_count={TOGETHER}", encode(names));
    let request = Request::post("/DiagnosticReport/_search");
    search::fhir(request.body("application/x-www-form-urlencoded", form))
}

/// Whether a report answered does list the observation, as a server that doesn't know the
/// parameter answers any, or an error. `None` where there may be others.
fn is_listed(
    case: &Case<'_>,
    request: &Request,
    answer: &Response,
) -> Result<Option<bool>, Failure> {
    if matches!(answer.status, 400 | 404 | 405 | 413 | 414 | 415 | 422 | 501) {
        return Ok(None);
    }
    let most = if request.target.ends_with("_count=1") { 1 } else { TOGETHER };
    let answer = outcome::ok(answer, || request.clone())?;
    let bundle = Bundle::read(case.context, &REPORTS, answer)?;
    let is_listed = bundle.refers_to(&case.change.id);
    let is_all = bundle.next.is_none() && bundle.shown() < most;
    Ok((is_listed || is_all).then_some(is_listed))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn names(count: usize, length: usize) -> Vec<String> {
        (0..count).map(|at| format!("Observation/{at:0length$}")).collect()
    }

    #[test]
    fn what_fits_a_url_is_asked_by_one_and_by_body_where_that_is_too_long_for_the_server() {
        let names = names(20, 36);
        let asked = questions(&names[3], Some(&names.join(",")));
        let is_by_body: Vec<_> = asked.iter().map(|it| it.body.is_some()).collect();
        assert_eq!(is_by_body, [false, true, false]);
        assert!(asked.iter().all(|it| it.target.len() <= LONGEST));
    }

    #[test]
    fn what_does_not_is_asked_in_a_body_and_then_in_parts_that_are_the_same_for_all() {
        let names = names(20, 120);
        let (mut parts, together) = (std::collections::BTreeSet::new(), names.join(","));
        for name in &names {
            let asked = questions(name, Some(&together));
            let is_by_body: Vec<_> = asked.iter().map(|it| it.body.is_some()).collect();
            assert!(
                matches!(is_by_body[..], [true, false, false] | [true, false]),
                "{is_by_body:?}"
            );
            assert!(asked.iter().all(|it| it.target.len() <= LONGEST));
            assert!(asked.iter().skip(1).all(|it| it.target.contains(&encode(name))), "{name}");
            parts.insert(asked[1].target.clone());
        }
        assert_eq!(parts.len(), 2);
    }
}
