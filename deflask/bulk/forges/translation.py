"""What a client of an API raises, in the forges' own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import requests

from deflask.bulk.forges import ForgeError, Unavailable
from deflask.bulk.forges.token import Token

Own = TypeVar("Own", bound=Exception)
NONSENSE = (AttributeError, LookupError, TypeError, ValueError)
"""What a client falls over where an answer is no JSON or lacks a field."""


@contextmanager
def translating(
    token: Token,
    own: type[Own],
    say: Callable[[Own, Token], ForgeError],
    nonsense: tuple[type[Exception], ...] = NONSENSE,
) -> Iterator[None]:
    """A block in which `own` errors of a client become what `say` makes of them, and all others `Unavailable`."""
    try:
        yield
    except own as error:
        raise say(error, token) from None
    except requests.RequestException as error:
        raise Unavailable(token.redact(f"no answer: {type(error).__name__}")) from None
    except nonsense as error:
        # One server's nonsense is one row's failure.
        raise Unavailable(token.redact(f"an answer that makes no sense: {error}")) from None
