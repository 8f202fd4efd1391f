"""GitHub's published OpenAPI description, cut to what we use, and the proxy that holds both sides to it.

This is the published contract, not github.com: it says what requests and answers look like, not what GitHub does.
`python -m tests.forges.contract` installs both from npm and says where.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.live.server import HOST, end_group, environment, free_ports, has_ended, wait_until

DESCRIPTION = "@octokit/openapi@23.0.2"
PRISM = "@stoplight/prism-cli@5.14.2"
"""The last that runs on Node 18 and 20."""
CACHE = Path(__file__).parents[2] / ".cache" / "contract"
_IN_PACKAGE = "package/generated/api.github.com.json"
_SECONDS_TO_INSTALL = 300
_SECONDS_TO_START = 60.0
_SECONDS_TO_LOG = 10.0

USED = {
    "/orgs/{org}": ("get",),
    "/orgs/{org}/repos": ("get",),
    "/repos/{owner}/{repo}": ("get",),
    "/repos/{owner}/{repo}/branches/{branch}": ("get",),
    "/repos/{owner}/{repo}/commits/{ref}": ("get",),
    "/repos/{owner}/{repo}/commits/{ref}/check-runs": ("get",),
    "/repos/{owner}/{repo}/commits/{ref}/status": ("get",),
    "/repos/{owner}/{repo}/forks": ("post",),
    "/repos/{owner}/{repo}/issues/{issue_number}/labels": ("post",),
    "/repos/{owner}/{repo}/pulls": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/{pull_number}": ("get", "patch"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/merge": ("put",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": ("post",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": ("get",),
}

SEEDS_FILE = Path(__file__).with_name("seeds.json")
SEEDS = (
    "branch-get",
    "check-run-paginated",
    "combined-commit-status",
    "commit",
    "full-repository-default-response",
    "label-items",
    "minimal-repository-items",
    "organization-full",
    "pull-request",
    "pull-request-merge-result-response-if-merge-was-successful",
    "pull-request-review-items",
    "pull-request-simple-items",
)


class NotInstalled(Exception):
    """Why there is no judge here."""


@dataclass(frozen=True)
class Judge:
    """Where the proxy is asked, and what it wrote."""

    url: str
    log: Path

    @property
    def violations(self) -> list[str]:
        """What was not as it is published, on either side.

        The description does not list all errors: a 404, a rate limit or an outage of most calls is not among them.
        """
        # It logs behind its back, so it is asked for something that it logs last.
        end = f"/the-end-{time.monotonic_ns()}"
        with contextlib.closing(http.client.HTTPConnection(self.url.removeprefix("http://"))) as connection:
            connection.request("GET", end)
            connection.getresponse().read()
        assert wait_until(lambda: f"get {end} ✖" in self.log.read_text(), _SECONDS_TO_LOG)
        lines = [line for line in self.log.read_text().splitlines() if "Violation: " in line or "terminated" in line]
        return [line for line in lines if "match the returned status code" not in line and "/the-end-" not in line]


@cache
def install() -> tuple[Path, Path]:
    """The proxy's program and the cut description, from the cache or from npm."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise NotInstalled("npm and node are not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    prism = CACHE / "node_modules" / ".bin" / "prism"
    description = CACHE / f"{DESCRIPTION.rpartition('@')[2]}.json"
    if not prism.exists():
        (CACHE / "package.json").write_text('{"private": true}\n')
        _npm("install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", PRISM)
    if not description.exists():
        # The package is 400 MB of all GitHub versions; one file of it is needed, once, and of that a small part.
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            _npm("pack", "--pack-destination", folder, DESCRIPTION)
            [package] = Path(folder).glob("*.tgz")
            with tarfile.open(package) as archive:
                file = archive.extractfile(_IN_PACKAGE)
                assert file is not None
                whole = json.load(file)
        partial = description.with_suffix(".part")
        partial.write_text(json.dumps(whole))
        partial.replace(description)
    return prism, description


def _npm(*arguments: str) -> None:
    try:
        done = subprocess.run(
            ["npm", *arguments], cwd=CACHE, capture_output=True, text=True, timeout=_SECONDS_TO_INSTALL
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"npm does not come to an end with {arguments[-1]}") from None
    if done.returncode:
        raise NotInstalled(f"npm cannot install {arguments[-1]}: {done.stderr[-300:]}")


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """Only the used operations, and the components that they reach."""
    paths = {}
    for path, methods in USED.items():
        item = whole["paths"][path]
        paths[path] = {key: value for key, value in item.items() if key in methods or key == "parameters"}
    kept: dict[str, dict[str, Any]] = {}
    todo = list(_references(paths))
    while todo:
        kind, name = todo.pop()
        if name not in kept.setdefault(kind, {}):
            kept[kind][name] = whole["components"][kind][name]
            todo.extend(_references(kept[kind][name]))
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": kept}


def _references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            _, _, kind, name = value["$ref"].split("/")
            yield kind, name
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def seeds(part: dict[str, Any]) -> dict[str, Any]:
    """The published example of each kind of answer, by the example's name."""
    return {name: each["value"] for name, each in sorted(part["components"]["examples"].items()) if name in SEEDS}


@contextlib.contextmanager
def judging(upstream: str, folder: Path) -> Iterator[Judge]:
    """The proxy before a server, until the block is left. It answers with an error of its own to whatever is not so."""
    prism, description = install()
    part = folder / "github.json"
    part.write_text(json.dumps(cut(json.loads(description.read_bytes()))))
    [port] = free_ports(1)
    log = folder / "prism.log"
    command = [str(prism), "proxy", "-h", HOST, "-p", str(port), "--errors", "--validate-request", str(part), upstream]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(lambda: has_ended(process) or b"is listening" in log.read_bytes(), _SECONDS_TO_START)
            if has_ended(process) or b"is listening" not in log.read_bytes():
                raise RuntimeError(f"prism did not start:\n{log.read_text()}")
            yield Judge(f"http://{HOST}:{port}", log)
        finally:
            end_group(process)


def main() -> None:
    """Install, and write the seeds of the fake anew."""
    _, description = install()
    examples = seeds(cut(json.loads(description.read_bytes())))
    SEEDS_FILE.write_text(json.dumps(examples, indent=1, sort_keys=True) + "\n")
    print(f"{DESCRIPTION} and {PRISM} are in {CACHE}")


if __name__ == "__main__":
    main()
