"""deflask's commonest edit as LibCST alone would do it: no guard, no proof, any object that has a `run`."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from libcst.codemod import VisitorBasedCodemodCommand
from libcst.codemod.visitors import AddImportsVisitor

_RUN = m.Call(func=m.Attribute(attr=m.Name("run")))
_FLAG = m.Arg(keyword=m.Name("debug"), value=m.Name("True"))
_ASKED = cst.parse_expression('os.environ.get("FLASK_DEBUG") == "1"')


class DebugFromEnvironment(VisitorBasedCodemodCommand):
    """Runs by `python -m libcst.tool codemod -x tests.benchmarks.codemod.DebugFromEnvironment PATH`."""

    DESCRIPTION = "Let the environment decide about debug mode."

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """`x.run(debug=True)` becomes `x.run(debug=os.environ.get("FLASK_DEBUG") == "1")`."""
        if not m.matches(updated_node, _RUN) or not any(m.matches(each, _FLAG) for each in updated_node.args):
            return updated_node
        AddImportsVisitor.add_needed_import(self.context, "os")
        changed = [each.with_changes(value=_ASKED) if m.matches(each, _FLAG) else each for each in updated_node.args]
        return updated_node.with_changes(args=changed)
