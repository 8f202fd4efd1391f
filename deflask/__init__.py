"""Takes the Flask debugger out of production: finds what switches it on, and rewrites it with a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deflask.detect.project import Project
    from deflask.engine import check_paths, check_source, fix_paths, fix_source
    from deflask.files.errors import SourceError
    from deflask.model import FileResult, Finding, Settings

__version__ = "0.1.0"
__all__ = [
    "FileResult",
    "Finding",
    "Project",
    "Settings",
    "SourceError",
    "check_paths",
    "check_source",
    "fix_paths",
    "fix_source",
]

_HOMES = {
    "FileResult": "model",
    "Finding": "model",
    "Project": "detect.project",
    "Settings": "model",
    "SourceError": "files.errors",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used: `deflask --version` needs none of them (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'engine')}"), name)
