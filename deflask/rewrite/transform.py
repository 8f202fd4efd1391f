"""The LibCST transformer: applies every edit of an expression of one chunk of source in one pass."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from deflask.model import Edit, EditKind, Span
from deflask.rewrite.errors import CannotRewriteError

_SENTINEL = "pass\n"
_TAKES_ANY_EXPRESSION = (cst.Arg, cst.Assign, cst.AnnAssign, cst.Return, cst.Expr, cst.Element, cst.DictElement)


Replacements = Mapping[Edit, str]
"""For each edit of a value or a condition, the expression that reads the environment there."""


def edit_chunk(chunk: str, replacements: Replacements) -> str:
    """Apply edits of expressions whose spans are those of the chunk.

    Raises CannotRewriteError where LibCST cannot hold the chunk, RecursionError where it is nested too deeply.
    """
    ending = "" if chunk.endswith(("\n", "\r")) else "\n"
    text = chunk + ending + _SENTINEL
    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
        if wrapper.module.code != text:
            raise CannotRewriteError("LibCST does not give this statement back as it was")
        transformer = _Transformer(replacements, wrapper.resolve(PositionProvider))
        edited = wrapper.module.visit(transformer).code
    except cst.ParserSyntaxError:
        raise CannotRewriteError("LibCST cannot parse this statement by itself") from None
    if transformer.drops_comment:
        raise CannotRewriteError("a comment inside of the value would be lost")
    if transformer.missing:
        raise CannotRewriteError("the expression cannot be found in LibCST's tree")
    return edited.removesuffix(ending + _SENTINEL) if ending else edited.removesuffix(_SENTINEL)


class _Comments(cst.CSTVisitor):
    """Collects the comments in a tree."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Comment] = []

    def visit_Comment(self, node: cst.Comment) -> None:
        """Note a comment."""
        self.found.append(node)

    @classmethod
    def of(cls, node: cst.CSTNode) -> list[cst.Comment]:
        """The comments in a node."""
        visitor = cls()
        node.visit(visitor)
        return visitor.found


class _Transformer(cst.CSTTransformer):
    """Finds the nodes of the edits by their spans and replaces them on the way out, inner ones first."""

    def __init__(
        self,
        replacements: Replacements,
        positions: Mapping[cst.CSTNode, CodeRange],
    ) -> None:
        super().__init__()
        self.drops_comment = False
        self._replacements = replacements
        self._changes: dict[cst.CSTNode, Edit] = {}
        expressions = {edit.span: edit for edit in replacements}
        self._bare: set[cst.CSTNode] = set()
        for node, position in positions.items():
            if isinstance(node, _TAKES_ANY_EXPRESSION) and node.value is not None:
                self._bare.add(node.value)
            if isinstance(node, cst.BaseExpression):
                for span in _spans(node, position, positions):
                    if span in expressions:
                        self._changes[node] = expressions.pop(span)
        self.missing = bool(expressions)

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        """Replace what an edit is for."""
        edit = self._changes.get(original_node)
        if edit is None:
            return super().on_leave(original_node, updated_node)  # type: ignore[return-value]
        assert isinstance(updated_node, cst.BaseExpression)
        read = cst.parse_expression(self._replacements[edit])
        if edit.kind is EditKind.CONDITION:
            return self._conditional(updated_node, read, parentheses=original_node not in self._bare)
        inner = updated_node.with_changes(lpar=(), rpar=())
        self.drops_comment = self.drops_comment or bool(_Comments.of(inner))
        # Parentheses stay: they may hold line breaks and comments. A tuple's own belong to the tuple.
        own = isinstance(updated_node, (cst.Tuple, cst.GeneratorExp))
        lpar, rpar = list(updated_node.lpar), list(updated_node.rpar)
        return read.with_changes(lpar=lpar[: len(lpar) - own], rpar=rpar[own:])

    def _conditional(self, wrap: cst.BaseExpression, test: cst.BaseExpression, parentheses: bool) -> cst.IfExp:
        """`wrap(inner, …) if test else inner`, in parentheses where the place needs them."""
        assert isinstance(wrap, cst.Call)
        around = ([cst.LeftParen()], [cst.RightParen()]) if parentheses else ([], [])
        inner = wrap.args[0].value.deep_clone()
        return cst.IfExp(test=test, body=wrap, orelse=inner, lpar=around[0], rpar=around[1])


def _spans(node: cst.BaseExpression, own: CodeRange, positions: Mapping[cst.CSTNode, CodeRange]) -> list[Span]:
    """Where `ast` may say that an expression stands: without its parentheses, or with any number of them."""
    lefts = [positions[left].start for left in reversed(node.lpar) if left in positions]
    rights = [positions[right].end for right in node.rpar if right in positions]
    ranges = [(own.start, own.end), *zip(lefts, rights, strict=False)]
    return [Span(start.line, start.column + 1, end.line, end.column + 1) for start, end in ranges]
