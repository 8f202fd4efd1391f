"""Command line options with nothing given: the defaults of argparse, optparse, click and typer."""

from __future__ import annotations

import ast
from dataclasses import replace

from deflask.detect.names import FunctionNode, Kind, Names, Origin, default_of
from deflask.detect.values.answer import Answer, Default, Source, known, unknown
from deflask.detect.values.operators import Evaluate

_PARSERS = {
    "argparse.ArgumentParser().parse_args": "add_argument",
    "argparse.ArgumentParser().parse_known_args": "add_argument",
    "optparse.OptionParser().parse_args": "add_option",
}
_CLICK = {"click.option", "click.argument", "flask.cli.click.option", "rich_click.option"}
_TYPER = {"typer.Option", "typer.Argument"}


def parsed(origin: Origin, attribute: str, names: Names, evaluate: Evaluate) -> Answer | None:
    """What `args.debug` comes to, None where `origin` is no result of a parser."""
    if origin.kind is not Kind.INSTANCE or origin.name not in _PARSERS:
        return None
    method = _PARSERS[origin.name]
    home = origin.home or names
    found = [call for call in home.index.calls.get(method, []) if _destination(call) == attribute]
    sets = [
        keyword.value
        for call in home.index.calls.get("set_defaults", [])
        for keyword in call.keywords
        if keyword.arg == attribute
    ]
    if home is not names or len(sets) > 1 or (len(found) != 1 and not sets):
        return unknown(configured=True)
    if sets:
        return _defaulting(sets[0], _flag(found[0]) if found else attribute, sets[0], names, evaluate)
    return _option(found[0], names, evaluate, _keyword(found[0], "action"))


def of_vars(node: ast.expr, names: Names) -> ast.expr | None:
    """The namespace in `vars(parser.parse_args())`, also by a name that is bound to it; None for anything else."""
    node = names.written(node)
    if isinstance(node, ast.Call) and len(node.args) == 1 and names.qualified(node.func) == "builtins.vars":
        return node.args[0]
    return None


def declared(function: FunctionNode, parameter: ast.arg, names: Names, evaluate: Evaluate) -> Answer | None:
    """What click or typer hand to a parameter of a command, None where the function is none of theirs."""
    if isinstance(function, ast.Lambda):
        return None
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or names.qualified(decorator.func) not in _CLICK:
            continue
        if _destination(decorator) == parameter.arg:
            return _option(decorator, names, evaluate, None)
    default = default_of(function, parameter)
    if isinstance(default, ast.Call) and names.qualified(default.func) in _TYPER:
        first = default.args[0] if default.args else _keyword(default, "default")
        return _defaulting(first, f"--{parameter.arg}", default, names, evaluate)
    return None


def _option(call: ast.Call, names: Names, evaluate: Evaluate, action: ast.expr | None) -> Answer:
    how = action.value if isinstance(action, ast.Constant) else None
    default = _keyword(call, "default")
    if default is None and how == "store_false":
        # On unless the option is given; what the program means by it is for a person to say.
        return replace(known(True), configured=True, defaults=(Default(Source.OPTION, _flag(call), call, None, names),))
    if default is None:
        is_flag = how == "store_true" or any("/" in text for text in _texts(call)) or _says(call, "is_flag")
        return replace(known(False if is_flag else None), configured=True)
    return _defaulting(default, _flag(call), call, names, evaluate)


def _defaulting(default: ast.expr | None, name: str, asked: ast.AST, names: Names, evaluate: Evaluate) -> Answer:
    if default is None:
        return unknown(configured=True)
    answer = evaluate(default)
    if not answer.defaults:
        answer = replace(answer, defaults=(Default(Source.OPTION, name, asked, default, names),))
    return replace(answer, configured=True)


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _says(call: ast.Call, name: str) -> bool:
    value = _keyword(call, name)
    return isinstance(value, ast.Constant) and value.value is True


def _texts(call: ast.Call) -> list[str]:
    return [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def _flag(call: ast.Call) -> str:
    return next((text for text in _texts(call) if text.startswith("--")), (_texts(call) or ["an option"])[0])


def _destination(call: ast.Call) -> str | None:
    """The attribute or parameter that an option fills."""
    named = _keyword(call, "dest")
    if isinstance(named, ast.Constant) and isinstance(named.value, str):
        return named.value
    texts = _texts(call)
    plain = [text for text in texts if not text.startswith("-")]
    longest = [text for text in texts if text.startswith("--")] or texts
    chosen = (plain or longest or [""])[0].partition("/")[0].lstrip("-").replace("-", "_")
    return chosen or None
