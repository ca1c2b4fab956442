"""Drives a connector natively, as the host does, with recorded exchanges in place of an EHR.

`play(Hello(), "exchanges/patients.json")` plays a scenario: the same file that `rounds connector
test` plays against the `.wasm` file. What the host would refuse is an error here as well: a
request outside the manifest, an undeclared event, a page with more to come that leaves the cursor
where it was. `Harness` is for polls that a test conducts by itself.
"""

from rounds_sdk.test.harness import Harness, Poll, Refused, Told
from rounds_sdk.test.scenario import Differs, play

__all__ = ["Differs", "Harness", "Poll", "Refused", "Told", "play"]
