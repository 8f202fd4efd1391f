"""The folder of a campaign: its journal, its versions, its options, and the lists it is made from."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from deflask.bulk import urls
from deflask.bulk.database import JournalError
from deflask.bulk.journal import Journal
from deflask.bulk.model import Outcome, State, Target
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.schema import MIGRATIONS
from deflask.bulk.sources import folder, lines
from tests.bulk.tools import approved, bare, head, several
from tests.command import APP, deflask, git


@pytest.fixture
def book(tmp_path: Path) -> Journal:
    return Journal(str(tmp_path / "journal.sqlite"), writing=True)


def test_an_older_journal_is_brought_up_to_date(book: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it holds stays; whoever only reads does not change it."""
    book.add([Target("https://example.org/a/b")])
    book.close()
    more = "ALTER TABLE repositories ADD COLUMN more TEXT"
    monkeypatch.setattr("deflask.bulk.database.MIGRATIONS", (*MIGRATIONS, more))
    path = str(tmp_path / "journal.sqlite")
    with pytest.raises(JournalError, match="made by an older deflask"):
        Journal(path, writing=False)
    newer = Journal(path, writing=True)
    assert [row.name for row in newer.rows()] == ["a/b"]
    newer.close()
    Journal(path, writing=False).close()


def test_a_journal_of_the_first_version(tmp_path: Path) -> None:
    """It knew neither forks nor commit templates; a campaign that was made with it is pushed all the same."""
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    approved(tmp_path, repository)
    connection = sqlite3.connect(tmp_path / "c" / "journal.sqlite")
    connection.executescript(
        "ALTER TABLE repositories DROP COLUMN pushed_to; PRAGMA user_version = 1;"
        " DELETE FROM options WHERE key IN ('commit_template', 'signoff')"
    )
    connection.close()
    assert "made by an older deflask" in deflask(tmp_path, "bulk", "status", "--campaign", "c").err
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--jobs", "1").code == 0
    assert head(repository)
    status = json.loads(deflask(tmp_path, "bulk", "status", "--campaign", "c", "--output-format", "json").text)
    assert status["repositories"][0]["pushed_to"] is None


@pytest.mark.parametrize(("content", "said"), [(b"no database, but long enough", "not a database"), (None, "newer")])
def test_a_journal_that_cannot_be_read(tmp_path: Path, content: bytes | None, said: str) -> None:
    several(tmp_path / "repositories", 1)
    plan = ("bulk", "plan", "--campaign", "c", "--dir", "repositories")
    assert deflask(tmp_path, *plan).code == 0
    path = tmp_path / "c" / "journal.sqlite"
    if content is not None:
        path.write_bytes(content * 50)
    else:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    for command in (plan, ("bulk", "status", "--campaign", "c"), ("bulk", "apply", "--campaign", "c")):
        done = deflask(tmp_path, *command)
        assert (done.code, len(done.errors)) == (2, 1)
        assert said in done.err


def test_all_or_nothing(book: Journal) -> None:
    """A transaction that does not come to its end leaves the state as it was."""
    book.add([Target("https://example.org/a/b")])
    with contextlib.suppress(KeyError), book.transaction():
        book._set(1, State.PUSHED, None, None, {})
        raise KeyError
    assert book.row(1).state is State.PENDING
    with pytest.raises(JournalError):
        book.record(1, State.PUSHED, nothing="x")
    assert book.row(1).state is State.PENDING
    book.close()


def test_texts_that_are_no_unicode(book: Journal) -> None:
    """SQLite takes no lone surrogates."""
    book.add([Target("/tmp/\udcff", "\udcfe")])
    book.record_plan(1, Outcome(State.FAILED, Reason.INTERNAL, "\udcff"))
    assert book.row(1).detail == "\\udcff"
    book.close()


def test_the_same_list_again(book: Journal) -> None:
    """Known repositories stay, those that are new come to the end, duplicates are counted once."""
    listed = [Target("https://Example.org/a/b.git"), Target("https://example.org/a/b/"), Target("git@example.org:a/b")]
    for _ in range(2):
        book.add(listed)
        assert [(row.name, row.reason) for row in book.rows()] == [
            ("a/b", None),
            ("a/b~2", Reason.DUPLICATE),
            ("a/b~3", Reason.DUPLICATE),
        ]
    book.add([*listed, Target("https://example.com/a/b")])
    assert [row.state.value for row in book.rows()] == ["pending", "skipped", "skipped", "pending"]
    book.close()


def test_options_hold_for_the_whole_campaign(tmp_path: Path) -> None:
    several(tmp_path / "repositories", 1)
    plan = ("bulk", "plan", "--campaign", "c", "--dir", "repositories")
    assert deflask(tmp_path, *plan, "--select", "DF101", "--env-var", "MINE").code == 0
    assert deflask(tmp_path, *plan).code == 0
    done = deflask(tmp_path, *plan, "--author", "B <b@localhost>")
    assert done.code == 2
    assert "was planned with another --author" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--campaign", "c", "--name", "a b"),
        ("plan", "--campaign", "c", "--name", "x.lock"),
        ("plan", "--campaign", "c", "--author", "nobody"),
        ("plan", "--campaign", "c", "--select", "NONE"),
        ("plan", "--campaign", "c", "--engine", "dask"),
        ("plan", "--campaign", "c", "--from", "missing.txt"),
        ("plan", "--campaign", "c", "--dir", "missing"),
        ("plan",),
        ("status", "--campaign", "none"),
        ("apply", "--campaign", "none"),
        ("review", "--campaign", "none", "--approve", "x"),
        ("review", "--campaign", "none", "--reject", "x"),
    ],
)
def test_what_cannot_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """One line, and 2."""
    done = deflask(tmp_path, "bulk", *arguments)
    assert (done.code, len(done.errors)) == (2, 1), done.err


