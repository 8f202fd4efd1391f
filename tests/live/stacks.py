"""Versions of Flask and what is built on it, each in an environment of its own with what was current with it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests import pythons


@dataclass(frozen=True)
class Stack:
    """An environment: the Pythons that it runs on, the best first, and what pip puts there.

    Of what is not named pip takes the newest that the Python can run; what the old Flasks need in old versions,
    because it no longer fits, is named.
    """

    name: str
    versions: str
    pins: str

    def python(self) -> str:
        """The Python of the environment, as a command. The test is skipped where it is not to be had."""
        made = _made(self)
        if not isinstance(made, Path):
            pytest.skip(made)
        return str(made)

    def starting(self) -> str:
        """The same, for a server that is counted."""
        python = self.python()
        STARTS[self] += 1
        return python


STARTS: Counter[Stack] = Counter()
"""How many servers were started of each."""

_OLD = "jinja2<3 markupsafe<2 itsdangerous<2 click<8 gunicorn==19.10.0 waitress==1.4.4 python-dotenv"
FLASKS = [
    Stack("flask-0.12", "3.8 3.7 3.6", f"flask==0.12.5 werkzeug==0.16.1 {_OLD}"),
    Stack("flask-1.1", "3.8 3.9 3.7 3.6", f"flask==1.1.4 werkzeug==1.0.1 {_OLD}"),
    Stack("flask-2.2", "3.10 3.9 3.11", "flask==2.2.5 werkzeug==2.2.3 gunicorn==20.1.0 waitress==2.1.2 python-dotenv"),
    Stack("flask-2.3", "3.11 3.10 3.12", "flask==2.3.3 werkzeug==2.3.8 gunicorn==21.2.0 waitress==2.1.2 python-dotenv"),
    Stack("flask-3.1", "3.13 3.12 3.11 3.10", "flask==3.1.3 werkzeug==3.1.9 gunicorn waitress python-dotenv"),
]

_NEW = "3.12 3.11 3.13 3.10"
DASH_2 = Stack("dash-2", "3.11 3.10 3.12", "dash==2.16.1 flask==3.0.3 werkzeug==3.0.6")
DASH = Stack("dash", _NEW, "dash")
SOCKETIO = Stack("flask-socketio", _NEW, "flask-socketio simple-websocket")
SOCKETIO_GEVENT = Stack("flask-socketio-gevent", _NEW, "flask-socketio gevent gevent-websocket")
APIFLASK = Stack("apiflask", _NEW, "apiflask")
OPENAPI = Stack("flask-openapi3", _NEW, "flask-openapi3")
CONNEXION_2 = Stack("connexion-2", "3.11 3.10 3.12", "connexion==2.15.1 flask==3.1.3 werkzeug==3.1.9")
SCRIPT = Stack("flask-script", "3.8 3.7 3.6", f"flask-script==2.0.6 flask==1.1.4 werkzeug==0.16.1 {_OLD}")


@cache
def _made(stack: Stack) -> Path | str:
    """The Python of the environment, or why there is none."""
    for version in stack.versions.split():
        if python := pythons.find(version):
            try:
                programs = pythons.environment(f"live/{stack.name}-python{version}", python, stack.pins.split())
            except pythons.NotInstalledError as error:
                return str(error)
            return programs / "python"
    return f"there is no Python {' or '.join(stack.versions.split())} here"


def described(stack: Stack) -> str:
    """The Python and the packages that ended up in an environment."""
    root = Path(stack.python()).parents[1]
    [packages] = root.glob("lib/python*/site-packages")
    pinned = {re.split("[<=]", pin)[0].lower() for pin in stack.pins.split()}
    found = [path.name.removesuffix(".dist-info").rpartition("-") for path in packages.glob("*.dist-info")]
    named = sorted(f"{name} {version}" for name, _, version in found if name.lower().replace("_", "-") in pinned)
    return f"{packages.parent.name}: {', '.join(named)}"
