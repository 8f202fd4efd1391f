"""How a project sorts its imports: the one choice of isort and Ruff that the file itself cannot tell."""

from __future__ import annotations

import configparser
import os
from collections.abc import Callable

from deflask.files.toml import parse_toml

# Where isort and Ruff look, in the order in which they do; a file without a word on sorting is passed over.
_TOML = ("ruff.toml", ".ruff.toml", "pyproject.toml")
_INI = (".isort.cfg", "setup.cfg", "tox.ini")


_TABLES = (
    ("tool", "ruff", "lint", "isort"),
    ("tool", "ruff", "isort"),
    ("tool", "isort"),
    ("lint", "isort"),
    ("isort",),
)


Read = Callable[[str], "bytes | None"]
"""The bytes of a file, None where there is none that could be read."""


class Sorting:
    """What the configurations among some files say; each folder is asked once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._by_folder: dict[str, bool] = {}

    def within_sections(self, folder: str) -> bool:
        """Whether the nearest configuration above `folder` sets `force-sort-within-sections`."""
        if folder not in self._by_folder:
            self._by_folder[folder] = self._asked(folder)
        return self._by_folder[folder]

    def _asked(self, folder: str) -> bool:
        for name in (*_TOML, *_INI):
            data = self._read(os.path.join(folder, name))
            try:
                text = data.decode() if data is not None else None
            except UnicodeError:
                continue
            if text is not None and ("isort" in text or name == ".isort.cfg"):
                return _says_so(text, is_toml=name in _TOML)
        parent = os.path.dirname(folder)
        return parent != folder and self.within_sections(parent)


def read_file(path: str) -> bytes | None:
    """A file of the disk, None where there is none that could be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _says_so(text: str, is_toml: bool) -> bool:
    """Both spellings of the key, where isort and Ruff look for it; broken files say nothing."""
    if is_toml:
        return _says_so_in_toml(text)
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
        return any(
            parser.getboolean(section, "force_sort_within_sections", fallback=False)
            for section in ("settings", "isort", "tool:isort")
        )
    except (configparser.Error, ValueError):
        return False


def _says_so_in_toml(text: str) -> bool:
    try:
        document = parse_toml(text.encode())
    except ValueError:
        return False
    for path in _TABLES:
        table: object = document
        for key in path:
            table = table.get(key) if isinstance(table, dict) else None
        settings = table if isinstance(table, dict) else {}
        if settings.get("force-sort-within-sections", settings.get("force_sort_within_sections")) is True:
            return True
    return False
