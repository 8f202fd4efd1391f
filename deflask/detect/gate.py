"""The look at a file's bytes that lets nearly every file go unparsed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

POSITIONAL = b"run(,,"
"""The trigger for a call of `run` with three arguments by position, which needs no other word."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
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
        if data.startswith(_UTF_16):
            return self.opens(data.replace(b"\0", b"").removeprefix(data[:2]))
        if self._positional and b"run" in data and _POSITIONAL.search(data):
            return True
        # Looking for the letters is many times faster than looking for the word, and mostly enough.
        return any(
            all(word in data for word in words) and all(self._whole[word].search(data) for word in words)
            for words in self._triggers
        )

    def letters(self) -> tuple[bytes, ...]:
        """Some letters of which every file holds one for which the gate opens."""
        chosen = [b"run"] if self._positional else []
        left = [words for words in self._triggers if not set(chosen).intersection(words)]
        while left:
            # What most triggers share lets the fewest words do for all of them.
            counts = Counter(word for words in left for word in words)
            chosen.append(max(sorted(counts), key=lambda word: (counts[word], len(word))))
            left = [words for words in left if chosen[-1] not in words]
        return (*chosen, *_UTF_16)