def test_branch_and_author(tmp_path: Path) -> None:
    """--name is the branch, --author the author."""
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    options = ("--name", "2026-11", "--author", "Bot <bot@localhost>")
    assert deflask(tmp_path, "bulk", "plan", "--campaign", "c", *options, str(repository)).code == 0
    deflask(tmp_path, "bulk", "review", "--campaign", "c", "--approve", f"{tmp_path.name}/r")
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c").code == 0
    assert git(repository, "log", "-1", "--format=%an %ae", "deflask/2026-11") == b"Bot bot@localhost\n"


def test_lines(tmp_path: Path) -> None:
    """URLs and paths, with branches, comments, blanks in names."""
    (tmp_path / "with blank").mkdir()
    text = ["# no", "", "https://x/a b", "git@x:a/b main  # why", "with blank", "there/r.git v1", "-x", "ext::sh x"]
    found = list(lines.repositories(lines.Settings(text, str(tmp_path))))
    assert found == [
        Target("https://x/a", "b"),
        Target("git@x:a/b", "main"),
        Target(str(tmp_path / "with blank")),
        Target(str(tmp_path / "there/r.git"), "v1"),
        Target("-x"),
        Target("ext::sh", "x"),
    ]


def test_standard_input(tmp_path: Path) -> None:
    several(tmp_path, 2)
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--from", "-", stdin=b"app0.git\napp1.git\n")
    assert "1 planned" in done.text


def test_folder(tmp_path: Path) -> None:
    """Bare ones, ones with a work tree, and none that is inside of another."""
    bare(tmp_path / "b" / "bare.git", {"x": b"x"})
    for name in ("a", "a/inner", "c/deep"):
        (tmp_path / name).mkdir(parents=True)
        git(tmp_path / name, "init", "-q")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "HEAD").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [target.url for target in folder.repositories(folder.Settings(str(tmp_path)))]
    assert found == [str(tmp_path / name) for name in ("a", "b/bare.git", "c/deep")]


@pytest.mark.parametrize(
    ("url", "name", "key"),
    [
        ("https://github.com/owner/repo.git", "owner/repo", "github.com/owner/repo"),
        ("ssh://git@Host:22/group/sub/repo/", "sub/repo", "host:22/group/sub/repo"),
        ("git@github.com:owner/repo", "owner/repo", "github.com/owner/repo"),
        ("file:///srv/git/x%20y.git", "git/x%20y", "/srv/git/x y.git"),
        ("/srv/git/x.git", "git/x", "/srv/git/x.git"),
        ("https://host/", "repository", "host/"),
    ],
)
def test_urls(url: str, name: str, key: str) -> None:
    assert (urls.name(url), urls.key(url)) == (name, key)


@pytest.mark.parametrize(
    "url", ["ext::sh -c x", "-x", "ftp://x/y", "fd::17/foo", "transport::address", "https://x/\n", "a\0b"]
)
def test_urls_that_are_not_opened(url: str) -> None:
    with pytest.raises(Stopped) as stopped:
        urls.opened(url)
    assert stopped.value.reason is Reason.REFUSED_URL


def test_secrets_in_urls_are_hidden() -> None:
    for secret in ("me:secret@", "ghp_0123456789abcdefghij@", ":secret@"):
        assert urls.redacted(f"fatal: https://{secret}host/x and more") == "fatal: https://***@host/x and more"
    assert urls.redacted("ssh://git@host/x") == "ssh://git@host/x"


def test_status_as_json(tmp_path: Path) -> None:
    """The contract, with keys that may be added."""
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    assert deflask(tmp_path, "bulk", "plan", "--campaign", "c", str(repository)).code == 0
    found = json.loads(deflask(tmp_path, "bulk", "status", "--campaign", "c", "--output-format", "json").text)
    assert (found["version"], found["campaign"], found["counts"]) == (1, "c", {"planned": 1})
    [row] = found["repositories"]
    assert row == {
        "name": f"{tmp_path.name}/r",
        "url": str(repository),
        "state": "planned",
        "reason": None,
        "detail": None,
        "head": git(repository, "rev-parse", "main").decode().strip(),
        "branch": "deflask/c",
        "commit": row["commit"],
        "pushed_to": None,
        "pull_request": None,
        "findings": 1,
        "files": 1,
    }
    report = json.loads(deflask(tmp_path, "bulk", "report", "--campaign", "c", "--output-format", "json").text)
    results = report["repositories"][0]["results"]
    assert [finding["rule"] for finding in results["findings"]] == ["DF101"]
    assert results["files"][0]["diff"].startswith("--- a/app.py\n+++ b/app.py\n")
    assert results["summary"]["fixable"] == 1
