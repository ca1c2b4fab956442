"""Runs Debian's docker-registry on a free port, and ends it with whoever started this.

Arguments: the program, an empty folder, and the line of its htpasswd.
"""

import ctypes
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

from parent import end_with_parent, say

LISTENING = re.compile(r"listening on [^ ]*:(\d+)")
PR_SET_PDEATHSIG = 1


def end_with_us() -> None:
    """Have the kernel end the registry with this process, even when that is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def configuration(folder: Path) -> dict:
    """What the registry is told; its configuration is YAML, and so may be JSON."""
    return {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": "127.0.0.1:0"},
        "auth": {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}},
    }


program, name, user = sys.argv[1:]
folder = Path(name)
(folder / "htpasswd").write_text(user + "\n")
(folder / "config.yml").write_text(json.dumps(configuration(folder)))
serving = subprocess.Popen(
    [program, "serve", str(folder / "config.yml")],
    stdin=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
    text=True,
    preexec_fn=end_with_us,
)
end_with_parent()
for line in serving.stderr:
    if found := LISTENING.search(line):
        say({"port": int(found[1])})
    sys.stderr.write(line)
