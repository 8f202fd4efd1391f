"""What a name is bound to in this file: the index of the tree, the flow of bindings, what they resolve to."""

from deflask.detect.names.build import build, getattr_name
from deflask.detect.names.calls import MOST_CALLS, argument, callers, calls_of, default_of, function_of
from deflask.detect.names.flow import TRIES, Flow
from deflask.detect.names.imports import imported
from deflask.detect.names.index import (
    FUNCTIONS,
    Binding,
    Bound,
    FunctionNode,
    Index,
    Scope,
    inside,
    own_nodes,
)
from deflask.detect.names.mappings import Absent, held
from deflask.detect.names.members import attribute, lineage
from deflask.detect.names.origin import UNKNOWN, Kind, Origin, joined, parted
from deflask.detect.names.resolve import Names

__all__ = [
    "FUNCTIONS",
    "MOST_CALLS",
    "TRIES",
    "UNKNOWN",
    "Absent",
    "Binding",
    "Bound",
    "Flow",
    "FunctionNode",
    "Index",
    "Kind",
    "Names",
    "Origin",
    "Scope",
    "argument",
    "attribute",
    "build",
    "callers",
    "calls_of",
    "default_of",
    "function_of",
    "getattr_name",
    "held",
    "imported",
    "inside",
    "joined",
    "lineage",
    "own_nodes",
    "parted",
]
