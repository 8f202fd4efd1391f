"""What expressions come to in the bare world, as Python itself would have it."""

from __future__ import annotations

import ast

import pytest

from deflask.detect.module import Module
from deflask.detect.values import Answer
from deflask.files.source import parse
from deflask.model import Truth

HEADER = """\
import argparse
import os
import platform
import sys
from os import environ, getenv
from typing import TYPE_CHECKING
from flask import Flask

app = Flask(__name__)
ON, OFF = True, False
LIST = [1]
CHANGED = []
CHANGED.append(1)
MODES = {"dev": True, "prod": False}
os.environ["SET_HERE"] = "1"
args = argparse.ArgumentParser().parse_args()

class Config:
    DEBUG = True
    NAME: str = ""

class Local(Config):
    pass

def is_production():
    "Whether it is."
    if os.environ.get("ENV") == "production":
        return True
    return False

def noisy():
    print("effect")
    return True

def same(x):
    return x
"""

CASES = [
    # literals and displays
    ("1", Truth.ON),
    ("-0", Truth.OFF),
    ("'False'", Truth.ON),
    ("''", Truth.OFF),
    ("None", Truth.OFF),
    ("[*LIST]", Truth.UNKNOWN),
    ("[1, *LIST]", Truth.ON),
    ("{**MODES}", Truth.UNKNOWN),
    ("{'a': app, **MODES}", Truth.ON),
    ("{}", Truth.OFF),
    ("set()", Truth.UNKNOWN),
    ("f'{app}'", Truth.UNKNOWN),
    ("f'x{app}'", Truth.ON),
    # names
    ("ON", Truth.ON),
    ("OFF", Truth.OFF),
    ("undefined", Truth.UNKNOWN),
    ("CHANGED", Truth.UNKNOWN),
    ("MODES['dev']", Truth.ON),
    ("MODES['prod']", Truth.OFF),
    ("MODES['none']", Truth.UNKNOWN),
    ("Config.DEBUG", Truth.ON),
    ("Config().DEBUG", Truth.ON),
    ("Local.DEBUG", Truth.ON),
    ("Local.NAME", Truth.OFF),
    ("Config.OTHER", Truth.UNKNOWN),
    ("__name__ == '__main__'", Truth.ON),
    ("__debug__", Truth.ON),
    ("TYPE_CHECKING", Truth.OFF),
    # operators
    ("not OFF", Truth.ON),
    ("not app", Truth.UNKNOWN),
    ("ON and OFF", Truth.OFF),
    ("app and OFF", Truth.OFF),
    ("app or ON", Truth.ON),
    ("app or OFF", Truth.UNKNOWN),
    ("OFF or 'x'", Truth.ON),
    ("1 + 1 == 2", Truth.ON),
    ("1 < 2 < 2", Truth.OFF),
    ("1 is None", Truth.OFF),
    ("'a' not in ('a', 'b')", Truth.OFF),
    ("'a' < 1", Truth.UNKNOWN),
    ("2 ** 2 ** 30", Truth.UNKNOWN),
    ("'a' * 10 ** 9", Truth.UNKNOWN),
    ("ON if OFF else None", Truth.OFF),
    ("ON if app else 1", Truth.ON),
    ("ON if app else 0", Truth.UNKNOWN),
    ("(x := 1)", Truth.ON),
    ("app is None", Truth.OFF),
    ("is_production is not None", Truth.ON),
    ("undefined is None", Truth.UNKNOWN),
    # calls
    ("bool('0')", Truth.ON),
    ("bool(app)", Truth.UNKNOWN),
    ("int('0')", Truth.OFF),
    ("int('x')", Truth.UNKNOWN),
    ("str(None)", Truth.ON),
    ("len([])", Truth.OFF),
    ("'TRUE'.lower() == 'true'", Truth.ON),
    ("'true'.lower() in ['1', 'true']", Truth.ON),
    ("undefined.lower()", Truth.UNKNOWN),
    ("is_production()", Truth.OFF),
    ("not is_production()", Truth.ON),
    ("noisy()", Truth.UNKNOWN),
    ("same(True)", Truth.ON),
    ("same('')", Truth.OFF),
    ("same(undefined)", Truth.UNKNOWN),
    ("bool(*LIST)", Truth.UNKNOWN),
    # the environment: nothing is set
    ("os.environ.get('X')", Truth.OFF),
    ("os.environ.get('X', 'False')", Truth.ON),
    ("os.getenv('X', default='')", Truth.OFF),
    ("environ.get(key='X', default=1)", Truth.ON),
    ("getenv('X') is None", Truth.ON),
    ("getenv('X') != 'production'", Truth.ON),
    ("os.environ['X']", Truth.UNKNOWN),
    ("'X' in os.environ", Truth.OFF),
    ("'X' not in os.environ", Truth.ON),
    ("os.environ.get('SET_HERE')", Truth.ON),
    ("'SET_HERE' in os.environ", Truth.UNKNOWN),
    ("os.environ.get(undefined)", Truth.UNKNOWN),
    ("os.environ.get('FLASK_DEBUG') == '1'", Truth.OFF),
    # Linux, no arguments
    ("sys.platform == 'linux'", Truth.ON),
    ("os.name == 'nt'", Truth.OFF),
    ("platform.system() == 'Windows'", Truth.OFF),
    ("'--debug' in sys.argv", Truth.OFF),
    ("len(sys.argv) > 1", Truth.OFF),
    ("sys.argv[1:]", Truth.OFF),
    ("sys.argv[1]", Truth.UNKNOWN),
    ("sys.argv[undefined:]", Truth.UNKNOWN),
    ("args.debug", Truth.UNKNOWN),
    # what sets app.debug
    ("app.debug", Truth.OFF),
]


