"""Other scanners, each in an environment of its own: what they depend on is not what deflask depends on."""

from __future__ import annotations

from pathlib import Path

from tests import pythons
from tests.pythons import NotInstalledError

CACHE = pythons.CACHE / "accuracy"
BANDIT = "bandit==1.9.4"
SEMGREP = "semgrep==1.185.0"


def installed(requirement: str) -> Path:
    """The folder of the scanner's programs; it is made once, by pip."""
    try:
        return pythons.environment(f"accuracy/{requirement.replace('==', '-')}", pythons.running(), [requirement])
    except NotInstalledError as error:
        raise NotInstalledError(f"{requirement.partition('==')[0]} is left out: {error}") from None
