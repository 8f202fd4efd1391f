"""The look at a file's bytes that lets nearly every file go unparsed."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Gate:
    """Open for a file that contains all the words of one of the rules' triggers."""

    def __init__(self, triggers: Iterable[tuple[bytes, ...]]) -> None:
        self._triggers = tuple(dict.fromkeys(triggers))
        words = {word for words in self._triggers for word in words}
        self._whole = {word: re.compile(rb"(?<!\w)" + re.escape(word) + rb"(?!\w)") for word in words}

    def opens(self, data: bytes) -> bool:
        """Whether a rule could find something in `data`."""
        # UTF-16 hides the words; such a file is not Python source, and saying so is the parser's business.
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return self.opens(data.replace(b"\0", b"").removeprefix(data[:2]))
        # Looking for the letters is many times faster than looking for the word, and mostly enough.
        return any(
            all(word in data for word in words) and all(self._whole[word].search(data) for word in words)
            for words in self._triggers
        )
