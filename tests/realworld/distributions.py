"""Published source distributions, pinned by digest, and how pip fetches them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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
# The names under which it answers.
BACKENDS = (
    "setuptools.build_meta flit_core.buildapi flit.buildapi hatchling.build pdm.backend pdm.pep517.api "
    "poetry.core.masonry.api poetry.masonry.api"
).split()


class DownloadError(Exception):
    """pip could not fetch an archive."""


@dataclass(frozen=True, slots=True)
class Distribution:
    requirement: str
    folder: str
    sha256: str


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


def clean_environment() -> dict[str, str]:
    """This process's environment without what a git hook or a personal git configuration would bring in."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return inherited | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def archives_of(distributions: Sequence[Distribution], folder: Path) -> dict[str, Path]:
    """Their archives in `folder`, by the name of the folder that each holds; those that are missing are fetched."""
    have = _downloaded(folder)
    missing = [distribution for distribution in distributions if distribution.sha256 not in have]
    for distribution in missing:  # one by one, as there may be two versions of one project
        with tempfile.TemporaryDirectory() as scratch:
            _download(distribution, folder, Path(scratch))
    have = _downloaded(folder)
    return {distribution.folder: have[distribution.sha256] for distribution in distributions}


def unpack(archive: Path, into: Path) -> None:
    """Unpack an archive whose digest was compared."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(into, filter="data")
        else:  # an early 3.10 or 3.11; the archive's digest was compared, so its members are known to be harmless
            tar.extractall(into)


def _downloaded(folder: Path) -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in folder.glob("*.tar.gz")}


def _download(distribution: Distribution, into: Path, scratch: Path) -> None:
    for backend in BACKENDS:
        *package, module = backend.split(".")
        for depth in range(len(package)):
            folder = scratch.joinpath(*package[: depth + 1])
            folder.mkdir(exist_ok=True)
            (folder / "__init__.py").touch()
        (folder / f"{module}.py").write_text(BACKEND, encoding="utf-8")
    wanted = scratch / "requirements.txt"
    wanted.write_text(f"{distribution.requirement} --hash=sha256:{distribution.sha256}\n", encoding="utf-8")
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    as_sdist = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--use-pep517"]
    pip = [sys.executable, "-m", "pip", "download", *quiet, *as_sdist, "--dest", str(into), "-r", str(wanted)]
    environment = clean_environment() | {"PYTHONPATH": str(scratch)}
    done = subprocess.run(pip, capture_output=True, text=True, env=environment, cwd=scratch, timeout=600)
    if done.returncode:
        reason = " ".join(done.stderr.splitlines()[-2:]) or "pip gave no reason"
        raise DownloadError(f"{distribution.requirement} cannot be downloaded: {reason}")