def evaluated(expression: str, header: str = HEADER) -> Answer:
    module = Module(parse(f"{header}\nresult = {expression}\n".encode(), "m.py"))
    last = module.source.tree.body[-1]
    assert isinstance(last, ast.Assign)
    return module.evaluate(last.value)


@pytest.mark.parametrize(("expression", "truth"), CASES, ids=[case[0] for case in CASES])
def test_truth(expression: str, truth: Truth) -> None:
    assert evaluated(expression).truth is truth


def test_reads_are_named() -> None:
    """What an answer depended on is known, also through constants, functions and branches."""
    assert evaluated("os.environ.get('A', getenv('B'))").reads == {"A", "B"}
    assert evaluated("not is_production()").reads == {"ENV"}
    header = HEADER + "if getenv('STAGE') == 'prod':\n    DEBUG = False\nelse:\n    DEBUG = True\n"
    answer = evaluated("DEBUG", header)
    assert answer.truth is Truth.ON
    assert answer.reads == {"STAGE"}


def test_place_that_decides() -> None:
    """The definition at the end of the chain decides."""
    header = "A = True\nB = A\n"
    decided = evaluated("B", header).decided_at
    assert decided is not None
    assert (decided.node.lineno, decided.path) == (1, "m.py")
    assert evaluated("True", header).decided_at is None


@pytest.mark.parametrize(
    ("statement", "truth"),
    [
        ("os.environ.setdefault('X', '1')", Truth.ON),
        ("os.putenv('X', '1')", Truth.UNKNOWN),
        ("os.environ.update(X='1')", Truth.ON),
        ("os.environ.update({'X': ''})", Truth.OFF),
        ("os.environ['X'] = undefined", Truth.UNKNOWN),
        ("os.environ['X'] = '1'\nos.environ['X'] = ''", Truth.UNKNOWN),
        ("if undefined:\n    os.environ['X'] = '1'", Truth.UNKNOWN),
        ("os.environ['FLASK_DEBUG'] = os.environ['X'] = '1'", Truth.ON),
    ],
)
def test_variables_that_the_file_sets_are_not_unset(statement: str, truth: Truth) -> None:
    assert evaluated("os.environ.get('X')", HEADER + statement).truth is truth
    assert evaluated("os.environ.get('Y')", HEADER + statement).truth is Truth.OFF


def test_updates_that_cannot_be_read_make_every_variable_unknown() -> None:
    assert evaluated("os.environ.get('Y')", HEADER + "os.environ.update(load())").truth is Truth.UNKNOWN


def test_recursion_ends_unknown() -> None:
    """Definitions that need themselves are decided by nothing."""
    assert evaluated("A", "def f():\n    return f()\nA = f()\n").truth is Truth.UNKNOWN
    assert evaluated("A", "A = True\nwhile A:\n    A = not A\n").truth is Truth.UNKNOWN
