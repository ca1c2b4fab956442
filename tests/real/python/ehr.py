"""Runs sekmet-fhir on a port of 127.0.0.1 that it binds before it starts, so that its links are right.

ROUNDS_FHIR_SETTINGS holds sekmet's settings as JSON; port 0 chooses a free one.
"""

import json
import os
import socket

import uvicorn
from sekmet.config import Settings, set_settings
from sekmet.main import create_app

from parent import end_with_parent, say


def main() -> None:
    end_with_parent()
    settings = json.loads(os.environ["ROUNDS_FHIR_SETTINGS"])
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", settings.get("port", 0)))
    listener.listen(128)
    port = listener.getsockname()[1]
    settings |= {"host": "127.0.0.1", "port": port, "base_url": f"http://127.0.0.1:{port}/fhir"}
    checked = Settings.model_validate(settings)
    set_settings(checked)
    server = uvicorn.Server(uvicorn.Config(create_app(checked), log_level="warning"))
    say({"port": port})
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
