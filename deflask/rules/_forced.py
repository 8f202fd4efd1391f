"""Finds the statements that set FLASK_DEBUG and FLASK_ENV, where a run listens to them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from deflask.detect.flags import Flag, flags, imports_flask
from deflask.detect.module import Module
from deflask.detect.values import Doubt, known
from deflask.detect.values.environment import FLASK, Forced, forced, read_name
from deflask.files.testcode import is_test_code
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._hit import Change, Hit

# A command that the program may hand to a shell.
_COMMAND = re.compile(rb"\bflask\b")
_FALSE = {"", "0", "false", "no"}


def check(module: Module) -> Iterator[Hit]:
    """Statements that set FLASK_DEBUG or FLASK_ENV so that debug mode is on."""
    if is_test_code(module.source.path):
        return
    for variable in sorted(FLASK):
        for found in forced(variable, module.names):
            value = module.evaluate(found.value).value
            if isinstance(value, str) and _asks(variable, value) and _matters(variable, value, module):
                yield from _hit(variable, found, module)


def _asks(variable: str, value: str) -> bool:
    """Whether Flask takes the text for a wish to debug."""
    return value == "development" if variable == "FLASK_ENV" else value.lower() not in _FALSE


def _matters(variable: str, value: str, module: Module) -> bool:
    """Whether a run listens to the variable, now or once its flag has been rewritten."""
    importers = module.project.importers(module.location, "") if module.project is not None else []
    runs = [(f, m) for m in (module, *importers) for rule in ("DF101", "DF102") for f in flags(m, rule)]
    listening = [_listens(flag, variable, value, home) for flag, home in runs if flag.entry.serves]
    if listening:
        return any(listening)
    if imports_flask(module) or _COMMAND.search(module.source.data):
        return True
    return module.project is not None and module.project.imports_flask()


def _listens(flag: Flag, variable: str, value: str, module: Module) -> bool:
    answer = module.evaluate(flag.value) if flag.value is not None else None
    if answer is None or answer.value is None or variable in answer.reads or flag.entry.overruled:
        return True
    return answer.truth is Truth.ON and (variable, value) == ("FLASK_DEBUG", "1")


def _asks_itself(doubt: Doubt, variable: str, module: Module) -> bool:
    """Whether a branch is entered because the variable that is set there was not set before."""
    statement = doubt.statement
    if not isinstance(statement, ast.If):
        return False
    reads = [node for node in ast.walk(statement.test) if isinstance(node, ast.expr)]
    named = [(node, read_name(node, module.names)) for node in reads]
    unset = {node: known(None) for node, name in named if name is not None and module.evaluate(name).value == variable}
    wanted = Truth.ON if doubt.branch in statement.body else Truth.OFF
    return bool(unset) and module.as_script.evaluator.assuming(unset).evaluate(statement.test).truth is wanted


def _is_read_back(variable: str, module: Module) -> bool:
    """Whether something in the project counts on a variable to be there."""
    read = re.compile(rb"environ\s*\[\s*[\"']" + variable.encode() + rb"[\"']\s*\](?!\s*=[^=])")
    project = module.project
    sources = [module.source.data]
    if project is not None:
        sources += [project.storage.read(path) or b"" for path in project.files() if path.endswith(".py")]
    return any(read.search(source) for source in sources)


def _hit(variable: str, found: Forced, module: Module) -> Iterator[Hit]:
    statement = module.index.statement(found.node)
    reached = module.reached(statement)
    if not reached.possible:
        return
    if _is_read_back(variable, module):
        yield Hit(
            node=statement,
            message=f"the program sets {variable} itself, which switches debug mode on",
            applicability=Applicability.MANUAL,
            reason=f"{variable} is read back by os.environ[…], which would raise",
            doubts=reached.doubts,
        )
        return
    alone = found.alone and not isinstance(statement, (ast.FunctionDef, ast.If, ast.With, ast.For, ast.While))
    yield Hit(
        node=statement if alone else found.node,
        message=f"the program sets {variable} itself, which switches debug mode on",
        changes=(Change(EditKind.REMOVE, statement),) if alone else (),
        applicability=Applicability.UNSAFE if alone else Applicability.MANUAL,
        reason=f"{variable} would have to be set outside" if alone else "its statement does something else as well",
        doubts=tuple(doubt for doubt in reached.doubts if not _asks_itself(doubt, variable, module)),
        notes=(f"{variable} is no longer set by the program",),
    )
