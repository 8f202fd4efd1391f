"""What another Python file does with a module: import it for its effect, run it, or use something of it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from deflask.detect.module import Module
from deflask.detect.names import Index, joined
from deflask.detect.starters.commands import codes

_IMPORTERS = frozenset({"import_module", "__import__", "run_module"})
_LOADERS = frozenset({"run_path", "spec_from_file_location", "load_source", "SourceFileLoader"})
_SHELLS = frozenset("Popen call check_call check_output getoutput popen run system".split())


class Other:
    """The tree of a file at `path`, with an eye on one module of its project."""

    def __init__(self, tree: ast.Module, index: Index, path: str, module: Module) -> None:
        self._index = index
        self._path = path
        self._module = module
        self._tree = tree

    @property
    def imports_for_effect(self) -> bool:
        """Whether it imports the module itself and uses nothing of it."""
        whole, names = self._imports
        return False in whole and True not in (*whole, *names)

    @property
    def imports_unused_name(self) -> bool:
        """Whether all that it imports from the module are names that it does not use."""
        whole, names = self._imports
        return False in names and True not in (*whole, *names)

    @property
    def is_but_a_star_import(self) -> bool:
        """Whether it holds nothing but imports, among them everything of the module."""
        imports = [node for node in self._tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        others = [node for node in self._tree.body if node not in imports]
        stars = [node for node in imports if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
        return any(self._means("." * node.level + (node.module or "")) for node in stars) and all(
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in others
        )

    @cached_property
    def _imports(self) -> tuple[list[bool], list[bool]]:
        """For each import of the module, and for each of a name in it, whether what it binds is used."""
        whole: list[bool] = []
        names: list[bool] = []
        for node in ast.walk(self._tree):
            if not isinstance(node, (ast.Import, ast.ImportFrom)) or self._is_for_types(node):
                continue
            for alias in node.names:
                if isinstance(node, ast.Import):
                    if self._means(alias.name):
                        whole.append(self._is_read(alias.asname or alias.name))
                    continue
                package = "." * node.level + (node.module or "")
                if self._means(joined(package, alias.name)):
                    whole.append(self._is_read(alias.asname or alias.name))
                elif self._means(package):
                    names.append(self._uses_any() if alias.name == "*" else self._is_read(alias.asname or alias.name))
        return whole, names

    def _means(self, name: str) -> bool:
        """Whether a name leads to the module from here."""
        project = self._module.project
        assert project is not None
        found = project.find(name, self._path)
        return found is not None and found is project.module_at(self._module.location)

    def _is_for_types(self, node: ast.AST) -> bool:
        tests = (parent.test for parent in self._index.ancestors(node) if isinstance(parent, ast.If))
        return any("TYPE_CHECKING" in (getattr(test, "id", None), getattr(test, "attr", None)) for test in tests)

    def _is_read(self, name: str) -> bool:
        """Whether a bound name is read here, or passed on by `__all__`; of `pkg.server` both parts count."""
        first, *rest = name.split(".")
        return name in self._exported or any(self._followed_by(load, rest) for load in self._index.loads.get(first, []))

    def _followed_by(self, node: ast.AST, parts: list[str]) -> bool:
        for part in parts:
            node = self._index.parents[node]
            if not (isinstance(node, ast.Attribute) and node.attr == part):
                return False
        return True

    @property
    def _exported(self) -> set[str]:
        bindings = self._index.scopes[self._tree].bindings.get("__all__", [])
        return {text for binding in bindings if binding.value is not None for text in _texts(binding.value)}

    def _uses_any(self) -> bool:
        """Whether something is read that the module binds."""
        bound = self._module.index.scopes[self._module.source.tree].bindings
        return any(name in self._index.loads for name in bound)

    @property
    def runs_as_other(self) -> bool:
        """Whether a call runs the module under another name than `__main__` and its result is not used."""
        return any(self._is_run_by(node) for node in ast.walk(self._tree) if isinstance(node, ast.Call))

    def _is_run_by(self, call: ast.Call) -> bool:
        name = _name(call.func)
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        texts = [text for value in values for text in _texts(value)]
        if name == "exec":
            return len(values) > 1 and self._is_run_in(values[1])
        if "__main__" in texts:
            return False
        if name in _IMPORTERS:
            relative = [joined(package, text.lstrip(".")) for text in texts for package in texts if text[:1] == "."]
            return any(map(self._means, [*texts, *relative])) and not self._is_result_used(call)
        return name in _LOADERS and any(map(self._is_file, texts)) and not self._is_result_used(call)

    def _is_run_in(self, scope: ast.expr) -> bool:
        """Whether `exec` runs the module in a scope of its own, from which nothing is taken."""
        if isinstance(scope, ast.Call) or not any(map(self._is_file, _texts(self._tree))):
            return False
        if isinstance(scope, ast.Name):
            uses = (self._index.parents[load] for load in self._index.loads.get(scope.id, []))
            if any(isinstance(use, (ast.Subscript, ast.Attribute)) for use in uses):
                return False
        return not any(isinstance(node, ast.Dict) and "__main__" in _texts(node) for node in ast.walk(self._tree))

    def _is_file(self, text: str) -> bool:
        """Whether a path is that of the module: from here, or from some folder above it."""
        here = os.path.normpath(os.path.join(os.path.dirname(self._path), text))
        place = os.path.normpath(self._module.location)
        return text.endswith(".py") and (here == place or place.endswith(os.sep + os.path.normpath(text)))

    def _is_result_used(self, call: ast.Call) -> bool:
        """Whether something of the module that a call gives is used, for which it was imported then."""
        parent = self._index.parents[call]
        if isinstance(parent, ast.Attribute):
            loaded = self._index.parents[parent]
            is_loader = parent.attr == "load_module" and isinstance(loaded, ast.Call)
            return self._is_result_used(loaded) if is_loader and isinstance(loaded, ast.Call) else True
        if isinstance(parent, ast.Call):
            return _name(parent.func) == "getattr"
        names = [target.id for target in getattr(parent, "targets", []) if isinstance(target, ast.Name)]
        loads = [load for name in names for load in self._index.loads.get(name, [])]
        made = [made for load in loads if isinstance(made := self._index.parents[load], ast.Call)]
        if specs := [call for call in made if _name(call.func) == "module_from_spec"]:
            return any(map(self._is_result_used, specs))
        return any(isinstance(self._index.parents[load], ast.Attribute) for load in loads)

    @property
    def commands(self) -> Iterator[str]:
        """The Python code in the commands that it has a shell or a process run."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and _name(node.func) in _SHELLS:
                for argument in node.args:
                    texts = _texts(argument)
                    yield from (code for option, code in pairwise(texts) if option == "-c")
                    yield from (code for text in texts for code in codes("", text.encode()))


def _name(node: ast.expr) -> str | None:
    """The last part of a name."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)


def _texts(node: ast.AST) -> list[str]:
    """The strings that are written in an expression, in order."""
    constants = [inner for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    constants.sort(key=lambda constant: (constant.lineno, constant.col_offset))
    return [constant.value for constant in constants if isinstance(constant.value, str)]
