"""Appointments."""

from dataclasses import dataclass, field

from rounds_sdk.model.base import Model
from rounds_sdk.model.patient import Patient
from rounds_sdk.model.visit import Visit


@dataclass(slots=True, kw_only=True, repr=False)
class AppointmentInfo(Model):
    """Something said of an appointment."""

    code: str | None = None
    """The code."""
    codeset: str | None = None
    """The code system."""
    description: str | None = None
    """What it means, for people."""
    value: str | None = None
    """A value, where it has one."""


@dataclass(slots=True, kw_only=True, repr=False)
class Scheduling(Model):
    """The `data` of `Scheduling.*`."""

    patient: Patient = field(default_factory=Patient)
    """Who comes; without identifiers where a slot is held or blocked."""
    visit: Visit = field(default_factory=Visit)
    """The appointment itself."""
    appointment_info: list[AppointmentInfo] = field(default_factory=list)
    """What else the EHR says of it, as its service type."""
