"""The closed list of reasons: why a repository is skipped, failed, is left as it is, or has nothing to be done."""

from __future__ import annotations

import enum


class Reason(str, enum.Enum):
    """Why a repository is where it is in its campaign. The values are in journals and JSON: they never change."""

    description: str

    def __new__(cls, value: str, description: str) -> Reason:
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    # Skipped: as it should be.
    DUPLICATE = "duplicate", "listed more than once"
    EMPTY = "empty", "holds no commit"
    NO_DEFAULT_BRANCH = "no-default-branch", "its HEAD names no branch that exists"
    NO_SUCH_BRANCH = "no-such-branch", "does not have the branch that is listed"
    BRANCH_EXISTS = "branch-exists", "has a branch of the campaign's name already"
    BRANCH_MODIFIED = "branch-modified", "its campaign branch holds a commit of somebody else"
    OPTED_OUT = "opted-out", "its owner has put a .deflaskignore at its root"
    HOSTILE_PATH = "hostile-path", "holds a file name that leads out of the tree"
    LFS = "lfs", "its Python files are pointers of Git LFS"
    ARCHIVED = "archived", "is archived"
    DISABLED = "disabled", "is disabled, or takes no pull requests"
    # Nothing to do, and why that is not the whole story.
    MANUAL_ONLY = "manual-only", "only a person can fix what was found"
    SUPPRESSED = "suppressed", "comments silence what was found"
    NOT_FOLLOWED = "not-followed", "holds what was not followed to its end, and nothing was found in the rest"
    # Planned again.
    HEAD_MOVED = "head-moved", "has changed since it was reviewed, and so has the diff"
    PLAN_LOST = "plan-lost", "what was reviewed is no longer in the campaign folder"
    # What became of its pull request, or keeps it as it is.
    CLOSED_BY_PERSON = "closed-by-person", "its pull request was closed by a person"
    CLOSED = "closed", "its pull request is closed"
    MERGED = "merged", "its pull request is merged"
    NO_PULL_REQUEST = "no-pull-request", "has no pull request"
    DRAFT = "draft", "its pull request is a draft"
    CHECKS_PENDING = "checks-pending", "its checks have not come to an end"
    CHECKS_FAILED = "checks-failed", "its checks fail"
    # Failed: somebody should look.
    REFUSED_URL = "refused-url", "its URL is none that is opened"
    CREDENTIALS_IN_URL = "credentials-in-url", "its URL holds a password"
    UNREACHABLE = "unreachable", "its host could not be reached"
    NOT_FOUND = "not-found", "there is no repository"
    CREDENTIALS_NEEDED = "credentials-needed", "asks for credentials, and there are none"
    CREDENTIALS_REFUSED = "credentials-refused", "does not accept the credentials"
    TOO_LARGE = "too-large", "is larger than the limit"
    TIMEOUT = "timeout", "took longer than the limit"
    CORRUPT = "corrupt", "holds objects that git refuses"
    DISK_FULL = "disk-full", "no space was left for it"
    UNPARSABLE = "unparsable", "its candidates cannot be examined"
    REWRITE_FAILED = "rewrite-failed", "no rewrite of it passed its proof, which is a bug of deflask"
    PUSH_REFUSED = "push-refused", "does not take the branch"
    REFUSED = "refused", "the forge refuses it"
    CONFLICT = "conflict", "has changed meanwhile, or cannot be merged"
    UNAVAILABLE = "unavailable", "does not answer now, or wants to be asked less"
    OUT_OF_MEMORY = "out-of-memory", "needs more memory than the limit"
    WORKER_DIED = "worker-died", "ended the processes that worked on it"
    GIT_FAILED = "git-failed", "git failed for another cause"
    INTERNAL = "internal", "a bug of deflask"


class Stopped(Exception):
    """A repository goes no further; `detail` is the cause in words, of git or of the server where they said any."""

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


SKIPPING = frozenset(
    {
        Reason.DUPLICATE,
        Reason.EMPTY,
        Reason.NO_DEFAULT_BRANCH,
        Reason.NO_SUCH_BRANCH,
        Reason.BRANCH_EXISTS,
        Reason.BRANCH_MODIFIED,
        Reason.OPTED_OUT,
        Reason.HOSTILE_PATH,
        Reason.LFS,
        Reason.ARCHIVED,
        Reason.DISABLED,
    }
)
"""The reasons with which a repository is skipped; with the others it fails."""
