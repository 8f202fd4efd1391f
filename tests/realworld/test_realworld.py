"""What deflask finds and fixes in four published distributions is what a person found by reading them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.realworld

SITES = Path(__file__).with_name("sites.txt")
DEFLASK = (sys.executable, "-m", "deflask")
RUFF = (sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "I,E4,F")

# pip asks an sdist's build backend for metadata even when it only downloads. This one answers with the metadata that
# the archive carries: no setup.py of another project is run, and no build requirement is downloaded or compiled.
BACKEND = """\
import email
import pathlib
import shutil
import sys


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    headers = email.message_from_string(pathlib.Path("PKG-INFO").read_text(encoding="utf-8"))
    name = f"{headers['Name'].replace('-', '_')}-{headers['Version']}.dist-info"
    folder = pathlib.Path(metadata_directory, name)
    folder.mkdir()
    shutil.copy("PKG-INFO", folder / "METADATA")
    return name


__legacy__ = sys.modules[__name__]
"""


@dataclass(frozen=True, slots=True)
class Distribution:
    requirement: str
    folder: str
    sha256: str


class Site(NamedTuple):
    path: str
    line: int
    rule: str
    guard: str
    applicability: str


DISTRIBUTIONS = (
    Distribution(
        "flasgger==0.9.7.1",
        "flasgger-0.9.7.1",
        "ca098e10bfbb12f047acc6299cc70a33851943a746e550d86e65e60d4df245fb",
    ),
    Distribution(
        "Flask-RESTful==0.3.10",
        "Flask-RESTful-0.3.10",
        "fe4af2ef0027df8f9b4f797aba20c5566801b6ade995ac63b588abf1a59cec37",
    ),
    Distribution(
        "flask-cors==6.0.5",
        "flask_cors-6.0.5",
        "30c5031552cd59f620ac0c8211dac45b345d3b2df310e7721879e4f46ef9c601",
    ),
    Distribution(
        "Eve==2.1.0",
        "Eve-2.1.0",
        "3686c8ceefbbf8d23b33835140a8eb8727b7bfa60631e1a76c3441dfd6f70f2f",
    ),
)


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


def clean_environment() -> dict[str, str]:
    """This process's environment without what a git hook or a personal git configuration would bring in."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return inherited | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


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


def downloaded(folder: Path) -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in folder.glob("*.tar.gz")}


def download(distributions: Sequence[Distribution], into: Path, scratch: Path) -> str | None:
    """Fetch the archives; the reason if pip could not."""
    backend = scratch / "setuptools"
    backend.mkdir()
    (backend / "__init__.py").touch()
    (backend / "build_meta.py").write_text(BACKEND, encoding="utf-8")
    wanted = scratch / "requirements.txt"
    wanted.write_text("".join(f"{d.requirement} --hash=sha256:{d.sha256}\n" for d in distributions), encoding="utf-8")
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    as_sdist = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--use-pep517"]
    pip = [sys.executable, "-m", "pip", "download", *quiet, *as_sdist, "--dest", str(into), "-r", str(wanted)]
    environment = clean_environment() | {"PYTHONPATH": str(scratch)}
    done = subprocess.run(pip, capture_output=True, text=True, env=environment, cwd=scratch, timeout=600)
    if done.returncode == 0:
        return None
    return " ".join(done.stderr.splitlines()[-2:]) or "pip gave no reason"


@pytest.fixture(scope="session")
def archives(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    folder = cache.mkdir("realworld") if cache else tmp_path_factory.mktemp("realworld")
    have = downloaded(folder)
    missing = [distribution for distribution in DISTRIBUTIONS if distribution.sha256 not in have]
    if missing:
        reason = download(missing, folder, tmp_path_factory.mktemp("pip"))
        if reason is not None:
            give_up = pytest.fail if os.environ.get("CI") else pytest.skip
            give_up(f"the source distributions cannot be downloaded: {reason}")
        have = downloaded(folder)
    return {distribution.folder: have[distribution.sha256] for distribution in DISTRIBUTIONS}


@pytest.fixture(params=DISTRIBUTIONS, ids=lambda distribution: distribution.folder)
def distribution(request: pytest.FixtureRequest) -> Distribution:
    assert isinstance(request.param, Distribution)
    return request.param


def unpack(archive: Path, into: Path) -> None:
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(into, filter="data")
        else:  # an early 3.10 or 3.11; the archive's digest was compared, so its members are known to be harmless
            tar.extractall(into)


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
