"""The look at a file's bytes that lets nearly every file go unparsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

POSITIONAL = b"run(,,"
"""The trigger for a call of `run` with three arguments by position, which needs no other word."""
_POSITIONAL = re.compile(rb"(?<!\w)run\s*\([^=]*,[^=]*,")


class Gate:
    """Open for a file that contains all the words of one of the rules' triggers."""

    def __init__(self, triggers: Iterable[tuple[bytes, ...]]) -> None:
        several = tuple(dict.fromkeys(triggers))
        self._triggers = tuple(words for words in several if POSITIONAL not in words)
        self._positional = len(several) > len(self._triggers)
        words = {word for words in self._triggers for word in words}
        self._whole = {word: re.compile(rb"(?<!\w)" + re.escape(word) + rb"(?!\w)") for word in words}

    def opens(self, data: bytes) -> bool:
        """Whether a rule could find something in `data`."""
        # UTF-16 hides the words; such a file is not Python source, and saying so is the parser's business.
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return self.opens(data.replace(b"\0", b"").removeprefix(data[:2]))
        if self._positional and b"run" in data and _POSITIONAL.search(data):
            return True
        # Looking for the letters is many times faster than looking for the word, and mostly enough.
        return any(
            all(word in data for word in words) and all(self._whole[word].search(data) for word in words)
            for words in self._triggers
        )
