"""The data models that integration teams know from Redox, each the `data` of a notification.

They keep the convention of those models: what is absent is there all the same, a scalar as `null`,
a list as `[]`, a nested object with its own fields `null`. So a hold or a block of an appointment
book, which has no patient, carries a `Patient` without identifiers and with no name: a receiver
finds every path it knows, and tells such a slot by its empty `Patient.Identifiers`. The
exceptions are objects that either are or aren't, as a provider who isn't known: `null`; and
`Patient.PreviousIdentifiers`, which only a merge has.

`Meta` is not here: who told what, and when, is the host's to say.
"""

from rounds_sdk.model.common import Address, Code, PhoneNumber
from rounds_sdk.model.order import ClinicalInfo, Diagnosis, Order, OrderDetails
from rounds_sdk.model.patient import Contact, Demographics, Identifier, Patient, PatientAdmin
from rounds_sdk.model.results import Observation, ReferenceRange, ResultOrder, Results
from rounds_sdk.model.scheduling import AppointmentInfo, Scheduling
from rounds_sdk.model.visit import Location, Provider, Visit

__all__ = [
    "Address",
    "AppointmentInfo",
    "ClinicalInfo",
    "Code",
    "Contact",
    "Demographics",
    "Diagnosis",
    "Identifier",
    "Location",
    "Observation",
    "Order",
    "OrderDetails",
    "Patient",
    "PatientAdmin",
    "PhoneNumber",
    "Provider",
    "ReferenceRange",
    "ResultOrder",
    "Results",
    "Scheduling",
    "Visit",
]
