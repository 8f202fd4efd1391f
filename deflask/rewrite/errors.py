"""Why a rewrite did not happen."""


class CannotRewriteError(Exception):
    """The source has a shape that cannot be edited and given back otherwise unchanged; the message is the reason."""


class UnprovedError(Exception):
    """A rewrite did not do exactly what it says: a bug of ours, so nothing is written."""
