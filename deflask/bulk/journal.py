"""The journal of a campaign: SQLite, one writer, every change of a state one transaction."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from deflask.bulk import identity, urls
from deflask.bulk.columns import loaded, stored
from deflask.bulk.database import Database
from deflask.bulk.model import Change, Outcome, State, Target
from deflask.bulk.reasons import Reason, Stopped


@dataclass(frozen=True, slots=True)
class Row:
    """A repository as the journal has it. `head`, `base` and `commit` are there once something was planned.

    `pushed` is the commit that the campaign has put on its branch, in the fork `pushed_to` or, without one, in the
    repository itself; `files` counts those that the plan changes, `suppressed` what comments silence.
    """

    id: int
    name: str
    target: Target
    state: State
    reason: Reason | None
    detail: str | None
    base: str | None
    head: str | None
    commit: str | None
    pushed: str | None
    pushed_to: str | None
    shape: str | None
    findings: int
    suppressed: int
    files: int
    pull_request: str | None


class Journal(Database):
    """Reads and writes one journal. Raises JournalError where the file, or the disk, does not let it."""

    def options(self) -> dict[str, Any]:
        """What was stored by `choose`."""
        with self._told():
            return {key: json.loads(value) for key, value in self._all("SELECT key, value FROM options")}

    def choose(self, options: dict[str, Any]) -> None:
        """Store what holds for the whole campaign."""
        with self.transaction():
            rows = [(key, json.dumps(value)) for key, value in options.items()]
            self._connection.executemany("INSERT OR REPLACE INTO options VALUES (?, ?)", rows)

    def add(self, targets: Iterable[Target]) -> int:
        """Take in the repositories of a list, all or none, and say how many it has. Known ones stay what they are."""
        # A line that was there before is known, also where its repository was not there then and had another key.
        known = Counter(self._connection.execute("SELECT url, listed_branch FROM repositories"))
        keys: Counter[object] = Counter()
        lines: Counter[object] = Counter()
        with self.transaction():
            for target in targets:
                url = urls.redacted(target.url)
                key, line = stored(identity.key(url)), (stored(url), stored(target.branch))
                keys[key] += 1
                lines[line] += 1
                same = self._all("SELECT name, listed_branch FROM repositories WHERE key = ?", (key,))
                if len(same) < keys[key] and known[line] < lines[line]:
                    self._insert(target, key, _again(target.branch, *map(loaded, same[0])) if same else None)
        return lines.total()

    def _insert(self, target: Target, key: object, again: str | None) -> None:
        state, reason, detail = State.PENDING, None, None
        try:
            urls.opened(target.url)
        except Stopped as error:
            state, reason, detail = State.FAILED, error.reason.value, error.detail
        if again is not None:
            state, reason, detail = State.SKIPPED, Reason.DUPLICATE.value, again
        url = urls.redacted(target.url)
        values = (self._free(url), key, url, target.branch, state.value, reason, detail)
        self._connection.execute(
            "INSERT INTO repositories (name, key, url, listed_branch, state, reason, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [stored(value) for value in values],
        )

    def _free(self, url: str) -> str:
        """A name that no other repository of the campaign has."""
        wanted = name = urls.name(url)
        number = 1
        while self.named(name) is not None:
            number += 1
            name = f"{wanted}~{number}"
        return name

    def ids(self, states: Collection[State] = (), reasons: Collection[Reason] = ()) -> list[int]:
        """The repositories in some states and with some reasons, in the order of the list; empty means any."""
        query, values = "SELECT id FROM repositories WHERE 1", []
        for column, wanted in (("state", states), ("reason", reasons)):
            if wanted:
                query += f" AND {column} IN ({','.join('?' * len(wanted))})"
                values += [each.value for each in wanted]
        return [row[0] for row in self._all(f"{query} ORDER BY id", values)]

    def row(self, repository: int) -> Row:
        """One repository."""
        [found] = self._all(
            'SELECT id, name, url, listed_branch, state, reason, detail, base, head, "commit", pushed, pushed_to,'
            " shape, findings, suppressed, (SELECT count(*) FROM changes WHERE repository = repositories.id),"
            " pull_request FROM repositories WHERE id = ?",
            (repository,),
        )
        number, name, url, branch, state, reason, *rest = map(loaded, found)
        with self._told():
            return Row(number, name, Target(url, branch), State(state), _reason(reason), *rest)

    def rows(self, states: Collection[State] = ()) -> Iterator[Row]:
        """The repositories in some states, one at a time."""
        return (self.row(repository) for repository in self.ids(states))

    def named(self, name: str) -> Row | None:
        """The repository of a name."""
        found = self._all("SELECT id FROM repositories WHERE name = ?", (stored(name),))
        return self.row(found[0][0]) if found else None

    def counts(self) -> dict[State, int]:
        """How many repositories are in each state that any is in."""
        query = "SELECT state, count(*) FROM repositories GROUP BY state"
        with self._told():
            found = {State(state): count for state, count in self._all(query)}
        return {state: found[state] for state in State if state in found}

    def changes(self, repository: int) -> list[Change]:
        """The files that the plan of a repository changes."""
        query = "SELECT path, before, after FROM changes WHERE repository = ? ORDER BY path"
        return [Change(os.fsdecode(path), *ids) for path, *ids in self._all(query, (repository,))]

    def document(self, repository: int) -> dict[str, Any] | None:
        """The findings and files of a repository as in the JSON format."""
        [[found]] = self._all("SELECT document FROM repositories WHERE id = ?", (repository,))
        with self._told():
            return json.loads(found) if found is not None else None

    def record_plan(self, repository: int, outcome: Outcome) -> None:
        """What came of planning a repository, in place of what was planned before; it may be pushed already."""
        columns: dict[str, object] = {
            "base": outcome.base,
            "head": outcome.head,
            "commit": outcome.commit,
            "shape": outcome.shape,
            "findings": outcome.findings,
            "suppressed": outcome.suppressed,
            "document": json.dumps(outcome.document) if outcome.document is not None else None,
        }
        if outcome.state is State.PUSHED:
            columns["pushed"] = outcome.commit
        with self.transaction():
            self._connection.execute("DELETE FROM changes WHERE repository = ?", (repository,))
            rows = [(repository, os.fsencode(change.path), change.before, change.after) for change in outcome.changes]
            self._connection.executemany("INSERT INTO changes VALUES (?, ?, ?, ?)", rows)
            self._set(repository, outcome.state, outcome.reason, outcome.detail, columns)

    def record(
        self, repository: int, state: State, reason: Reason | None = None, detail: str | None = None, **columns: str
    ) -> None:
        """Another state, with the reason and what is to be kept besides: `pushed`, `pushed_to`, `pull_request`."""
        with self.transaction():
            self._set(repository, state, reason, detail, columns)

    def _set(self, repository: int, state: State, reason: Reason | None, detail: str | None, columns: Any) -> None:
        columns = {"state": state.value, "reason": reason.value if reason else None, "detail": detail, **columns}
        sets = ", ".join(f'"{column}" = ?' for column in columns)
        self._connection.execute(
            f"UPDATE repositories SET {sets} WHERE id = ?", (*map(stored, columns.values()), repository)
        )


def _again(branch: str | None, name: str, other: str | None) -> str:
    """What is said of a repository that is there already, under a name and with the branch to start from."""
    if branch in (None, other):
        return f"as {name}"
    return f"as {name}: a campaign has one branch in a repository, so {branch} takes another campaign"


def _reason(value: str | None) -> Reason | None:
    found = [reason for reason in Reason if reason.value == value]
    if value is not None and not found:
        raise ValueError(f"{value!r} is no reason")
    return found[0] if found else None
