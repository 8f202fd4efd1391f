"""What would change in a repository, found without a checkout: the same as `deflask fix` would do to its files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from deflask.bulk import planner
from deflask.bulk.model import Options, State
from deflask.bulk.reasons import Reason
from deflask.engine import fix_paths
from deflask.model import Status
from tests.bulk.tools import bare, commit, planned, task
from tests.command import APP, CLEAN, FIXED, ROOT, UNSAFE, git, tree
from tests.test_projects import CASES, PROJECTS, contents, settings


def applied(repository: Path, pack: bytes | None, commit: str | None) -> dict[str, bytes]:
    """The files of a commit that came in a pack."""
    git(repository, "index-pack", "--stdin", stdin=pack or b"")
    names = git(repository, "ls-tree", "-r", "-z", "--name-only", commit or "").split(b"\0")[:-1]
    return {name.decode(): git(repository, "cat-file", "blob", f"{commit}:{name.decode()}") for name in names}


@pytest.mark.parametrize("name", CASES)
def test_projects_come_out_as_from_the_disk(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports are followed through the tree as through folders."""
    before = {"pyproject.toml": b"", **contents(PROJECTS / name / "before")}
    chosen = settings(PROJECTS / name)
    tree(tmp_path / "disk", before)
    monkeypatch.chdir(tmp_path / "disk")
    changed = {result.path for result in fix_paths(["."], chosen) if result.status is Status.FIXED}
    repository = bare(tmp_path / "r.git", before)
    options = Options("c", select=chosen.select, unsafe_fixes=chosen.unsafe_fixes, env_var=chosen.env_var)
    outcome = planned(repository, options=options)
    assert {change.path for change in outcome.changes} == changed
    if changed:
        assert applied(repository, outcome.pack, outcome.commit) == contents(tmp_path / "disk")
    else:
        assert outcome.state is State.NOTHING_TO_DO, outcome


def test_the_commit(tmp_path: Path) -> None:
    """The parent's time, the identity that was asked for, counts and a link, and nothing of this machine."""
    repository = bare(tmp_path / "r.git", {"web/app.py": APP, "web/more/other.py": APP, "README": b"x"})
    outcome = planned(repository, options=Options("c", author="Bot B. <bot@example.org>"))
    applied(repository, outcome.pack, outcome.commit)
    text = git(repository, "cat-file", "commit", outcome.commit or "").decode()
    assert f"parent {outcome.head}\nauthor Bot B. <bot@example.org> 1700000000 +0130\ncommitter Bot B." in text
    assert "DF101 run-debug: 2\n" in text
    assert "https://cwe.mitre.org/data/definitions/489.html" in text
    assert text.endswith("\n\nDeflask-Version: 0.1.0\n")
    assert str(tmp_path) not in text
    for change in outcome.changes:
        assert git(repository, "rev-parse", f"{outcome.head}:{change.path}").decode().strip() == change.before
        assert git(repository, "rev-parse", f"{outcome.commit}:{change.path}").decode().strip() == change.after
    git(repository, "fsck", "--strict", outcome.commit or "")
    diff = git(repository, "diff", "--src-prefix=a/", "--dst-prefix=b/", f"{outcome.head}", f"{outcome.commit}")
    lines = [line for line in diff.splitlines() if not line.startswith((b"diff ", b"index "))]
    assert (outcome.diff or b"").splitlines() == lines


def test_two_plans_are_one(tmp_path: Path) -> None:
    """The campaign's name is in no commit."""
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    assert planned(repository).commit == planned(repository, options=Options("other")).commit


