"""What all types of the models share: the spelling of their fields, and a `repr` without them."""

from dataclasses import dataclass, fields
from functools import cache

# Parts of a name that the models spell in their own way.
_SPELLED = {"id": "ID", "dob": "DOB", "ssn": "SSN", "zip": "ZIP", "kind": "Type"}


@dataclass(slots=True, repr=False)
class Model:
    """A part of a data model. It may hold a patient's data, so its `repr` shows its name alone."""

    def plain(self) -> dict[str, object]:
        """Answer its fields by the models' own names, in their order."""
        return {_spelled(field.name): getattr(self, field.name) for field in fields(self)}

    def __repr__(self) -> str:
        """Show no more than what it is."""
        return f"{type(self).__name__}(…)"


@cache
def _spelled(name: str) -> str:
    """Spell a field as the models do: `IDType` for `id_type`."""
    return "".join(_SPELLED.get(part, part.capitalize()) for part in name.split("_"))
