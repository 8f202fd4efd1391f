"""Labels: lines that a person judged, each on or silent when the program is started with nothing set, or open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

LABEL = re.compile(r"(?P<places>\S+:\d+(?:,\S+:\d+)*) (?P<verdict>on|silent|open)")


class Place(NamedTuple):
    """A line of a file; in a notebook a line of the JSON text, as an editor shows it."""

    path: str
    line: int

    @classmethod
    def parse(cls, text: str) -> Place:
        path, _, line = text.rpartition(":")
        return cls(path, int(line))

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Label:
    """One fact, and the lines at which it can fairly be reported.

    Where readers may differ it is neither on nor silent: a report is no noise, and none is missing.
    """

    places: tuple[Place, ...]
    on: bool
    open: bool = False

    @classmethod
    def parse(cls, text: str) -> Label:
        found = LABEL.fullmatch(text)
        if found is None:
            raise ValueError(f"not a label: {text}")
        return cls(
            tuple(map(Place.parse, found["places"].split(","))), found["verdict"] == "on", found["verdict"] == "open"
        )


def read_labels(file: Path) -> list[Label]:
    """The labels of a file, whose comments stand on lines of their own or behind a label."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [Label.parse(line) for line in lines if line]
