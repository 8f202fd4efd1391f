"""The folder of a campaign: its journal, its versions, its options, and the lists it is made from."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from deflask.bulk import identity, urls
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
        "ALTER TABLE repositories DROP COLUMN pushed_to; ALTER TABLE repositories DROP COLUMN suppressed;"
        " PRAGMA user_version = 1;"
        " DELETE FROM options WHERE key IN ('commit_template', 'signoff', 'ignore_suppressions')"
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
    """They come back as they were, but for half a character, which is no byte of anything."""
    target = Target("/tmp/\udcff", "\udcfe")
    book.add([target])
    book.record_plan(1, Outcome(State.FAILED, Reason.INTERNAL, "\udcff \ud800"))
    row = book.row(1)
    assert (row.target, row.name, row.detail) == (target, "tmp/\udcff", "\\udcff \\ud800")
    assert book.named("tmp/\udcff") == row
    book.close()


def test_the_same_list_again(book: Journal) -> None:
    """Known repositories stay, those that are new come to the end, duplicates are counted once."""
    listed = [Target("https://Example.org/a/b.git"), Target("https://example.org/a/b/"), Target("git@example.org:a/b")]
    for _ in range(2):
        book.add(listed)
        assert [(row.name, row.reason, row.detail) for row in book.rows()] == [
            ("a/b", None, None),
            ("a/b~2", Reason.DUPLICATE, "as a/b"),
            ("a/b~3", Reason.DUPLICATE, "as a/b"),
        ]
    book.add([*listed, Target("https://example.com/a/b")])
    assert [row.state.value for row in book.rows()] == ["pending", "skipped", "skipped", "pending"]
    book.close()


def test_the_same_line_again(book: Journal, tmp_path: Path) -> None:
    """What was not there when it was listed is the same row when it is."""
    listed = [Target(str(tmp_path / "r"))]
    book.add(listed)
    bare(tmp_path / "r.git", {"x": b"x"})
    book.add(listed)
    assert [row.state for row in book.rows()] == [State.PENDING]
    book.close()


def test_two_branches_of_a_repository(book: Journal) -> None:
    """They would be pushed to one branch: the second one is told where it can go."""
    book.add([Target("https://h/a/b"), Target("https://h/a/b", "main"), Target("https://h/a/c", "v1")])
    assert [(row.reason, row.detail) for row in book.rows()] == [
        (None, None),
        (Reason.DUPLICATE, "as a/b: a campaign has one branch in a repository, so main takes another campaign"),
        (None, None),
    ]
    book.close()


def test_options_hold_for_the_whole_campaign(tmp_path: Path) -> None:
    several(tmp_path / "repositories", 1)
    plan = ("bulk", "plan", "--campaign", "c", "--dir", "repositories")
    assert deflask(tmp_path, *plan, "--select", "DF101", "--env-var", "MINE").code == 0
    assert deflask(tmp_path, *plan).code == 0
    (tmp_path / "words").write_text("fix: $rules\n\nmore")
    for given, was, now in (
        (("--author", "B <b@localhost>"), "with --author deflask <deflask@localhost>", "with --author B <b@localhost>"),
        (("--env-var", "YOURS"), "with --env-var MINE", "with --env-var YOURS"),
        (("--select", "DF102", "--select", "DF103"), "with --select DF101", "with --select DF102,DF103"),
        (("--unsafe-fixes",), "without --unsafe-fixes", "with --unsafe-fixes"),
        (("--commit-template", "words"), "without --commit-template", "with --commit-template fix: $rules"),
    ):
        done = deflask(tmp_path, *plan, *given)
        assert (done.code, len(done.errors)) == (2, 1)
        way_out = "leave the option out, or begin another campaign"
        assert done.err.endswith(f"/c: the campaign was planned {was}, and not {now}: {way_out}\n")


@pytest.mark.parametrize(
    "mistake",
    [
        ("--from", "typo.txt"),
        ("--dir", "typo"),
        ("--engine", "dask", "r.git"),
        ("--match", "x", "r.git"),
        ("--github-org", "acme", "--token-env", "NONE"),
        (),
    ],
)
def test_a_call_that_lists_nothing_binds_nobody(tmp_path: Path, mistake: tuple[str, ...]) -> None:
    """It leaves no campaign behind, and so the next one chooses its own options."""
    bare(tmp_path / "r.git", {"app.py": APP})
    plan = ("bulk", "plan", "--campaign", "c", "--jobs", "1")
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--env-var", "FOO", *mistake)
    assert (done.code, len(done.errors)) == (2, 1)
    assert not (tmp_path / "c").exists()
    assert deflask(tmp_path, *plan, "--env-var", "BAR", "r.git").code == 0


def test_an_empty_list(tmp_path: Path) -> None:
    """It is said; what was chosen with it can be chosen again, until something is listed."""
    (tmp_path / "empty").mkdir()
    bare(tmp_path / "r.git", {"app.py": APP})
    plan = ("bulk", "plan", "--campaign", "c", "--jobs", "1")
    for variable, code in (("FOO", 0), ("BAR", 0)):
        done = deflask(tmp_path, *plan, "--env-var", variable, "--dir", "empty")
        assert (done.code, done.err) == (code, "note: no repository is listed\n")
    assert deflask(tmp_path, "bulk", "status", "--campaign", "c").text == "Campaign c: 0 repositories\n"
    done = deflask(tmp_path, *plan, "--env-var", "BAZ", "r.git")
    assert (done.code, done.err) == (0, "")
    assert deflask(tmp_path, *plan, "--env-var", "FOO").code == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--scheduler", "tcp://127.0.0.1:1"), "--scheduler needs --engine dask"),
        (("--tls-ca-file", "x"), "--tls-ca-file needs --engine dask"),
        (("--tls-cert", "x"), "--tls-cert needs --engine dask"),
        (("--tls-key", "x"), "--tls-key needs --engine dask"),
        (("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1", "--jobs", "2"), "--jobs needs --engine local"),
    ],
)
def test_what_is_said_for_another_engine(tmp_path: Path, given: tuple[str, ...], said: str) -> None:
    bare(tmp_path / "r.git", {"app.py": APP})
    assert deflask(tmp_path, "bulk", "plan", "--campaign", "c", "r.git", "--jobs", "1").code == 0
    for command in ("plan", "apply"):
        done = deflask(tmp_path, "bulk", command, "--campaign", "c", *given)
        assert (done.code, done.err) == (2, f"error: {said}\n")


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
    # A tab is a blank; a colon before any slash ends a host, as git has it, also before an absolute path.
    text = ["git@x:/a.git\tmain\t# why", "a/b:c \t d\r\n", "\t#"]
    found = list(lines.repositories(lines.Settings(text, str(tmp_path))))
    assert found == [Target("git@x:/a.git", "main"), Target(str(tmp_path / "a/b:c"), "d")]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_lists_of_other_editors(tmp_path: Path, start: bytes) -> None:
    """With a byte order mark, with CRLF, with tabs."""
    bare(tmp_path / "r.git", {"app.py": APP})
    (tmp_path / "list.txt").write_bytes(start + b"r.git\tmain\r\n")
    assert "1 planned" in deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--from", "list.txt").text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["list.txt", "-"])
def test_a_list_that_is_no_text(tmp_path: Path, encoding: str, name: str) -> None:
    data = "r.git\n".encode(encoding)
    (tmp_path / "list.txt").write_bytes(data)
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--from", name, stdin=data)
    assert (done.code, done.err) == (
        2,
        f"error: {name}: holds NUL characters: a list is text in UTF-8, not in UTF-16\n",
    )


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
    ("url", "name"),
    [
        ("https://github.com/owner/repo.git", "owner/repo"),
        ("ssh://git@Host:22/group/sub/repo/", "sub/repo"),
        ("git@github.com:owner/repo", "owner/repo"),
        ("file:///srv/git/x%20y.git", "git/x y"),
        ("file:///srv/a?b/%FF", "a?b/\udcff"),
        ("/srv/git/x.git", "git/x"),
        ("/srv/git/x/.git", "git/x"),
        ("https://host/", "repository"),
        ("https://host/a/b?x=c/d", "a/b"),
        ("https://[host/a/b", "a/b"),
    ],
)
def test_names(url: str, name: str) -> None:
    assert urls.name(url) == name


SAME = [
    ("https://h/a/b", "https://H:443/a/b.git/", "http://h:80/a/b", "ssh://git@h/a/b", "git@h:a/b.git", "git@h:/a/b",
     "https://alice@h/a/b", "git://h/a/b", "SSH://git@h:22/a/b/.git"),
    ("https://h:8443/a/b", "http://h:8443/a/b"),
    ("https://h/A/b",),
    ("https://h/a/b?p=1", "https://h/a/b.git?p=1"),
    ("https://h/a/b?p=2",),
    ("alice@h:a/b", "alice@H:a/b.git/"),
    ("bob@h:a/b",),
    ("h:a/b",),
    ("h:/a/b", "ssh://h/a/b", "ssh://h:22/a/b.git"),
    ("alice@h:/a/b", "ssh://alice@h/a/b"),
    ("alice@[::1]:/a/b", "ssh://alice@[::1]:22/a/b"),
]  # fmt: skip
"""Addresses by the repositories that git, or a forge, would open."""


def test_when_two_addresses_are_one_repository() -> None:
    keys = [{identity.key(url) for url in urls} for urls in SAME]
    assert [len(each) for each in keys] == [1] * len(SAME)
    assert len(set.union(*keys)) == len(SAME)


def test_when_two_paths_are_one_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As git finds it: with and without its suffix, inside of it, over a link, and with another work tree."""
    work = tmp_path / "w"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    git(work, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    git(work, "worktree", "add", "-q", "-b", "more", "../linked")
    bare(tmp_path / "r.git", {"x": b"x"})
    bare(tmp_path / "both.git", {"x": b"x"})
    (tmp_path / "both").mkdir()
    git(tmp_path / "both", "init", "-q")
    (tmp_path / "link").symlink_to("r.git")
    monkeypatch.chdir(tmp_path)
    at = str(tmp_path)
    same = [
        (f"{at}/w", "w", "w/", "w/.git", "linked", f"file://{at}/w"),
        ("r", "r.git", "link", f"file://{at}/r", "./w/../r.git/"),
        ("both", "both/.git"),
        ("both.git", f"file://{at}//both.git"),
        ("none",),
        ("none.git",),
    ]
    keys = [{identity.key(url) for url in urls} for urls in same]
    assert [len(each) for each in keys] == [1] * len(same)
    assert len(set.union(*keys)) == len(same)
    assert identity.key("a\0b") == "a\0b"


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("ext::sh -c x", "names a helper with `::`"),
        ("fd::17/foo", "names a helper with `::`"),
        ("transport::address", "names a helper with `::`"),
        ("-x", "begins with a dash"),
        ("ftp://x/y", "the protocol is none of https, ssh, http, git, file"),
        ("https://x/\n", "holds a control character"),
        ("a\0b", "holds a control character"),
        ("file:///a%00b", "holds a control character"),
        ("https://[x/y", "is no URL: Invalid IPv6 URL"),
        ("https://x:y/z", "is no URL: Port could not be cast to integer value as 'y'"),
    ],
)
def test_urls_that_are_not_opened(url: str, cause: str) -> None:
    with pytest.raises(Stopped) as stopped:
        urls.opened(url)
    assert (stopped.value.reason, stopped.value.detail) == (Reason.REFUSED_URL, cause)
    assert identity.key(url)


