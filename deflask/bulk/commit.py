"""The commit of a plan: the same one whenever, wherever and however often it is made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deflask.bulk.forges.body import COMMIT, commit_message
from deflask.bulk.git import Git
from deflask.bulk.model import Options
from deflask.bulk.repository import Entry, Objects
from deflask.model import FileResult

_COMMITTED = re.compile(rb"(?m)^committer .*> (\d+ [+-]\d+)$")
_REF = "refs/heads/deflask-plan"


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit, the blobs in it that are new, by path, and a pack from which it can be pushed without a clone."""

    commit: str
    blobs: Mapping[bytes, str]
    pack: bytes


def message(results: Iterable[FileResult], options: Options) -> str:
    """What the commit of a campaign says: what is fixed, why, and how to debug now."""
    fixed = Counter(f"{f.rule} {f.name}" for result in results for f in result.findings if f.fixable)
    signed = options.author if options.signoff else None
    return commit_message(fixed, options.env_var, options.commit_template or COMMIT, signed)


def commit(
    git: Git, objects: Objects, head: str, author: str, text: str, changed: Sequence[tuple[Entry, bytes]]
) -> Committed:
    """Commit new contents of files on top of `head`, at the time at which that was committed. Raises Stopped."""
    parent = objects.read(head)
    found = _COMMITTED.search(parent.partition(b"\n\n")[0])
    when = found[1] if found else b"0 +0000"
    stream = _stream(head, author.encode(), when, text.encode(), changed)
    printed = git.run("fast-import", "--quiet", "--done", "--force", "--date-format=raw-permissive", stdin=stream)
    *blobs, made = printed.decode().split()
    wanted = [head, made, *blobs]
    for root in (parent, objects.read(made)):
        wanted += _trees(objects, root.split(maxsplit=2)[1].decode(), [entry.path for entry, _ in changed])
    listed = "".join(f"{oid}\n" for oid in dict.fromkeys(wanted)).encode()
    pack = git.run("pack-objects", "--quiet", "--stdout", "--threads=1", stdin=listed)
    return Committed(made, dict(zip((entry.path for entry, _ in changed), blobs, strict=True)), pack)


def _stream(head: str, author: bytes, when: bytes, text: bytes, changed: Sequence[tuple[Entry, bytes]]) -> bytes:
    """What `git fast-import` reads; it prints the IDs of the blobs, then that of the commit."""
    parts = []
    for number, (_, data) in enumerate(changed, 1):
        parts += [b"blob\nmark :%d\ndata %d\n" % (number, len(data)), data, b"\n"]
    last = len(changed) + 1
    parts.append(b"commit %s\nmark :%d\n" % (_REF.encode(), last))
    parts += [b"%s %s %s\n" % (role, author, when) for role in (b"author", b"committer")]
    parts += [b"data %d\n%s\n" % (len(text), text), b"from %s\n" % head.encode()]
    for number, (entry, _) in enumerate(changed, 1):
        parts.append(b"M %s :%d %s\n" % (entry.mode.encode(), number, _quoted(entry.path)))
    parts += [b"get-mark :%d\n" % number for number in range(1, last + 1)]
    return b"".join([*parts, b"done\n"])


def _quoted(path: bytes) -> bytes:
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def _trees(objects: Objects, root: str, paths: Iterable[bytes]) -> list[str]:
    """The IDs of the trees on the way from a root to some paths.

    With those of the parent a push can tell what the other side has, though nothing else of it is there.
    """
    found: dict[bytes, str] = {b"": root}
    for path in paths:
        folder, at = b"", root
        for part in path.split(b"/")[:-1]:
            below = folder + part + b"/"
            if below not in found:
                found[below] = _child(objects.read(at), part, len(root))
            folder, at = below, found[below]
    return list(found.values())


def _child(tree: bytes, name: bytes, digits: int) -> str:
    """The ID of an entry of a tree object: `MODE NAME`, NUL, and the ID in bytes, again and again."""
    position = 0
    while position < len(tree):
        end = tree.index(b"\0", position)
        after = end + 1 + digits // 2
        if tree[position:end].partition(b" ")[2] == name:
            return tree[end + 1 : after].hex()
        position = after
    raise KeyError(name)
