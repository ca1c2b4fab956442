//! A connector that tells what it was shown wherever it has a say; its settings name the place.
//!
//! Its EHR answers `GET /appointments` with one appointment, and with a link where there is more.

use std::marker::PhantomData;

use rounds_sdk::*;
use serde::Deserialize;

use crate::{EVENT, release};

/// A release of it.
pub trait Edition {
    /// Its version.
    const VERSION: &'static str;
}

/// The connector.
pub struct Gossip<E>(PhantomData<E>);

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    tells_in: String,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    number: String,
    born: String,
    next: Option<String>,
}

impl<E: Edition> Connector for Gossip<E> {
    fn describe() -> Manifest {
        release("gossips", E::VERSION)
            .settings_schema(r#"{"type":"object"}"#)
            .auth(&["bearer", "oauth2-client-credentials"])
    }

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let link = cursor.filter(|cursor| cursor.starts_with("http"));
        Ok(Request::get(link.unwrap_or("/appointments")))
    }

    fn changes(context: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        let place = place(context)?;
        if let Some(failure) = failure(&place, answer.text()?) {
            return Err(failure);
        }
        if place == "header" {
            let patient = answer.header("x-patient").unwrap_or_default();
            return Err(Failure::unexpected(format!("nothing of {patient}")));
        }
        let Answer { name, number, born, next } = answer.ok()?.json()?;
        let change = Change::upserted(&name, answer.text()?).version(born).key(&number);
        match next {
            Some(link) => Ok(Page::more(link, [change])),
            None => Ok(Page::last(format!("after {name} {number}"), [change])),
        }
    }

    fn collect(
        context: &Context,
        change: &Change,
        _: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        match place(context)?.as_str() {
            "well" if collected.is_empty() => {
                let key = change.key.as_deref().unwrap_or_default();
                let request = Request::get(format!("/patient/{}", encode(key)));
                Ok(Step::Fetch(vec![
                    request.query("name", &change.id).header("x-name", &change.id),
                ]))
            }
            "collect" => {
                Err(Failure::unexpected(format!("no visit of {} {}", change.id, change.data)))
            }
            "skip" => Ok(Skipped::new(format!("nobody asks for {}", change.id)).into()),
            _ => Ok(Notification::raw(EVENT, &change.data).memo(&change.id).into()),
        }
    }
}

fn place(context: &Context) -> Result<String, Failure> {
    Ok(context.settings::<Settings>()?.tells_in)
}

/// The failure of a place, with all that was answered in it.
#[allow(clippy::panic, clippy::print_stderr, reason = "places to tell it in")]
fn failure(place: &str, text: &str) -> Option<Failure> {
    Some(match place {
        "unexpected" => Failure::unexpected(text),
        "unauthorized" => Failure::Unauthorized(text.into()),
        "unavailable" => Failure::Unavailable(text.into()),
        "cursor-lost" => Failure::CursorLost(text.into()),
        "internal" => Failure::Internal(text.into()),
        "invalid-settings" => Failure::InvalidSettings(text.into()),
        "panic" => panic!("{text}"),
        "last-words" => {
            eprintln!("panicked at {text}");
            std::process::abort()
        }
        "log" => {
            eprintln!("read {text}");
            return None;
        }
        _ => return None,
    })
}
