"""What git says when it fails, as one of the closed reasons."""

from __future__ import annotations

import re

from deflask.bulk.reasons import Reason

# The first that is found in what git wrote counts. Git runs in the C locale.
_SAID = (
    (Reason.DISK_FULL, r"No space left on device|Disk quota exceeded|couldn't write '"),
    (Reason.CREDENTIALS_NEEDED, r"terminal prompts disabled|could not read (?:Username|Password)"),
    (Reason.CREDENTIALS_NEEDED, r"Host key verification failed"),
    (Reason.UNAVAILABLE, r"returned error: 429"),
    (Reason.CREDENTIALS_REFUSED, r"Authentication failed|Access denied|Permission denied \(|returned error: 40[13]"),
    (Reason.UNREACHABLE, r"Could not resolve|Name or service not known|name resolution|No route to host"),
    (Reason.UNREACHABLE, r"onnection (?:refused|reset|closed|timed out)|etwork is unreachable|Failed to connect"),
    (Reason.UNREACHABLE, r"unable to (?:look up|connect)|Couldn't connect|SSL|TLS|returned error: 5\d\d"),
    (Reason.NOT_FOUND, r"(?i)repository .*not found|does not appear to be a git repository|returned error: 404"),
    (Reason.NOT_FOUND, r"does not exist|is this a git repository|no such file or directory|repository not exported"),
    (Reason.REFUSED_URL, r"transport '.*' not allowed|strange (?:path|host)name|is not valid: (?:invalid|no) "),
    (Reason.HOSTILE_PATH, r"hasDot|fullPathname|emptyName"),
    (Reason.CORRUPT, r"fsck|bad (?:object|tree|pack)|corrupt|index-pack failed|missing (?:blob|tree)"),
)


def reason(stderr: str) -> Reason:
    """The reason that a command's standard error gives."""
    return next((reason for reason, pattern in _SAID if re.search(pattern, stderr)), Reason.GIT_FAILED)


def words(stderr: str) -> str:
    """The lines in which git or the server says what is wrong, in one line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return "; ".join(dict.fromkeys([line for line in lines if _tells(line)] or lines))[:500]


def _tells(line: str) -> bool:
    """Whether it is more than talk: also ssh's, where git only says that it could not read."""
    begins = line.startswith(("fatal:", "error:", "remote:", "ssh:", "!"))
    return begins or any(re.search(pattern, line) for _, pattern in _SAID)