def test_what_the_commit_leaves_as_it_is(tmp_path: Path) -> None:
    """Symlinks and submodules stay, nothing is read through them, modes stay."""
    files = {"app.py": APP, "link.py@": b"/etc/passwd", "lib#": b"1" * 40, "up@": b"..", "b/x.py": CLEAN}
    repository = bare(tmp_path / "r.git", files)
    outcome = planned(repository)
    git(repository, "index-pack", "--stdin", stdin=outcome.pack or b"")
    before, after = (git(repository, "ls-tree", "-r", str(of)).splitlines() for of in (outcome.head, outcome.commit))
    assert [line for line in after if line not in before] == [
        b"100644 blob %s\tapp.py" % (outcome.changes[0].after.encode())
    ]
    assert len(before) == len(after)


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
@pytest.mark.parametrize("data", [APP, APP.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + APP])
def test_bytes(tmp_path: Path, kind: str, data: bytes) -> None:
    """Line ends and byte order marks stay, with both kinds of object IDs, whatever .gitattributes say."""
    attributes = b"* text=auto eol=crlf\n*.py binary filter=lfs\n"
    repository = bare(tmp_path / "r.git", {"app.py": data, ".gitattributes": attributes}, kind=kind)
    outcome = planned(repository)
    expected = FIXED.replace(b"\n", b"\r\n") if b"\r\n" in data else FIXED
    expected = b"\xef\xbb\xbf" + expected if data.startswith(b"\xef") else expected
    assert applied(repository, outcome.pack, outcome.commit)["app.py"] == expected


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures").glob("*/fix/*.in.ipynb"))[:3], ids=lambda path: path.stem)
def test_notebooks(tmp_path: Path, path: Path) -> None:
    repository = bare(tmp_path / "r.git", {"desk.ipynb": path.read_bytes()})
    outcome = planned(repository)
    expected = path.with_name(path.name.replace(".in.", ".out.")).read_bytes()
    assert applied(repository, outcome.pack, outcome.commit)["desk.ipynb"] == expected


@pytest.mark.parametrize("data", ["utf-16", "utf-16-be"])
def test_what_hides_its_words(tmp_path: Path, data: str) -> None:
    """It is no source that could be clean, here as on a disk."""
    encoded = b"\xfe\xff" * (data == "utf-16-be") + APP.decode().encode(data)
    assert planned(bare(tmp_path / "r.git", {"app.py": encoded})).reason is Reason.UNPARSABLE


def test_options(tmp_path: Path) -> None:
    """Rules, unsafe fixes and the variable are the campaign's; what the repository configures is not read."""
    mine = b'[tool.deflask]\nignore = ["ALL"]\nenv-var = "OTHER"\n'
    repository = bare(tmp_path / "r.git", {"app.py": APP, "run.py": UNSAFE, "pyproject.toml": mine})
    assert [change.path for change in planned(repository).changes] == ["app.py"]
    both = planned(repository, options=Options("c", unsafe_fixes=True, env_var="MINE"))
    assert [change.path for change in both.changes] == ["app.py", "run.py"]
    assert b"MINE" in (both.diff or b"")
    other = planned(repository, options=Options("c", select=("DF105",)))
    assert (other.state, other.reason) == (State.NOTHING_TO_DO, None)


def test_comments_that_silence(tmp_path: Path) -> None:
    """They count, here as in `check`, and are counted, also beside what is fixed; or they count for nothing."""
    silenced = APP.replace(b"debug=True)", b"debug=True)  # noqa")
    repository = bare(tmp_path / "r.git", {"app.py": silenced, "clean.py": CLEAN})
    outcome = planned(repository)
    assert (outcome.state, outcome.reason, outcome.suppressed) == (State.NOTHING_TO_DO, Reason.SUPPRESSED, 1)
    assert outcome.document is not None
    assert outcome.document["summary"]["suppressed"] == 1
    assert [file["path"] for file in outcome.document["files"]] == ["app.py"]
    both = planned(bare(tmp_path / "both.git", {"app.py": silenced, "run.py": APP}))
    assert (both.state, both.findings, both.suppressed) == (State.PLANNED, 1, 1)
    all_of_it = planned(repository, options=Options("c", ignore_suppressions=True))
    assert (all_of_it.state, all_of_it.findings, all_of_it.suppressed) == (State.PLANNED, 1, 0)


def test_how_imports_are_sorted_is_the_repositorys(tmp_path: Path) -> None:
    data = b"from flask import Flask\nimport sys\n\nFlask(__name__).run(debug=True)\n"
    files = {"app.py": data, "ruff.toml": b"[lint.isort]\nforce-sort-within-sections = true\n"}
    assert b"+import os\n import sys\n" in (planned(bare(tmp_path / "r.git", files)).diff or b"")


def test_the_other_branch(tmp_path: Path) -> None:
    """A branch that is listed is what the plan starts from."""
    repository = bare(tmp_path / "r.git", {"app.py": CLEAN})
    commit(repository, {"app.py": APP}, branch="release/1")
    assert planned(repository).state is State.NOTHING_TO_DO
    outcome = planner.plan(task(repository, branch="release/1"))
    assert (outcome.state, outcome.base) == (State.PLANNED, "release/1")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of the repository is on the disk, neither during the plan nor after it."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    seen: list[str] = []
    unlink = shutil.rmtree

    def rmtree(folder: str, ignore_errors: bool) -> None:
        seen.extend(name for _, _, names in os.walk(folder) for name in names)
        unlink(folder, ignore_errors)

    monkeypatch.setattr("deflask.bulk.planner.shutil.rmtree", rmtree)
    assert planned(repository).state is State.PLANNED
    assert seen
    assert "app.py" not in seen
    assert os.listdir(tmp_path / "tmp") == []


def test_what_only_a_person_can_fix(tmp_path: Path) -> None:
    outcome = planned(bare(tmp_path / "r.git", {"run.py": UNSAFE}))
    assert (outcome.state, outcome.reason, outcome.findings) == (State.NOTHING_TO_DO, Reason.MANUAL_ONLY, 1)
    assert outcome.document is not None
    assert outcome.document["findings"][0]["path"] == "run.py"
