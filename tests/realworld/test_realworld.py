"""What deflask finds and fixes in four published distributions is what a person found by reading them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pytest

from tests.realworld.distributions import (
    DISTRIBUTIONS,
    Distribution,
    DownloadError,
    archives_of,
    clean_environment,
    unpack,
)

pytestmark = pytest.mark.realworld

SITES = Path(__file__).with_name("sites.txt")
DEFLASK = (sys.executable, "-m", "deflask")
RUFF = (sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "I,E4,F")


class Site(NamedTuple):
    path: str
    line: int
    rule: str
    guard: str
    applicability: str


def site_lines() -> list[str]:
    return [line for line in SITES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def sites_of(distribution: Distribution) -> set[Site]:
    sites = set()
    for entry in site_lines():
        place, rule, *guard, applicability = entry.split()
        path, _, line = place.rpartition(":")
        folder, _, inside = path.partition("/")
        if folder == distribution.folder:
            sites.add(Site(inside, int(line), rule, " ".join(guard), applicability))
    return sites


def run(command: Sequence[str], cwd: Path, expect: int = 0, stdin: bytes = b"") -> bytes:
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, env=clean_environment(), timeout=300)
    if done.returncode != expect:
        said = (done.stdout[-2000:] + done.stderr[-4000:]).decode(errors="replace")
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}, not {expect}:\n{said}")
    return done.stdout


def deflask_json(command: str, tree: Path, expect: int) -> dict[str, Any]:
    output = run([*DEFLASK, command, "--isolated", "--output-format", "json", "."], tree, expect)
    report: dict[str, Any] = json.loads(output)
    return report


def site_of(finding: dict[str, Any]) -> Site:
    guard, _, _reason = finding["guard"].partition(":")
    path = PurePosixPath(finding["path"]).as_posix()
    return Site(path, finding["line"], finding["rule"], guard, finding["applicability"])


def contents(tree: Path) -> dict[str, bytes]:
    files = (path for path in tree.rglob("*") if path.is_file())
    relative = {path.relative_to(tree): path for path in files}
    return {name.as_posix(): path.read_bytes() for name, path in relative.items() if name.parts[0] != ".git"}


def files_ruff_complains_about(tree: Path) -> set[str]:
    report = json.loads(run([*RUFF, "--exit-zero", "--output-format", "json", "."], tree))
    root = tree.resolve()
    return {Path(problem["filename"]).resolve().relative_to(root).as_posix() for problem in report}


def make_repository(tree: Path) -> None:
    run(["git", "init", "-q"], tree)
    run(["git", "add", "--all"], tree)
    identity = ["-c", "user.name=deflask tests", "-c", "user.email=tests@localhost"]
    run(["git", *identity, "commit", "-q", "-m", "As published"], tree)


@pytest.fixture(scope="session")
def archives(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    folder = cache.mkdir("realworld") if cache else tmp_path_factory.mktemp("realworld")
    try:
        return archives_of(DISTRIBUTIONS, folder)
    except DownloadError as error:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(str(error))


@pytest.fixture(params=DISTRIBUTIONS, ids=lambda distribution: distribution.folder)
def distribution(request: pytest.FixtureRequest) -> Distribution:
    assert isinstance(request.param, Distribution)
    return request.param


@pytest.fixture
def tree(archives: dict[str, Path], distribution: Distribution, tmp_path: Path) -> Path:
    unpack(archives[distribution.folder], tmp_path)
    return tmp_path / distribution.folder


def test_the_list_of_sites_is_sorted_and_names_known_distributions() -> None:
    lines = site_lines()
    assert lines == sorted(set(lines))
    assert {line.partition("/")[0] for line in lines} == {distribution.folder for distribution in DISTRIBUTIONS}


def test_check_finds_the_listed_sites_and_no_other(tree: Path, distribution: Distribution) -> None:
    report = deflask_json("check", tree, expect=1)
    assert {site_of(finding) for finding in report["findings"]} == sites_of(distribution)
    assert len(report["findings"]) == len(sites_of(distribution))
    assert report["summary"]["errors"] == 0


def test_git_applies_the_diff_and_gets_what_fix_writes(
    tree: Path, distribution: Distribution, archives: dict[str, Path], tmp_path: Path
) -> None:
    unpack(archives[distribution.folder], tmp_path / "second")
    patched = tmp_path / "second" / distribution.folder
    make_repository(tree)
    make_repository(patched)
    diff = run([*DEFLASK, "diff", "--isolated", "."], tree, expect=1)
    run(["git", "apply", "--check"], tree, stdin=diff)
    run(["git", "apply"], patched, stdin=diff)
    remaining = [site for site in sites_of(distribution) if site.applicability != "safe"]
    run([*DEFLASK, "fix", "--isolated", "."], tree, expect=1 if remaining else 0)
    assert contents(tree) == contents(patched)


def test_fix_changes_the_files_with_safe_findings_and_no_other(tree: Path, distribution: Distribution) -> None:
    sites = sites_of(distribution)
    safe = {site for site in sites if site.applicability == "safe"}
    before = contents(tree)
    report = deflask_json("fix", tree, expect=0 if safe == sites else 1)
    after = contents(tree)
    assert {site_of(finding) for finding in report["findings"] if finding["fixed"]} == safe
    assert report["summary"]["fixed"] == len(safe)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed == {site.path for site in safe}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the distribution's own code, such as an escape in a docstring
        for path in changed:
            compile(after[path], path, "exec")


def test_after_fix_nothing_safe_is_left_to_do(tree: Path, distribution: Distribution) -> None:
    # The lines of what remains may have moved down, by an import.
    remaining = sorted((site.path, site.rule) for site in sites_of(distribution) if site.applicability != "safe")
    exit_code = 1 if remaining else 0
    deflask_json("fix", tree, expect=exit_code)
    once = contents(tree)
    report = deflask_json("check", tree, expect=exit_code)
    assert sorted(site_of(finding)[0:3:2] for finding in report["findings"]) == remaining
    assert run([*DEFLASK, "diff", "--isolated", "."], tree, expect=exit_code) == b""
    deflask_json("fix", tree, expect=exit_code)
    assert contents(tree) == once


def test_files_that_ruff_accepted_stay_accepted(tree: Path, distribution: Distribution) -> None:
    before = files_ruff_complains_about(tree)
    remaining = [site for site in sites_of(distribution) if site.applicability != "safe"]
    deflask_json("fix", tree, expect=1 if remaining else 0)
    assert files_ruff_complains_about(tree) <= before
