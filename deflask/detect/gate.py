"""The look at a file's bytes that lets nearly every file go unparsed."""

from __future__ import annotations

from collections.abc import Iterable


class Gate:
    """Open for a file that contains all the words of one of the rules' triggers."""

    def __init__(self, triggers: Iterable[tuple[bytes, ...]]) -> None:
        self._triggers = tuple(dict.fromkeys(triggers))

    def opens(self, data: bytes) -> bool:
        """Whether a rule could find something in `data`."""
        # UTF-16 hides the words; such a file is not Python source, and saying so is the parser's business.
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return self.opens(data.replace(b"\0", b"").removeprefix(data[:2]))
        return any(all(word in data for word in words) for words in self._triggers)
