"""Where two versions of a file differ, in time that grows with the file: only changes are compared line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

Opcode = tuple[str, int, int, int, int]
"""As difflib has them: a tag, then from where to where in the old lines, and in the new ones."""
_WINDOW = 64
"""Lines that are compared where a difference begins; four times as many where they show no end of it."""
_LARGEST = 4096
"""Lines that are compared at most, if more than that do not differ altogether."""
_ENOUGH = 3
"""Equal lines behind a difference that show its end."""


def hunks(old: Sequence[bytes], new: Sequence[bytes], context: int = 3) -> Iterator[list[Opcode]]:
    """The differences, with the lines around them, as difflib's `get_grouped_opcodes` has them."""
    matcher = _Known(_opcodes(old, new))
    yield from matcher.get_grouped_opcodes(context)


class _Known(SequenceMatcher[bytes]):
    """A matcher that is told what it would find out."""

    def __init__(self, found: list[Opcode]) -> None:
        super().__init__(None, (), ())
        self._found = found

    def get_opcodes(self) -> Any:
        """See difflib."""
        return self._found


def _opcodes(old: Sequence[bytes], new: Sequence[bytes]) -> list[Opcode]:
    found: list[Opcode] = []
    at = to = 0
    while at < len(old) or to < len(new):
        same = _same(old, new, at, to)
        if same:
            found.append(("equal", at, at + same, to, to + same))
            at, to = at + same, to + same
        else:
            window = _difference(old, new, at, to)
            found += [(tag, at + a, at + b, to + c, to + d) for tag, a, b, c, d in window]
            at, to = found[-1][2], found[-1][4]
    return found


def _same(old: Sequence[bytes], new: Sequence[bytes], at: int, to: int) -> int:
    """How many lines are equal from here on."""
    most = min(len(old) - at, len(new) - to)
    return next((number for number in range(most) if old[at + number] != new[to + number]), most)


def _difference(old: Sequence[bytes], new: Sequence[bytes], at: int, to: int) -> list[Opcode]:
    """The opcodes of a stretch that begins with a difference, as far as it is known how both go on."""
    size = _WINDOW
    while True:
        here, there = old[at : at + size], new[to : to + size]
        opcodes: list[Opcode] = list(SequenceMatcher(None, here, there, autojunk=False).get_opcodes())
        if at + size >= len(old) and to + size >= len(new):
            return opcodes
        ends = [n for n, (tag, a, b, *_) in enumerate(opcodes) if n and tag == "equal" and b - a >= _ENOUGH]
        if ends or size >= _LARGEST:
            return opcodes[: ends[-1]] if ends else opcodes
        size *= 4
