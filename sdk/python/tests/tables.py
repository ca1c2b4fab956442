"""The tables that every language's SDK is tested by."""

import json
from pathlib import Path
from typing import Any


def table(name: str) -> Any:
    """Read one of `sdk/tables/`."""
    path = Path(__file__).parents[2] / "tables" / f"{name}.json"
    return json.loads(path.read_text("utf-8"))
