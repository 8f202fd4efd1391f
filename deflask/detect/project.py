"""Where an import leads: the other modules of a project, read and parsed once, when they are first asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from deflask.detect.budget import Budget
from deflask.detect.project_files import Changed, Disk, Storage, is_looked_at
from deflask.detect.related import mentions
from deflask.detect.search_path import SearchPath, in_folders, inserted
from deflask.files.discovery import SUFFIXES
from deflask.files.errors import SourceError
from deflask.files.notebook import parse_file, searchable
from deflask.files.size import signs

if TYPE_CHECKING:
    from deflask.detect.module import Module
    from deflask.detect.names import Index, Names
    from deflask.files.source import Source

MOST_MODULES = 200
"""Modules that are read for the imports of one candidate; beyond that an import leads nowhere."""
MOST_SIGNS = 1_000_000
"""Signs of all modules that are read for the imports of one candidate."""
MOST_FILES = 5_000
"""Files of one project that are searched for those that start a module."""
_FLASK = re.compile(rb"(?m)^[ \t]*(?:import|from)[ \t]+flask", re.IGNORECASE)
# Names behind an import, on its line or in its brackets, and the `module:function` of an entry point.
_IMPORT_LINES = re.compile(
    rb"\bfrom\b[^\n(]*\bimport\s*\([^)]{0,4000}\)|\b(?:import|from)\b[^\n]*|=\s*[\"']?[\w.]+\s*:\s*\w+"
)
_RUNNERS = re.compile(
    rb"__import__|\b(?:exec|import_module|load_source|run_module|run_path|SourceFileLoader|spec_from_file_location)\b"
)
_STRINGS = re.compile(rb"\"[^\"\n]*\"|'[^'\n]*'")
_WORDS = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(eq=False, slots=True)
class Project:
    """The modules below a folder of a disk, or of what else holds files."""

    root: str
    storage: Storage = field(default_factory=Disk)
    is_related: bool | None = None
    """Whether any of its files has to do with what the tables know, None where that is to be found out."""
    notes: list[str] = field(default_factory=list)
    """What was not looked into, and why: modules that cannot be read or parsed, candidates that reached the bound."""
    _candidate: str = ""
    budget: Budget = field(default_factory=Budget)
    """What may be spent on the candidate."""
    _reads: int = 0
    """The modules that were read for the candidate."""
    _signs: int = 0
    """The signs in them."""
    _path: SearchPath | None = None
    _inserted: dict[str, list[str]] = field(default_factory=dict)
    _files: list[str] | None = None
    _mentions: dict[str, list[str]] | None = None
    _imports_flask: bool | None = None
    _modules: dict[str, Module | None] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)
    _owners: dict[Names, Module] = field(default_factory=dict)
    _found: dict[tuple[str, str], Module | None] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none that could be read."""
        return self.storage.read(path)

    def begin(self, path: str) -> None:
        """Start on another candidate, for which modules may be read anew up to the bound."""
        self._candidate = path
        self._reads = 0
        self._signs = 0
        self.budget.begin()

    def too_deep(self) -> None:
        """Note that something in the candidate leads on and on, deeper than Python lets us follow."""
        self._note(f"{shown(self._candidate)}: stopped where definitions lead to one another too deeply")

    def find(self, name: str, importer: str, index: Index | None = None) -> Module | None:
        """The module that `name` (relative with leading dots) means in the file `importer`.

        With the importer's `index`, also by the folders that it puts on `sys.path`.
        """
        folder = os.path.dirname(importer)
        key = (folder, name)
        if key not in self._found:
            search = self._search_path()
            found = self._first(search.upwards(name, folder)) or self._first(search.beside_a_start(name, folder))
            if found is None and self._is_enough():
                # Another candidate may still read it.
                return None
            self._found[key] = found
        if self._found[key] is None and index is not None and not name.startswith("."):
            if importer not in self._inserted:
                self._inserted[importer] = inserted(index, importer)
            return self._first(in_folders(name, self._inserted[importer]))
        return self._found[key]

    def _search_path(self) -> SearchPath:
        if self._path is None:
            self._path = SearchPath(self.root, self.files, self.read)
        return self._path

    def _first(self, paths: Iterable[str]) -> Module | None:
        return next(filter(None, map(self.module_at, paths)), None)

    def holds(self, name: str, importer: str) -> bool:
        """Whether a qualified name begins in a module of the project, also one that cannot be parsed."""
        parts = name.split(".")
        prefixes = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        return any(
            self.find(prefix, importer) is not None
            or any(path in self._broken for path in self._search_path().upwards(prefix, os.path.dirname(importer)))
            for prefix in prefixes
        )

    def files(self) -> list[str]:
        """The project's files that can start one of its modules, up to a bound."""
        if self._files is None:
            looked_at = (path for path in self.storage.walk(self.root) if is_looked_at(os.path.basename(path)))
            self._files = list(islice(looked_at, MOST_FILES))
        return self._files

    def mentioning(self, word: str) -> list[str]:
        """The files in which a word stands behind `import` or `from`, or in a string beside what runs a module."""
        if self._mentions is None:
            self._mentions = {}
            for path in self.files():
                data = searchable(self.read(path) or b"", path)
                lines = _IMPORT_LINES.findall(data) + (_STRINGS.findall(data) if _RUNNERS.search(data) else [])
                for found in set(_WORDS.findall(b" ".join(lines))):
                    self._mentions.setdefault(found.decode(), []).append(path)
        return self._mentions.get(word, [])

    def importers(self, location: str, name: str, holding: bytes = b"") -> list[Module]:
        """The other modules in which an import mentions a module, its package, or a name of it.

        Only those are read as Python whose bytes hold `holding`.
        """
        stem = os.path.basename(location).removesuffix(".py")
        words = {name, os.path.basename(os.path.dirname(location)) if stem == "__init__" else stem}
        paths = dict.fromkeys(path for word in sorted(words) for path in self.mentioning(word))
        others = (path for path in paths if path != location and path.endswith(".py"))
        modules = (self.module_at(path) for path in others if holding in (self.read(path) or b""))
        return [module for module in modules if module is not None]

    def imports_flask(self) -> bool:
        """Whether any file of the project imports Flask or an extension of it."""
        if self._imports_flask is None:
            sources = (self.read(path) or b"" for path in self.files() if path.endswith(".py"))
            self._imports_flask = any(_FLASK.search(source) for source in sources)
        return self._imports_flask

    def related(self) -> bool:
        """Whether any file of the project has to do with what the tables know, or they are too many to say."""
        if self.is_related is None:
            files = self.files()
            sources = (self.read(path) or b"" for path in files if path.endswith(SUFFIXES))
            self.is_related = len(files) == MOST_FILES or any(mentions(source) for source in sources)
        return self.is_related

    def module_from(self, data: bytes, path: str, parsed: Source | None = None) -> Module:
        """The module that a file of the project holds, which the user calls `path`: the one and only if it is known.

        `parsed` is what is in `data`, where that is known.

        Raises SourceError.
        """
        from deflask.detect.module import Module

        location = os.path.abspath(path)
        known = self._modules.get(location)
        changed = known is None or known.source.data != data
        source = known.source if known is not None and not changed else parsed or parse_file(data, path)
        if known is None or source is not known.source:
            known = self._modules[location] = Module(source, self, location)
            self._owners[known.names] = known
            self._found.clear()
        source.path = path
        return known

    def with_changes(self, changed: Mapping[str, bytes]) -> Project:
        """The project as it would be with other bytes in some of its files."""
        return Project(self.root, Changed(self.storage, changed), self.is_related)

    def module_of(self, names: Names) -> Module:
        """The module to which names belong that were found here."""
        return self._owners[names]

    def module_at(self, path: str) -> Module | None:
        """The module in a file, None where there is none that can be parsed."""
        if path not in self._modules:
            if self._is_enough():
                self._note(f"{shown(self._candidate)}: stopped after {self._reads} modules")
                return None
            self._modules[path] = self._parsed(path)
            if (module := self._modules[path]) is not None:
                self._owners[module.names] = module
        return self._modules[path]

    def _is_enough(self) -> bool:
        """Whether no more modules are read for the candidate."""
        return self._reads >= MOST_MODULES or self._signs >= MOST_SIGNS

    def _parsed(self, path: str) -> Module | None:
        from deflask.detect.module import Module

        data = self.read(path)
        if data is None:
            if (obstacle := self.storage.obstacle(path)) is not None:
                self._broken.add(path)
                self._note(f"{shown(path)}: {obstacle}")
            return None
        self._reads += 1
        self._signs += signs(data)
        try:
            return Module(parse_file(data, shown(path)), self, path)
        except SourceError as error:
            self._broken.add(path)
            self._note(f"{shown(path)}: {error}")
            return None

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def shown(path: str) -> str:
    """What a user calls a file: by its place below the current folder where it is there."""
    return path.removeprefix(os.path.join(os.getcwd(), ""))
