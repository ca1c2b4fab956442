"""Runs a program that listens where its configuration says, on a free port, and ends it with
whoever started this.

Arguments: the configuration, in which PORT stands for the port, and the command. Each line that the
program writes is a line of JSON here.
"""

import ctypes
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from parent import end_with_parent, say

PR_SET_PDEATHSIG = 1
ATTEMPTS = 20


def end_with_us() -> None:
    """Have the kernel end the program with this process, even when that is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        return there.getsockname()[1]


def listens(program: subprocess.Popen, port: int) -> bool:
    """Waits until the program takes connections; not where it ends before."""
    while program.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        except ConnectionRefusedError:
            time.sleep(0.01)
    return False


def start() -> tuple[subprocess.Popen, int]:
    """Starts it, on another port where somebody else was faster."""
    for _ in range(ATTEMPTS):
        port = free_port()
        Path(written).write_text(text.replace("PORT", str(port)))
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=end_with_us,
        )
        if listens(program, port):
            return program, port
        sys.stderr.write(program.stdout.read())
    sys.exit(f"it does not listen: {command}")


written, *command = sys.argv[1:]
text = Path(written).read_text()
end_with_parent()
running, port = start()
say({"port": port})
for line in running.stdout:
    say({"log": line.rstrip()})
