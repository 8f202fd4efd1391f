"""What a file must contain for any switch to be in it, where a rule need not tell them apart."""

from __future__ import annotations

from deflask.detect.entry_points import triggers
from deflask.detect.gate import POSITIONAL

SWITCHES = (
    *(words for rule in ("DF101", "DF102", "DF105") for words in triggers(rule)),
    *((word, b"debug") for word in (b"run", b"run_server", b"app", b"application")),
    (b"config", b"DEBUG"),
    (POSITIONAL,),
)
