"""Which other file of a project starts a module's server by importing it: under a guard it would start no more."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection
from pathlib import PurePath

from deflask.detect.module import Module
from deflask.detect.names import build
from deflask.detect.starters.commands import codes, runs_file
from deflask.detect.starters.python import Other
from deflask.detect.starters.scripts import entries
from deflask.files import parser
from deflask.files.discovery import SUFFIXES

_WSGI = re.compile(r"wsgi|asgi", re.IGNORECASE)
_SCRIPT = re.compile(rb"#!|.*__name__\s*==\s*[\"']__main__[\"']", re.DOTALL)
# Tests import what they test, and what checks a project imports it to see whether that works.
_NO_STARTER = re.compile(
    r"(?:.*/)?(?:tests?/.*|test_[^/]*\.py|[^/]*_test\.py|conftest\.py|noxfile\.py|tox\.ini|\.github/.*|\.circleci/.*"
    r"|\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml|bitbucket-pipelines\.yml)"
)


def starter(module: Module, functions: Collection[ast.AST]) -> str | None:
    """The file, relative to the project, that starts the server by importing the module; None where none does.

    `functions` are those through which the server is started: an entry point that is one of them still starts it.
    """
    if module.project is None:
        return None
    for path in module.project.mentioning(PurePath(module.location).stem):
        name = os.path.relpath(path, module.project.root).replace(os.sep, "/")
        if path != module.location and not _NO_STARTER.fullmatch(name) and _starts(path, module, functions):
            return name
    return None


def _starts(path: str, module: Module, functions: Collection[ast.AST]) -> bool:
    return (
        (_imports(path, module) if path.endswith(SUFFIXES) else _runs(path, module))
        or any(_leads_past(entry, path, module, functions) for entry in entries(path, _read(path, module)))
    )  # fmt: skip


def _read(path: str, module: Module) -> bytes:
    assert module.project is not None
    return module.project.read(path) or b""


def _imports(path: str, module: Module) -> bool:
    """Whether a Python file imports or runs the module and uses nothing of it, itself or in a command of its own."""
    assert module.project is not None
    other = module.project.module_at(path)
    if other is None:
        return False
    looked_at = Other(other.source.tree, other.index, path, module)
    return (
        looked_at.imports_for_effect
        or (looked_at.imports_unused_name and _is_script(path, module))
        or (looked_at.is_but_a_star_import and not _is_passed_on(path))
        or looked_at.runs_as_other
        or any(_code_starts(code, path, module) for code in looked_at.commands)
    )


def _is_script(path: str, module: Module) -> bool:
    """Whether a file is started itself, not imported for a name that it passes on."""
    assert module.project is not None
    name = PurePath(path).name
    if name == "__main__.py":
        return True
    if _is_passed_on(path):
        return False
    commands = (other for other in module.project.files() if not other.endswith(SUFFIXES))
    return bool(_SCRIPT.match(_read(path, module))) or any(
        runs_file(path, other, _read(other, module)) for other in commands
    )


def _is_passed_on(path: str) -> bool:
    """Whether a file is one from which others take what it imports."""
    name = PurePath(path).name
    return name == "__init__.py" or bool(_WSGI.search(name))


def _runs(path: str, module: Module) -> bool:
    """Whether a command in a file imports the module, as `python -c "import server"` does."""
    return any(_code_starts(code, path, module) for code in codes(path, _read(path, module)))


def _code_starts(code: str, path: str, module: Module) -> bool:
    """Whether Python on a command line starts the server."""
    try:
        tree = parser.module(code)
    except (SyntaxError, ValueError, RecursionError):
        return False
    ran = Other(tree, build(tree), path, module)
    return ran.imports_for_effect or ran.imports_unused_name or ran.runs_as_other


def _leads_past(entry: tuple[str, str], path: str, module: Module, functions: Collection[ast.AST]) -> bool:
    """Whether an entry point imports the module and then calls something else than what starts the server."""
    assert module.project is not None
    name, attribute = entry
    if module.project.find(name, path) is not module.project.module_at(module.location):
        return False
    return attribute not in {getattr(function, "name", None) for function in functions}
