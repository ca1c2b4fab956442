"""Who it is about, and the model that tells of patients and their visits."""

from dataclasses import dataclass, field

from rounds_sdk.model.base import Model
from rounds_sdk.model.common import Address, PhoneNumber
from rounds_sdk.model.visit import Visit


@dataclass(slots=True, kw_only=True, repr=False)
class Identifier(Model):
    """A name under which a patient or a provider is known to some system."""

    id: str | None = None
    """The identifier."""
    id_type: str | None = None
    """Which kind it is: `MR`, `EHRID`, `NPI`, …"""


@dataclass(slots=True, kw_only=True, repr=False)
class Demographics(Model):
    """Who a patient is."""

    first_name: str | None = None
    """First given name."""
    middle_name: str | None = None
    """Further given names."""
    last_name: str | None = None
    """Family name."""
    dob: str | None = None
    """`YYYY-MM-DD`, or as much of it as is known."""
    ssn: str | None = None
    """Social security number."""
    sex: str | None = None
    """`Female`, `Male`, `Other` or `Unknown`."""
    race: str | None = None
    """As the EHR words it."""
    is_hispanic: bool | None = None
    """Whether the EHR says so."""
    marital_status: str | None = None
    """As the EHR words it."""
    is_deceased: bool | None = None
    """Whether the EHR says so."""
    death_date_time: str | None = None
    """RFC 3339, or as much as is known."""
    phone_number: PhoneNumber = field(default_factory=PhoneNumber)
    """Telephone numbers."""
    email_addresses: list[str] = field(default_factory=list)
    """E-mail addresses."""
    language: str | None = None
    """A code, as `en`."""
    citizenship: list[str] = field(default_factory=list)
    """Countries."""
    address: Address = field(default_factory=Address)
    """The address."""


@dataclass(slots=True, kw_only=True, repr=False)
class Contact(Model):
    """Someone to be called about a patient."""

    first_name: str | None = None
    """Given names."""
    middle_name: str | None = None
    """Always `null` where the EHR has no such field."""
    last_name: str | None = None
    """Family name."""
    address: Address = field(default_factory=Address)
    """Where they live."""
    phone_number: PhoneNumber = field(default_factory=PhoneNumber)
    """Telephone numbers."""
    relation_to_patient: str | None = None
    """As the EHR words it."""
    email_addresses: list[str] = field(default_factory=list)
    """E-mail addresses."""
    roles: list[str] = field(default_factory=list)
    """As `Emergency contact`."""


@dataclass(slots=True, kw_only=True, repr=False)
class Patient(Model):
    """A patient."""

    identifiers: list[Identifier] = field(default_factory=list)
    """The EHR's own (`EHRID`), a medical record number (`MR`), and others."""
    previous_identifiers: list[Identifier] = field(default_factory=list)
    """Those of the patients that were merged into this one.

    Of `PatientAdmin.PatientMerge` alone, and not there where it is empty.
    """
    demographics: Demographics = field(default_factory=Demographics)
    """Name, birth date, address and so on."""
    notes: list[str] = field(default_factory=list)
    """Free text."""
    contacts: list[Contact] = field(default_factory=list)
    """Who else is to be called."""

    def plain(self) -> dict[str, object]:
        """Answer its fields by the models' own names, in their order."""
        plain = Model.plain(self)
        if not self.previous_identifiers:
            del plain["PreviousIdentifiers"]
        return plain


@dataclass(slots=True, kw_only=True, repr=False)
class PatientAdmin(Model):
    """The `data` of `PatientAdmin.*`."""

    patient: Patient = field(default_factory=Patient)
    """Who it is about."""
    visit: Visit | None = None
    """The visit, where the event is one of a visit; `null` otherwise."""
