"""Results."""

from dataclasses import dataclass, field

from rounds_sdk.model.base import Model
from rounds_sdk.model.common import Code
from rounds_sdk.model.patient import Patient
from rounds_sdk.model.visit import Provider, Visit


@dataclass(slots=True, kw_only=True, repr=False)
class ReferenceRange(Model):
    """What is usual for a value."""

    low: int | float | None = None
    """The lower end."""
    high: int | float | None = None
    """The upper end."""
    text: str | None = None
    """In words."""


@dataclass(slots=True, kw_only=True, repr=False)
class Observation(Model):
    """One value."""

    code: str | None = None
    """The code."""
    codeset: str | None = None
    """The code system."""
    description: str | None = None
    """What it means, for people."""
    value: str | None = None
    """The value, digit for digit as the EHR writes it; `null` where it has none."""
    value_type: str | None = None
    """`Numeric`, `String`, `Coded Entry` or `DateTime`."""
    units: str | None = None
    """Its unit."""
    date_time: str | None = None
    """When it was observed, RFC 3339."""
    abnormal_flag: str | None = None
    """As `High`, or the EHR's code."""
    status: str | None = None
    """As the EHR words it."""
    performer: Provider | None = None
    """Who observed it."""
    reference_range: ReferenceRange = field(default_factory=ReferenceRange)
    """What is usual."""
    observation_method: str | None = None
    """How it was observed."""
    notes: list[str] = field(default_factory=list)
    """Free text."""


@dataclass(slots=True, kw_only=True, repr=False)
class ResultOrder(Model):
    """An order, and what came of it."""

    id: str | None = None
    """The order's identifier, or the report's where no order is named."""
    application_order_id: str | None = None
    """The report's identifier in the laboratory or department."""
    transaction_date_time: str | None = None
    """When it was reported, RFC 3339."""
    collection_date_time: str | None = None
    """When the sample was taken or the patient examined, RFC 3339."""
    completion_date_time: str | None = None
    """When it was finished, RFC 3339."""
    results_status: str | None = None
    """The report's status, as the EHR words it."""
    status: str | None = None
    """The order's own status."""
    procedure: Code = field(default_factory=Code)
    """What was done."""
    provider: Provider | None = None
    """Who ordered or answers for it."""
    notes: list[str] = field(default_factory=list)
    """Free text, as a conclusion."""
    results: list[Observation] = field(default_factory=list)
    """The values."""


@dataclass(slots=True, kw_only=True, repr=False)
class Results(Model):
    """The `data` of `Results.*`."""

    patient: Patient = field(default_factory=Patient)
    """Whose they are."""
    visit: Visit | None = None
    """The visit that they belong to; `null` where the EHR names none."""
    orders: list[ResultOrder] = field(default_factory=list)
    """The orders that they answer: one a report."""
