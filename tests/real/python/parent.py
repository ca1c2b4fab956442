"""What every small server here shares: it says where it listens and ends with whoever started it."""

import json
import os
import sys
import threading

_lines = threading.Lock()


def say(line: dict) -> None:
    """Print one JSON line, whole, at once."""
    with _lines:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def end_with_parent() -> None:
    """Exit when stdin closes, which it does however the parent ends."""

    def watch() -> None:
        # The descriptor itself: a buffered reader would hold a lock that an orderly exit waits for.
        while os.read(0, 4096):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
