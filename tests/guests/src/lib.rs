//! What the guests of the tests share: a connector that behaves, of which each guest spoils
//! one thing.
//!
//! Their EHR is the clinic of `tests/support/clinic.rs`, which answers
//! `GET /appointments?changedsince=…` with what changed and `GET /patient/{id}` with whom it
//! is about.

pub mod careful;
pub mod gossip;
pub mod numbered;
pub mod register;
pub mod simulated;

pub use rounds_sdk::*;
use serde::{Deserialize, Serialize};

/// What every guest polls.
pub const ACTION: &str = "appointments";
/// What every guest tells.
pub const EVENT: &str = "Scheduling.Modification";

/// A connector that behaves, but for what a guest writes anew.
pub trait Behaviour {
    /// The connector's name.
    const NAME: &'static str;

    /// As [`Connector::describe`].
    fn describe() -> Manifest {
        manifest(Self::NAME)
    }

    /// As [`Connector::poll`].
    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let _ = context;
        Ok(ask(cursor))
    }

    /// As [`Connector::changes`].
    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        let (_, _) = (context, cursor);
        read(answer)
    }

    /// As [`Connector::collect`].
    fn collect(
        context: &Context,
        change: &Change,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let _ = context;
        tell(change, collected)
    }
}

/// Makes a connector of a [`Behaviour`].
pub struct Behaves<B>(std::marker::PhantomData<B>);

impl<B: Behaviour> Connector for Behaves<B> {
    fn describe() -> Manifest {
        B::describe()
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        B::poll(context, cursor)
    }

    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        B::changes(context, cursor, answer)
    }

    fn collect(
        context: &Context,
        change: &Change,
        _: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        B::collect(context, change, collected)
    }
}

/// Exports a [`Behaviour`].
#[macro_export]
macro_rules! guest {
    ($behaviour:ident) => {
        type Behaving = $crate::Behaves<$behaviour>;
        $crate::export!(Behaving);
    };
}

/// What the clinic answers to who asks what changed.
#[derive(Deserialize)]
struct Answer {
    appointments: Vec<Appointment>,
    until: u64,
}

/// An appointment as the clinic tells it, and as a change's data.
#[derive(Serialize, Deserialize)]
struct Appointment {
    id: String,
    version: u64,
    patient: String,
}

/// The manifest of a connector that behaves.
pub fn manifest(name: &str) -> Manifest {
    release(name, env!("CARGO_PKG_VERSION"))
}

/// The manifest of a later or earlier version of it.
pub fn release(name: &str, version: &str) -> Manifest {
    Manifest::new(name, version, "A guest of the tests")
        .action(Action::feed(ACTION, "Appointments", &[EVENT], 1))
        .requests(&["GET /appointments", "GET /patient/*"])
}

/// Asks what changed since a cursor.
pub fn ask(cursor: Option<&str>) -> Request {
    Request::get("/appointments").query("changedsince", cursor.unwrap_or("0"))
}

/// Reads what changed. The clinic's 410 says that it no longer knows the cursor.
pub fn read(answer: &Response) -> Result<Page, Failure> {
    if answer.status == 410 {
        return Err(Failure::CursorLost("status 410".into()));
    }
    let answer: Answer = answer.ok()?.json()?;
    let change = |appointment: &Appointment| {
        let change = Change::json(&appointment.id, appointment)?;
        Ok(change.version(appointment.version.to_string()).key(&appointment.patient))
    };
    let changes = answer.appointments.iter().map(change).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::last(answer.until.to_string(), changes))
}

/// Asks for the patient, then tells of the appointment.
pub fn tell(change: &Change, collected: &[Response]) -> Result<Step, Failure> {
    let appointment: Appointment = serde_json::from_str(&change.data)
        .map_err(|_| Failure::Internal("a change's data is not its own".into()))?;
    let Some(patient) = collected.first() else {
        let patient = Request::get(format!("/patient/{}", appointment.patient));
        return Ok(Step::Fetch(vec![patient]));
    };
    let patient: serde_json::Value = patient.ok()?.json()?;
    let payload = serde_json::json!({ "Patient": patient, "Appointment": appointment });
    Ok(Notification::new(EVENT, &payload)?.into())
}

/// A page of one change, whatever the EHR answered.
pub fn one_change(cursor: &str) -> Page {
    let appointment = Appointment { id: "1".into(), version: 1, patient: "7".into() };
    let data = serde_json::to_string(&appointment).unwrap_or_default();
    Page::last(cursor, [Change::upserted("1", data).version("1")])
}
