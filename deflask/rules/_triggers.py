"""What a file must contain for any switch to be in it, where a rule need not tell them apart."""

from __future__ import annotations

from deflask.detect.entry_points import triggers
from deflask.detect.gate import ATTRIBUTE, KEY, RUN

SWITCHES = (
    *(words for rule in ("DF101", "DF102", "DF105") for words in triggers(rule)),
    (RUN,),
    (ATTRIBUTE,),
    (KEY,),
)
