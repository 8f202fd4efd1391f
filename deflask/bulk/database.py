"""The file of a journal: SQLite, one writer, versions; whatever is wrong with it is said in one line."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

from deflask.bulk.disk import is_full
from deflask.bulk.schema import MIGRATIONS

_TABLES = {"options", "repositories", "changes"}


class JournalError(Exception):
    """The journal cannot be used; the message is the cause, in one line."""


class Database:
    """An open file. Raises JournalError where it, or the disk, does not let us."""

    def __init__(self, path: str, writing: bool) -> None:
        self._path = path
        with self._told():
            self._connection = sqlite3.connect(path if writing else _to_read(path), uri=not writing)
        try:
            with self._told():
                self._connection.isolation_level = None
                if writing:
                    # A row is short, and with it its whole page is written.
                    self._connection.execute("PRAGMA page_size = 1024")
                    self._connection.execute("PRAGMA journal_mode = WAL")
                    self._connection.execute("PRAGMA synchronous = NORMAL")
                self._migrate(writing)
        except JournalError:
            self.close()
            raise

    def _migrate(self, writing: bool) -> None:
        [[version]] = self._all("PRAGMA user_version")
        if version > len(MIGRATIONS):
            raise JournalError(f"the campaign was made by a newer deflask: its journal has version {version}")
        if not writing and version < len(MIGRATIONS):
            raise JournalError(
                "the campaign was made by an older deflask: `plan` or `apply` brings its journal up to date"
            )
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            self._connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A block in which what is wrong with the file, or with a value in it, becomes a JournalError that names it."""
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            raise JournalError(f"{self._path}: {self._cause(error)}") from None

    def _cause(self, error: Exception) -> str:
        """What is wrong; SQLite calls a full disk an I/O error where it makes its files."""
        full = isinstance(error, sqlite3.Error) and is_full(os.path.dirname(self._path))
        return f"{error}; no space is left on the disk" if full else str(error)

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """What the journal answers."""
        with self._told():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written in the block, or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise JournalError(f"{self._path} cannot be written: {self._cause(error)}") from None
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def recognize(path: str) -> None:
    """See that a file is a journal, or nothing yet, without a change of it. Raises JournalError where it is not."""
    try:
        with closing(sqlite3.connect(_to_read(path), uri=True)) as connection:
            tables = {name for [name] in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise JournalError(f"{path}: {error}") from None
    if tables and not tables >= _TABLES:
        raise JournalError(f"{path}: not a journal of deflask")


def _to_read(path: str) -> str:
    """The address under which SQLite only reads.

    Beside a journal in WAL mode even a reader makes a file, unless it is told that nobody writes.
    """
    alone = not os.access(os.path.dirname(path), os.W_OK) and not os.path.exists(f"{path}-wal")
    return f"file:{quote(os.fsencode(path))}?mode=ro" + ("&immutable=1" if alone else "")
