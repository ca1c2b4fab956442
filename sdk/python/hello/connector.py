"""The smallest connector: its EHR answers `GET /patients?since=…` with who changed since."""

from typing import TypedDict

from rounds_sdk import Action, Change, Connector, Context, Manifest, Page, Request, Response
from rounds_sdk import fit, read_each


class Changed(TypedDict):
    """Pairs of id and version, and from when to ask next."""

    patients: list[object]
    until: str


class Hello(Connector):
    """The connector."""

    def describe(self) -> Manifest:
        patients = Action.feed("patients", "Patients", ["PatientAdmin.PatientUpdate"], fastest=1)
        summary, requests = "Tells which patients changed", ["GET /patients"]
        return Manifest("hello", "0.1.0", summary, actions=[patients], requests=requests)

    def poll(self, context: Context, cursor: str | None) -> Request:
        return Request.get("/patients").query("since", context.since if cursor is None else cursor)

    def changes(self, context: Context, cursor: str | None, answer: Response) -> Page:
        changed = answer.ok().json(Changed)
        return Page.last(changed["until"], read_each("patients", changed["patients"], change_of))


def change_of(record: object) -> Change:
    id, version = fit(record, tuple[str, str])
    return Change.upserted(id, {}, version=version)