def test_which_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A colon before any slash ends the name of a host, unless there is such a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h:x").mkdir()
    assert urls.opened("git@h:/srv/x.git") == ("git@h:/srv/x.git", "ssh")
    assert urls.opened("h:x") == (f"file://{tmp_path}/h%3Ax", "file")
    assert urls.opened("/srv/a::b\n\udcff.git") == ("file:///srv/a%3A%3Ab%0A%FF.git", "file")


def test_secrets_in_urls_are_hidden() -> None:
    for secret in ("me:secret@", "ghp_0123456789abcdefghij@", ":secret@"):
        assert urls.redacted(f"fatal: https://{secret}host/x and more") == "fatal: https://***@host/x and more"
    assert urls.redacted("ssh://git@host/x") == "ssh://git@host/x"


def test_suppressed_findings_are_seen(tmp_path: Path) -> None:
    """In every format; a campaign that wants to know takes them as findings."""
    silenced = APP.replace(b"debug=True)", b"debug=True)  # nosec")
    repository = bare(tmp_path / "r.git", {"app.py": silenced})
    assert deflask(tmp_path, "bulk", "plan", "--campaign", "c", repository, "--jobs", "1").code == 0
    status = ("bulk", "status", "--campaign", "c")
    assert "1 suppressed: comments silence what was found" in deflask(tmp_path, *status).text
    report = ("bulk", "report", "--campaign", "c")
    assert "\n    1 suppressed by comments\n" in deflask(tmp_path, *report).text
    [row] = json.loads(deflask(tmp_path, *report, "--output-format", "json").text)["repositories"]
    assert (row["reason"], row["suppressed"], row["results"]["summary"]["suppressed"]) == ("suppressed", 1, 1)
    assert deflask(tmp_path, *report, "--output-format", "csv").text.splitlines()[1].endswith(",0,0,1")
    every = ("bulk", "plan", "--campaign", "every", "--ignore-suppressions", repository, "--jobs", "1")
    assert "1 planned" in deflask(tmp_path, *every).text


@pytest.mark.parametrize("scheme", ["https", "ssh"])
@pytest.mark.parametrize("user", ["me:secret", "secret_0123456789abcdef"])
def test_secrets_in_urls_are_nowhere_in_the_campaign(tmp_path: Path, scheme: str, user: str) -> None:
    """Neither where the URL is shown nor where two of them are compared."""
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", f"{scheme}://{user}@localhost/a/b.git", "--jobs", "1")
    assert "1 credentials-in-url" in done.text
    kept = b"".join(path.read_bytes() for path in (tmp_path / "c").rglob("*") if path.is_file())
    assert b"secret" not in kept


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
        "suppressed": 0,
        "files": 1,
    }
    report = json.loads(deflask(tmp_path, "bulk", "report", "--campaign", "c", "--output-format", "json").text)
    results = report["repositories"][0]["results"]
    assert [finding["rule"] for finding in results["findings"]] == ["DF101"]
    assert results["files"][0]["diff"].startswith("--- a/app.py\n+++ b/app.py\n")
    assert results["summary"]["fixable"] == 1
