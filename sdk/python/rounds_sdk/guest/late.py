"""What the standard library imports only when first used, when a component has no files to read."""

import codecs
from datetime import datetime


def load() -> None:
    """Import it now, at build time."""
    datetime.strptime("+0000", "%z")
    for codec in ("cp1252", "idna", "latin-1", "utf-16", "utf-8-sig"):
        codecs.lookup(codec)
