"""The token: read where the user says, shown nowhere."""

from __future__ import annotations

import base64
import os
import shlex
import subprocess
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import quote

_SECONDS = 60
_HIDDEN = "[token]"


class TokenError(Exception):
    """There is no usable token; the message holds nothing of one."""


class Token:
    """A secret that cannot be printed, compared by accident, pickled or copied into a journal."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        # A line break would smuggle a header into a request, and no forge issues anything but these characters.
        if not value or not all("!" <= char <= "~" for char in value):
            raise TokenError("the token is empty or holds characters that no token has")
        self._value = value

    def __repr__(self) -> str:
        return f"Token({_HIDDEN})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not pickled: hand on where it is read from")

    def reveal(self) -> str:
        """The secret, for the one who sends it."""
        return self._value

    def redact(self, text: str) -> str:
        """Text of a server or of git without the token, plain, percent-encoded or in a header."""
        for form in (self._value, quote(self._value, safe=""), self._basic):
            text = text.replace(form, _HIDDEN)
        return text

    @property
    def _basic(self) -> str:
        # As git sends it.
        return base64.b64encode(f"x-access-token:{self._value}".encode()).decode()


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where a token comes from: a variable or a command. It holds no secret, so it can be handed to other processes."""

    variable: str | None = None
    command: str | None = None

    @property
    def name(self) -> str:
        """What the user calls it; not the command, in which there may be a secret."""
        return self.variable or "--token-command"

    def read(self) -> Token:
        """The token as it is now: a command may give another one every hour."""
        if self.command is not None:
            return Token(_output(self.command))
        if self.variable is None:
            raise TokenError("no variable and no command is named that gives a token")
        value = os.environ.get(self.variable, "").strip()
        if not value:
            raise TokenError(f"{self.variable} is not set, and it should hold a token")
        return Token(value)


def _output(command: str) -> str:
    try:
        words = shlex.split(command)
        # stderr stays the user's: a tool that wants something (a passphrase, a new login) can say so.
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=_SECONDS, check=False)
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        # Not the error's text: it repeats the command line, and there may be a secret in it.
        raise TokenError(f"the token command failed ({type(error).__name__})") from None
    if done.returncode:
        raise TokenError(f"the token command ended with {done.returncode}")
    return done.stdout.decode("utf-8", "replace").strip()
