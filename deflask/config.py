"""`[tool.deflask]` in the pyproject.toml nearest to each file, under the options of the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from deflask.files.listing import is_pattern
from deflask.files.toml import parse_toml
from deflask.model import Settings

if TYPE_CHECKING:
    from deflask.files.sorting import Sorting

QUOTE_STYLES: Final = ("double", "single", "preserve")
_LISTS = frozenset({"select", "extend-select", "ignore", "exclude", "extend-exclude"})
_FLAGS = frozenset({"unsafe-fixes", "no-guard", "ignore-suppressions", "no-respect-gitignore"})
_SELECTORS = frozenset({"select", "extend-select", "ignore"})
_TEXTS = frozenset({"env-var", "quote-style"})
KEYS: Final = (*sorted(_LISTS | _FLAGS | _TEXTS), "per-file-ignores")
_NOTHING = Settings()
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file and the cause, in one line."""


@dataclass
class Configuration:
    """The settings of each file. `overrides` come from the command line and win over every file.

    `isolated` ignores all configuration files; `file` is used for every file instead of the nearest one; `rewriting`
    asks how the project sorts its imports, too.
    """

    overrides: Mapping[str, Any] = field(default_factory=dict)
    isolated: bool = False
    file: str | None = None
    rewriting: bool = False
    _by_folder: dict[str, Settings] = field(default_factory=dict)
    _upwards: dict[str, Settings | None] = field(default_factory=dict)
    _read_files: dict[str, Settings | None] = field(default_factory=dict)
    _made: dict[tuple[int, bool], tuple[Settings, Settings]] = field(default_factory=dict)
    _sorting: Sorting | None = None

    def settings_for(self, path: str) -> Settings:
        """The settings of a file or folder. Raises ConfigError."""
        return self.settings_in(path if os.path.isdir(path) else os.path.dirname(path))

    def settings_in(self, folder: str) -> Settings:
        """The settings of the files of a folder. Raises ConfigError."""
        if folder not in self._by_folder:
            absolute = os.path.abspath(folder)
            self._by_folder[folder] = self._together(self._configured(absolute), self._sorts(absolute))
        return self._by_folder[folder]

    def _together(self, configured: Settings, sorts: bool) -> Settings:
        """What is configured under what the command line says; the folders of a project have one and the same."""
        key = (id(configured), sorts)
        if key not in self._made:
            added = {
                name: (*getattr(configured, name), *self.overrides[name])
                for name in ("extend_select", "extend_exclude")
                if name in self.overrides
            }
            overrides = {**self.overrides, **added, "force_sort_within_sections": sorts}
            self._made[key] = configured, replace(configured, **overrides)
        return self._made[key][1]

    def _sorts(self, folder: str) -> bool:
        if not self.rewriting or self.isolated:
            return False
        from deflask.files.sorting import Sorting, read_file

        self._sorting = self._sorting or Sorting(read_file)
        return self._sorting.within_sections(folder)

    def _configured(self, folder: str) -> Settings:
        if self.isolated:
            return _NOTHING
        if self.file is not None:
            settings = self._of_file(self.file)
            if settings is None:
                raise ConfigError(f"{self.file}: no [tool.deflask] in this file")
            return settings
        return self._nearest(folder) or _NOTHING

    def _nearest(self, folder: str) -> Settings | None:
        """What is configured in the nearest file, from a folder upwards."""
        if folder not in self._upwards:
            settings = self._of_file(os.path.join(folder, "pyproject.toml"), optional=True)
            above = os.path.dirname(folder)
            self._upwards[folder] = self._nearest(above) if settings is None and above != folder else settings
        return self._upwards[folder]

    def _of_file(self, path: str, optional: bool = False) -> Settings | None:
        if path not in self._read_files:
            self._read_files[path] = None if optional and not os.path.isfile(path) else _read(path)
        return self._read_files[path]


def _read(path: str) -> Settings | None:
    """The settings in a file's `[tool.deflask]`, None where it has none. Raises ConfigError."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        if b"deflask" not in data:
            return None
        table = parse_toml(data).get("tool", {}).get("deflask")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except AttributeError:
        raise ConfigError(f"{path}: [tool] is not a table") from None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: [tool.deflask] is not a table")
    return replace(settings_from(table, path), root=os.path.dirname(os.path.abspath(path)))


def settings_from(table: Mapping[str, Any], path: str) -> Settings:
    """The settings that a table of keys and values means. Raises ConfigError, which names `path`."""
    chosen: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key, KEYS, n=1)
            hint = f", did you mean {near[0]!r}?" if near else f"; known are {', '.join(KEYS)}"
            raise ConfigError(f"{path}: unknown key {key!r} in [tool.deflask]{hint}")
        try:
            chosen[key.replace("-", "_")] = _checked(key, value)
        except ValueError as error:
            raise ConfigError(f"{path}: {key}: {error}") from None
    return Settings(**chosen)


def _checked(key: str, value: object) -> object:
    """A value in the type that its setting has. Raises ValueError."""
    if key in _FLAGS:
        if not isinstance(value, bool):
            raise ValueError("not true or false")
        return value
    if key in _LISTS:
        texts = strings(value)
        return checked_selectors(texts) if key in _SELECTORS else checked_patterns(texts)
    if key == "per-file-ignores":
        if not isinstance(value, dict):
            raise ValueError("not a table of patterns and rules")
        return tuple((pattern, checked_selectors(strings(rules))) for pattern, rules in value.items())
    return checked_text(key, value)


def checked_text(key: str, value: object) -> str:
    """The name of an environment variable or of a quote style. Raises ValueError."""
    if key == "quote-style" and value not in QUOTE_STYLES:
        raise ValueError(f"{value!r} is not one of {', '.join(QUOTE_STYLES)}")
    if key == "env-var" and not (isinstance(value, str) and _VARIABLE.fullmatch(value)):
        raise ValueError(f"{value!r} is not the name of an environment variable")
    return str(value)


def strings(value: object) -> tuple[str, ...]:
    """A list of strings. Raises ValueError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("not a list of strings")
    return tuple(value)


def checked_patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns in the language of .gitignore. Raises ValueError."""
    for pattern in patterns:
        if not is_pattern(pattern):
            raise ValueError(f"{pattern!r} is not a pattern as in .gitignore")
    return patterns


def checked_selectors(selectors: tuple[str, ...]) -> tuple[str, ...]:
    """Selectors that each mean at least one rule. Raises ValueError."""
    from deflask.rules import load, matches

    for selector in selectors:
        if not any(matches(rule, selector) for rule in load().values()):
            known = ", ".join(load())
            raise ValueError(f"{selector!r} is no rule; known are {known}")
    return selectors
