"""What several models share: addresses, telephone numbers, coded concepts."""

from dataclasses import dataclass

from rounds_sdk.model.base import Model


@dataclass(slots=True, kw_only=True, repr=False)
class Address(Model):
    """A postal address."""

    street_address: str | None = None
    """All lines, separated by a comma."""
    city: str | None = None
    """Town."""
    state: str | None = None
    """State or region."""
    zip: str | None = None
    """Postal code."""
    county: str | None = None
    """County or district."""
    country: str | None = None
    """Country, as the EHR writes it."""


@dataclass(slots=True, kw_only=True, repr=False)
class PhoneNumber(Model):
    """Telephone numbers, as the EHR writes them."""

    home: str | None = None
    """At home."""
    office: str | None = None
    """At work."""
    mobile: str | None = None
    """In the pocket."""


@dataclass(slots=True, kw_only=True, repr=False)
class Code(Model):
    """A coded concept."""

    code: str | None = None
    """The code."""
    codeset: str | None = None
    """The code system: a name or a URI."""
    description: str | None = None
    """What it means, for people."""
