"""A webhook receiver that verifies every POST with the `standardwebhooks` library for Python."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook

from parent import end_with_parent, say

WEBHOOK = Webhook(os.environ["ROUNDS_WEBHOOK_SECRET"])


def received(headers: dict, body: bytes) -> dict:
    """What is told of one request, verified or not."""
    line = {"id": headers.get("webhook-id"), "timestamp": headers.get("webhook-timestamp")}
    line["raw"] = body.decode("utf-8", "replace")
    try:
        return line | {"ok": True, "body": WEBHOOK.verify(body, headers)}
    except Exception as error:  # the library raises more kinds than its own
        return line | {"ok": False, "error": str(error), "body": parsed(body)}


def parsed(body: bytes):
    """The JSON of a body that was refused, if it is any."""
    try:
        return json.loads(body)
    except ValueError:
        return None


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        line = received({name.lower(): value for name, value in self.headers.items()}, body)
        say(line)
        self.send_response(204 if line["ok"] else 401)
        if not line["ok"]:
            self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_) -> None:
        """Its lines on stdout are its log."""


if __name__ == "__main__":
    end_with_parent()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    say({"port": server.server_port})
    server.serve_forever()
