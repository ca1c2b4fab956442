"""A visit: when, where, and with whom."""

from dataclasses import dataclass, field

from rounds_sdk.model.base import Model
from rounds_sdk.model.common import Address, PhoneNumber


@dataclass(slots=True, kw_only=True, repr=False)
class Location(Model):
    """A place."""

    kind: str | None = None
    """As the EHR words it."""
    facility: str | None = None
    """The house."""
    department: str | None = None
    """The ward or practice."""
    room: str | None = None
    """The room."""


@dataclass(slots=True, kw_only=True, repr=False)
class Provider(Model):
    """Someone who cares for patients."""

    id: str | None = None
    """The identifier, an NPI where there is one."""
    id_type: str | None = None
    """Which kind it is: `NPI`, `EHRID`, …"""
    first_name: str | None = None
    """Given names."""
    last_name: str | None = None
    """Family name; the whole name where the EHR gives no parts."""
    credentials: list[str] = field(default_factory=list)
    """As `MD`."""
    address: Address = field(default_factory=Address)
    """Where they practise."""
    email_addresses: list[str] = field(default_factory=list)
    """E-mail addresses."""
    phone_number: PhoneNumber = field(default_factory=PhoneNumber)
    """Telephone numbers."""
    location: Location = field(default_factory=Location)
    """Where they see patients."""


@dataclass(slots=True, kw_only=True, repr=False)
class Visit(Model):
    """A visit, planned or under way."""

    visit_number: str | None = None
    """What stays the same through all changes of a visit."""
    account_number: str | None = None
    """The account that it is billed to."""
    visit_date_time: str | None = None
    """When it begins, RFC 3339."""
    patient_class: str | None = None
    """As `Inpatient` or `Outpatient`, in the EHR's words."""
    status: str | None = None
    """As the EHR words it."""
    duration: int | None = None
    """Minutes."""
    reason: str | None = None
    """Why the patient comes."""
    cancel_reason: str | None = None
    """Why it was cancelled."""
    discharge_date_time: str | None = None
    """When the patient was discharged, RFC 3339."""
    kind: str | None = None
    """As the EHR words it."""
    instructions: list[str] = field(default_factory=list)
    """For the patient."""
    attending_provider: Provider | None = None
    """Who sees the patient."""
    consulting_provider: Provider | None = None
    """Who is consulted."""
    referring_provider: Provider | None = None
    """Who sent the patient."""
    location: Location = field(default_factory=Location)
    """Where it takes place."""
