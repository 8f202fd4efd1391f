"""What git says when it fails, and the reason that it is."""

from __future__ import annotations

import pytest

from deflask.bulk import failures
from deflask.bulk.reasons import Reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", Reason.CREDENTIALS_NEEDED),
        ("git@x: Permission denied (publickey).\nfatal: Could not read from", Reason.CREDENTIALS_REFUSED),
        ("Host key verification failed.", Reason.CREDENTIALS_NEEDED),
        ("ssh: Could not resolve hostname nowhere: Name or service not known", Reason.UNREACHABLE),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", Reason.UNREACHABLE),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 403", Reason.CREDENTIALS_REFUSED),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 502", Reason.UNREACHABLE),
        ("remote: Repository not found.\nfatal: repository 'https://x/' not found", Reason.NOT_FOUND),
        ("error: unable to write file: No space left on device", Reason.DISK_FULL),
        ("fatal: cannot update ref 'refs/heads/x': couldn't write '/x/refs/heads/x.lock'", Reason.DISK_FULL),
        ("fatal: fsck error in packed object", Reason.CORRUPT),
        ("error: object 12: hasDotgit: contains '.git'\nfatal: fsck error", Reason.HOSTILE_PATH),
        ("fatal: transport 'ext' not allowed", Reason.REFUSED_URL),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 429", Reason.UNAVAILABLE),
        ("kex_exchange_identification: Connection closed by remote host\nfatal: Could not", Reason.UNREACHABLE),
        ("fatal: something new", Reason.GIT_FAILED),
    ],
)
def test_what_git_says(said: str, reason: Reason) -> None:
    assert failures.reason(said) is reason


def test_words() -> None:
    """The telling lines, each once, in one line; all of it where none is."""
    said = "Cloning\nremote: no\nfatal: no way\nfatal: no way\n"
    assert failures.words(said) == "remote: no; fatal: no way"
    assert failures.words("it is late\n") == "it is late"


@pytest.mark.parametrize(
    "cause",
    [
        "ssh: connect to host 127.0.0.1 port 1: Connection refused",
        "ssh: something that only ssh knows",
        "git@x: Permission denied (publickey).",
        "Host key verification failed.",
        "Connection closed by 127.0.0.1 port 22",
    ],
)
def test_words_of_ssh(cause: str) -> None:
    """Git only says that it could not read: the cause is the line before."""
    said = "Please make sure you have the correct access rights\nand the repository exists.\n"
    expected = f"{cause}; fatal: Could not read from remote repository."
    assert failures.words(f"{cause}\nfatal: Could not read from remote repository.\n\n{said}") == expected
