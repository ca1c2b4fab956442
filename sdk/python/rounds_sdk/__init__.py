"""Write a Rounds connector in Python.

A connector is one class that derives from `Connector`, in a module named `connector`. It does no
I/O: it shapes requests and reads answers, and the host sends them, stores what changed and
delivers what is to be told. Everything here is plain Python, so a connector is tested natively;
only `rounds connector build` makes WebAssembly of it.

What each word means is the contract's, `wit/0.1.0/connector.wit` beside this file; the README
shows the way from nothing to a working connector.
"""

from rounds_sdk import link, model
from rounds_sdk.ahead import go_on_from
from rounds_sdk.change import Change, ChangeKind, Page, Unreadable, read_each
from rounds_sdk.connector import Connector, Credentials, Session
from rounds_sdk.context import Context
from rounds_sdk.failure import (
    CursorLost,
    Failure,
    Internal,
    InvalidSettings,
    Throttled,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)
from rounds_sdk.fingerprint import fingerprint
from rounds_sdk.fit import fit
from rounds_sdk.manifest import Action, Detection, Manifest, RecordTime, TimeForm
from rounds_sdk.percent import encode
from rounds_sdk.request import Request
from rounds_sdk.response import Response
from rounds_sdk.step import Fetch, Notify, Skip, Step
from rounds_sdk.time import Time

__all__ = [
    "Action",
    "Change",
    "ChangeKind",
    "Connector",
    "Context",
    "Credentials",
    "CursorLost",
    "Detection",
    "Failure",
    "Fetch",
    "Internal",
    "InvalidSettings",
    "Manifest",
    "Notify",
    "Page",
    "RecordTime",
    "Request",
    "Response",
    "Session",
    "Skip",
    "Step",
    "Throttled",
    "Time",
    "TimeForm",
    "Unauthorized",
    "Unavailable",
    "UnexpectedResponse",
    "Unreadable",
    "encode",
    "fingerprint",
    "fit",
    "go_on_from",
    "link",
    "model",
    "read_each",
]
