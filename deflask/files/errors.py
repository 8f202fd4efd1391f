"""What stops a file from being read or written."""

from __future__ import annotations


class SourceError(Exception):
    """The file cannot be read as Python; the message is the cause, in one line."""


class WriteError(Exception):
    """The file was left as it is; the message is the cause, in one line."""
