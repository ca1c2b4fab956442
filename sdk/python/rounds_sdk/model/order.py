"""Orders."""

from dataclasses import dataclass, field

from rounds_sdk.model.base import Model
from rounds_sdk.model.common import Code
from rounds_sdk.model.patient import Patient
from rounds_sdk.model.visit import Provider, Visit


@dataclass(slots=True, kw_only=True, repr=False)
class ClinicalInfo(Model):
    """A question that an order answers."""

    code: str | None = None
    """The code."""
    codeset: str | None = None
    """The code system."""
    description: str | None = None
    """What it means, for people."""
    value: str | None = None
    """The answer."""
    units: str | None = None
    """Its unit."""


@dataclass(slots=True, kw_only=True, repr=False)
class Diagnosis(Model):
    """A reason for an order."""

    code: str | None = None
    """The code."""
    codeset: str | None = None
    """The code system."""
    name: str | None = None
    """What it means, for people."""
    kind: str | None = None
    """As `Working`."""


@dataclass(slots=True, kw_only=True, repr=False)
class OrderDetails(Model):
    """What is ordered."""

    id: str | None = None
    """What stays the same through all changes of an order."""
    status: str | None = None
    """As the EHR words it."""
    transaction_date_time: str | None = None
    """When it was placed, RFC 3339."""
    collection_date_time: str | None = None
    """When it is to be done, RFC 3339."""
    expiration: str | None = None
    """When it ends, RFC 3339."""
    priority: str | None = None
    """As `routine` or `stat`."""
    procedure: Code = field(default_factory=Code)
    """What is to be done."""
    provider: Provider | None = None
    """Who ordered it."""
    diagnoses: list[Diagnosis] = field(default_factory=list)
    """Why."""
    clinical_info: list[ClinicalInfo] = field(default_factory=list)
    """What else is to be known."""
    notes: list[str] = field(default_factory=list)
    """Free text."""
    comments: str | None = None
    """A remark for whoever carries it out."""


@dataclass(slots=True, kw_only=True, repr=False)
class Order(Model):
    """The `data` of `Order.*`."""

    patient: Patient = field(default_factory=Patient)
    """Whom it is for."""
    visit: Visit | None = None
    """The visit that it was placed in; `null` where the EHR names none."""
    order: OrderDetails = field(default_factory=OrderDetails)
    """The order itself."""
