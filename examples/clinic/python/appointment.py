"""What the clinic says of an appointment and its patient, as the data model has it."""

from typing import Required, TypedDict

from rounds_sdk import fingerprint, model


class Person(TypedDict, total=False):
    """Someone who sees patients."""

    id: str | None
    given: str | None
    family: str | None


class Room(TypedDict, total=False):
    """Where an appointment takes place."""

    facility: str | None
    room: str | None


class Appointment(TypedDict, total=False):
    """An appointment, with whatever of it the clinic knows."""

    id: Required[str]
    patientId: Required[str]
    status: str | None
    start: str | None
    minutes: int | None
    reason: str | None
    cancelReason: str | None
    type: str | None
    provider: Person | None
    location: Room | None


class Home(TypedDict, total=False):
    """Where a patient lives."""

    street: str | None
    city: str | None
    state: str | None
    zip: str | None


class Patient(TypedDict, total=False):
    """A patient."""

    id: Required[str]
    mrn: str | None
    given: str | None
    family: str | None
    birthDate: str | None
    sex: str | None
    phone: str | None
    address: Home | None


STATUSES = {"booked": "Scheduled", "cancelled": "Cancelled", "noshow": "No Show"}
SEXES = {"F": "Female", "M": "Male"}


def event_of(appointment: Appointment, *, same_start: bool | None) -> str:
    """The event, by whether the start is the one last told; `None` where none was told."""
    match appointment.get("status"), same_start:
        case "cancelled", _:
            return "Scheduling.Cancel"
        case "noshow", _:
            return "Scheduling.NoShow"
        case _, None:
            return "Scheduling.New"
        case _, False:
            return "Scheduling.Reschedule"
    return "Scheduling.Modification"


def cancelled(id: str, patient: str) -> Appointment:
    """An appointment of which nothing is told but that it is off."""
    return {"id": id, "patientId": patient, "status": "cancelled"}


def content_of(appointment: Appointment) -> str:
    """A fingerprint of all that is told of it: when it was changed is not."""
    minutes = appointment.get("minutes")
    provider = appointment.get("provider") or {}
    place = appointment.get("location") or {}
    parts = [
        appointment["patientId"],
        appointment.get("status"),
        appointment.get("start"),
        None if minutes is None else str(minutes),
        appointment.get("reason"),
        appointment.get("cancelReason"),
        appointment.get("type"),
        provider.get("id"),
        provider.get("given"),
        provider.get("family"),
        place.get("facility"),
        place.get("room"),
    ]
    return fingerprint([part or "" for part in parts])


def told_with(appointment: Appointment, patient: Patient | None) -> model.Scheduling:
    """What is told of it; without a patient where the clinic knows that one no more."""
    identifiers = [model.Identifier(id=appointment["patientId"], id_type="EHR")]
    if patient and patient.get("mrn"):
        identifiers.insert(0, model.Identifier(id=patient.get("mrn"), id_type="MR"))
    demographics = demographics_of(patient) if patient else model.Demographics()
    kind = appointment.get("type")
    return model.Scheduling(
        patient=model.Patient(identifiers=identifiers, demographics=demographics),
        visit=visit_of(appointment),
        appointment_info=[] if kind is None else [model.AppointmentInfo(description=kind)],
    )


def visit_of(appointment: Appointment) -> model.Visit:
    """The appointment itself."""
    status = appointment.get("status")
    provider = appointment.get("provider")
    place = appointment.get("location") or {}
    return model.Visit(
        visit_number=appointment["id"],
        visit_date_time=appointment.get("start"),
        duration=appointment.get("minutes"),
        status=None if status is None else STATUSES.get(status, status),
        reason=appointment.get("reason"),
        cancel_reason=appointment.get("cancelReason"),
        attending_provider=None if provider is None else provider_of(provider),
        location=model.Location(facility=place.get("facility"), room=place.get("room")),
    )


def provider_of(person: Person) -> model.Provider:
    """Who sees the patient."""
    given, family = person.get("given"), person.get("family")
    return model.Provider(id=person.get("id"), id_type="EHR", first_name=given, last_name=family)


def demographics_of(patient: Patient) -> model.Demographics:
    """Who a patient is."""
    home = patient.get("address") or {}
    return model.Demographics(
        first_name=patient.get("given"),
        last_name=patient.get("family"),
        dob=patient.get("birthDate"),
        sex=SEXES.get(patient.get("sex") or "", "Unknown"),
        phone_number=model.PhoneNumber(home=patient.get("phone")),
        address=model.Address(
            street_address=home.get("street"),
            city=home.get("city"),
            state=home.get("state"),
            zip=home.get("zip"),
        ),
    )
