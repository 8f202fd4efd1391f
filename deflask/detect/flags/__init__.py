"""The calls that can switch a debugger on: direct ones, those of what only looks like an app, and those made later."""

from deflask.detect.flags.elsewhere import known_elsewhere
from deflask.detect.flags.find import Flag, flags
from deflask.detect.flags.given import Given
from deflask.detect.flags.host import is_public
from deflask.detect.flags.indirect import indirect
from deflask.detect.flags.unresolved import imports_flask, is_app, may_be_app

__all__ = [
    "Flag",
    "Given",
    "flags",
    "imports_flask",
    "indirect",
    "is_app",
    "is_public",
    "known_elsewhere",
    "may_be_app",
]
