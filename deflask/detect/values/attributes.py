"""What an attribute comes to: of an app, of options, of a class, of a module."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deflask.detect.names import Kind, Origin, joined
from deflask.detect.values import config, fields, options
from deflask.detect.values.answer import Answer, join, known, unknown
from deflask.detect.values.pure import COMMAND_LINES

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator


def attribute(node: ast.Attribute, evaluator: Evaluator) -> Answer:
    """What is read at a node, whatever its owner can be."""
    return join(_of(origin, node, evaluator) for origin in evaluator.names.origins(node.value))


def _of(origin: Origin, node: ast.Attribute, evaluator: Evaluator) -> Answer:
    name = node.attr
    if origin.kind is Kind.INSTANCE and origin.name == "flask.Flask" and name == "debug":
        return _app_debug(origin, node, evaluator)
    if (given := options.parsed(origin, name, evaluator.names, evaluator.evaluate)) is not None:
        return given
    if (field_of := fields.field_value(origin, name, evaluator)) is not None:
        return field_of
    if isinstance(origin.definition, ast.ClassDef):
        return evaluator.at(origin.home).member(origin.definition, name)
    if origin.kind is Kind.REFERENCE:
        return evaluator.imported(joined(origin.name, name))
    return unknown(origin.kind is Kind.INSTANCE and origin.name.startswith(COMMAND_LINES))


def _app_debug(app: Origin, node: ast.Attribute, evaluator: Evaluator) -> Answer:
    """`app.debug`: what the file sets it to, OFF where nothing does (Flask reads it from an empty environment)."""
    held = config.held("DEBUG", (app,), evaluator, node)
    if held is not None:
        return held
    configures = evaluator.names.index.attributes.get("config")
    return unknown(configured=True) if configures else known(False)
