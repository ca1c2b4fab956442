//! Polls FHIR R4 servers: what changed by `_lastUpdated`, and who and where it is about.
//!
//! An action is a file: `appointments`, `patients`, `encounters`, `orders`, `results`. Each
//! names what it searches, and maps one record to one notification. What they share lies
//! beside them: `search` asks for changes so that none is lost, `related` collects what a
//! record refers to, `map` writes the pieces that all payloads have, `fhir` reads the pieces
//! that all resources have.

mod appointments;
mod bundle;
mod content;
mod current;
mod cursor;
mod encounters;
mod fhir;
mod instant;
mod map;
mod moved;
mod names;
mod orders;
mod outcome;
mod patients;
mod related;
mod results;
mod search;
mod settings;
mod tolerant;

use rounds_sdk::{
    Change, ChangeKind, Connector, Context, Failure, Manifest, Page, Request, Response, Skipped,
    Step,
};

use related::UNHEARD;
use serde::Deserialize;
use settings::Settings;

/// The connector.
pub struct FhirR4;

impl Connector for FhirR4 {
    fn describe() -> Manifest {
        Manifest::new("fhir-r4", env!("CARGO_PKG_VERSION"), "FHIR R4 servers, by _lastUpdated")
            .action(appointments::action())
            .action(patients::action())
            .action(encounters::action())
            .action(orders::action())
            .action(results::action())
            .settings_schema(settings::SCHEMA)
            .auth(&[
                "none",
                "basic",
                "bearer",
                "header",
                "oauth2-client-credentials",
                "smart-backend-services",
            ])
            .requests(&[
                // Searches, their further pages wherever a server has them, what was deleted, and
                // records. Operations (`$…`) are never asked for: `names` refuses such links.
                "GET /Appointment/**",
                "GET /Patient/**",
                "GET /Encounter/**",
                "GET /ServiceRequest/**",
                "GET /DiagnosticReport/**",
                "GET /Observation/**",
                "GET /Practitioner/*",
                "GET /Location/*",
                // Of many at once, where a URL would grow too long.
                "POST /DiagnosticReport/_search",
                // Where some servers' next links lead: the base URL with a query, and what they
                // name pages by.
                "GET /",
                "GET /_snapshot/**",
                "GET /__page/**",
            ])
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let settings = context.settings()?;
        match feed(&context.action) {
            Some(feed) => search::poll(context, &settings, feed, cursor),
            None => results::poll(context, &settings, cursor),
        }
    }

    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        let settings = context.settings()?;
        match feed(&context.action) {
            Some(feed) => search::changes(context, &settings, feed, cursor, answer),
            None => results::changes(context, &settings, cursor, answer),
        }
    }

    fn collect(
        context: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let settings: Settings = context.settings()?;
        let case = related::Case { context, settings: &settings, change, memo, collected };
        if change.kind == ChangeKind::Deleted {
            return deleted(&case);
        }
        match context.action.as_str() {
            "appointments" => appointments::collect(&case),
            "patients" => patients::collect(&case),
            "encounters" => encounters::collect(&case),
            "orders" => orders::collect(&case),
            "results" => results::collect(&case),
            _ => Err(Failure::Internal("an action that the manifest doesn't name".into())),
        }
    }

    fn moved_away(
        context: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let settings: Settings = context.settings()?;
        let case = related::Case { context, settings: &settings, change, memo, collected };
        match context.action.as_str() {
            "appointments" => appointments::moved_away(&case),
            "encounters" => encounters::moved_away(&case),
            "orders" => orders::moved_away(&case),
            _ => Ok(results::moved_away()),
        }
    }
}

/// What the server has no more: as a sweep found, or as its history says, where that is so.
fn deleted(case: &related::Case) -> Result<Step, Failure> {
    let said: Deleted = serde_json::from_str(&case.change.data).unwrap_or_default();
    let Some(path) = said.deleted else { return gone(case) };
    let Some((answer, collected)) = case.collected.split_first() else {
        let step = gone(case)?;
        let is_untold = matches!(step, Step::Skip { .. });
        return Ok(if is_untold {
            step
        } else {
            Step::Fetch(vec![search::fhir(Request::get(path))])
        });
    };
    let is_gone = matches!(answer.status, 404 | 410);
    match outcome::ok(answer, || Request::get(path)) {
        Ok(_) => Ok(Skipped::new("it was deleted, and stands again").into()),
        Err(_) if is_gone || case.context.last_try => gone(&related::Case { collected, ..*case }),
        Err(failure) => Err(failure),
    }
}

/// What is kept of a record that a history says was deleted.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Deleted {
    /// Where it was.
    deleted: Option<String>,
}

/// What the server has no more.
fn gone(case: &related::Case) -> Result<Step, Failure> {
    match case.context.action.as_str() {
        "appointments" => appointments::gone(case),
        "encounters" => encounters::gone(case),
        "orders" => orders::gone(case),
        "results" => results::gone(case),
        _ => Ok(Skipped::new("there is no event for a patient who is gone").memo(UNHEARD).into()),
    }
}

/// The search of an action that has one; `results` has two, and takes turns.
fn feed(action: &str) -> Option<&'static search::Feed> {
    match action {
        "appointments" => Some(&appointments::FEED),
        "patients" => Some(&patients::FEED),
        "encounters" => Some(&encounters::FEED),
        "orders" => Some(&orders::FEED),
        _ => None,
    }
}

rounds_sdk::export!(FhirR4);
