//! The smallest connector: its EHR answers `GET /patients?since=…` with who changed since.
use rounds_sdk::*;

/// The connector.
pub struct Hello;

/// Pairs of id and version, and from when to ask next.
#[derive(serde::Deserialize)]
struct Changed {
    patients: Vec<Record>,
    until: String,
}

impl Connector for Hello {
    fn describe() -> Manifest {
        Manifest::new("hello", "0.1.0", "Tells which patients changed")
            .action(Action::feed("patients", "Patients", &["PatientAdmin.PatientUpdate"], 1))
            .requests(&["GET /patients"])
    }
    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get("/patients").query("since", cursor.unwrap_or(&context.since)))
    }
    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        let Changed { patients, until } = answer.ok()?.json()?;
        Page::last(until, []).read_each("patients", &patients, |pair| {
            let (id, version) = pair.read::<(String, String)>()?;
            Ok(Change::upserted(id, "{}").version(version))
        })
    }
}
export!(Hello);
