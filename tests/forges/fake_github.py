"""A GitHub that remembers: what it is asked for, what it refuses, and what it does to git."""

from __future__ import annotations

from typing import Any

from tests.forges import git
from tests.forges.github_answers import SEEDS, check_runs_of, label_of, pull_of, repository_of, seeded, status_of
from tests.forges.server import segments
from tests.forges.state import Forge, Pull, Repository, Response

_DOCUMENTATION = "https://docs.github.com/rest"
_LIMITED = {
    "primary": "API rate limit exceeded for user ID 1.",
    "secondary": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
}


def answer(forge: Forge, method: str, path: str, query: dict[str, str], body: Any, login: str | None) -> Response:
    """One request."""
    refusal = forge.limits.refusal(method)
    if forge.limits.unavailable:
        forge.limits.unavailable -= 1
        return _error(503, "Service Unavailable")
    if refusal is not None:
        return _error(forge.limits.status, _LIMITED[refusal[0]], headers=refusal[1])
    if login is None:
        return _error(401, "Bad credentials")
    match segments(path):
        case ["orgs", name, *_] if not forge.knows(name):
            return _error(404, "Not Found")
        case ["orgs", name]:
            return Response(200, {**seeded(forge, "organization-full", name), "login": name, "archived_at": None})
        case ["orgs", name, "repos"]:
            return _of_organisation(forge, name, query, login)
        case ["repos", owner, name, *rest]:
            repository = forge.repositories.get(f"{owner}/{name}".lower())
            if repository is not None:
                return _of_repository(forge, repository, method, rest, query, body, login)
    return _error(404, "Not Found")


def _of_organisation(forge: Forge, name: str, query: dict[str, str], login: str) -> Response:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    found = [each for each in forge.repositories.values() if each.owner == name]
    rows = [repository_of(forge, each, login, "minimal-repository-items") for each in found[(page - 1) * size :][:size]]
    return Response(200, rows)


def _of_repository(
    forge: Forge, repository: Repository, method: str, rest: list[str], query: dict[str, str], body: Any, login: str
) -> Response:
    if method != "GET" and repository.archived:
        return _error(403, "Repository was archived so is read-only.")
    match method, rest:
        case "GET", []:
            return Response(200, repository_of(forge, repository, login))
        case "GET", ["branches", branch]:
            return _branch(forge, repository, branch)
        case "GET", ["commits", sha]:
            return Response(200, {**seeded(forge, "commit", repository.full_name), "sha": sha})
        case "GET", ["commits", sha, "status"]:
            return Response(200, status_of(forge, repository, sha))
        case "GET", ["commits", sha, "check-runs"]:
            return Response(200, check_runs_of(forge, repository, sha))
        case "POST", ["forks"]:
            return Response(202, repository_of(forge, forge.fork(repository, login), login))
        case "GET", ["pulls"]:
            return _list(forge, repository, query)
        case "POST", ["pulls"]:
            return _create(forge, repository, body)
        case _, [("pulls" | "issues") as kind, number, *last]:
            for pull in forge.pulls:
                if pull.repository is repository and pull.number == int(number):
                    return _of_pull(forge, pull, method, [kind, *last], body, login)
    return _error(404, "Not Found")


def _of_pull(forge: Forge, pull: Pull, method: str, what: list[str], body: Any, login: str) -> Response:
    match method, what:
        case "GET", ["pulls"]:
            return Response(200, pull_of(forge, pull))
        case "PATCH", ["pulls"]:
            pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
            if body.get("state") == "closed":
                pull.close()
            return Response(200, pull_of(forge, pull))
        case "PUT", ["pulls", "merge"]:
            return _merge(forge, pull, body)
        case "POST", ["issues", "labels"]:
            if login not in pull.repository.pushers:
                return _error(404, "Not Found")
            pull.labels.extend(body["labels"])
            return Response(200, [label_of(forge, name) for name in pull.labels])
        case "POST", ["pulls", "requested_reviewers"]:
            if pull.repository.unknown_reviewers:
                return _error(422, "Reviews may only be requested from collaborators.")
            pull.reviewers.extend([*body.get("reviewers", []), *body.get("team_reviewers", [])])
            return Response(201, pull_of(forge, pull, "pull-request-simple-items"))
        case "GET", ["pulls", "reviews"]:
            return Response(200, SEEDS["pull-request-review-items"] if pull.reviewed else [])
    return _error(404, "Not Found")


def _list(forge: Forge, repository: Repository, query: dict[str, str]) -> Response:
    owner, _, branch = query.get("head", "").partition(":")
    found = [
        each
        for each in reversed(forge.pulls)
        if each.repository is repository
        and (query.get("state", "open") in ("all", each.state))
        and (not branch or (each.source.owner.lower(), each.branch) == (owner.lower(), branch))
    ]
    return Response(200, [pull_of(forge, each, "pull-request-simple-items") for each in found])


def _create(forge: Forge, repository: Repository, body: dict[str, Any]) -> Response:
    owner, _, branch = body["head"].rpartition(":")
    source = forge.repositories.get(f"{owner or repository.owner}/{repository.name}".lower())
    head = git.tip(source.path, branch) if source else None
    base = git.tip(repository.path, body["base"])
    if source is None or head is None or base is None:
        field = "base" if base is None else "head"
        return _invalid({"resource": "PullRequest", "field": field, "code": "invalid"})
    if head == base:
        return _invalid(_custom(f"No commits between {body['base']} and {branch}"))
    for each in forge.pulls:
        if each.state == "open" and (each.source, each.branch, each.base) == (source, branch, body["base"]):
            return _invalid(_custom(f"A pull request already exists for {body['head']}."))
    made = Pull(
        forge.number_of(repository),
        repository,
        source,
        branch,
        body["base"],
        body["title"],
        body.get("body", ""),
        bool(body.get("draft")),
    )
    forge.pulls.append(made)
    return Response(201, pull_of(forge, made))


def _merge(forge: Forge, pull: Pull, body: dict[str, Any]) -> Response:
    method, head = body.get("merge_method", "merge"), pull.head
    if pull.state != "open" or pull.draft:
        return _error(405, "Pull Request is not mergeable")
    if body.get("sha", head) != head:
        return _error(409, "Head branch was modified. Review and try the merge again.")
    if method not in pull.repository.methods:
        name = "Merge commits" if method == "merge" else f"{method.capitalize()} merges"
        return _error(405, f"{name} are not allowed on this repository.")
    base = git.tip(pull.repository.path, pull.base)
    assert base is not None
    parents = [base, head] if method == "merge" else [base]
    made = git.merge_commit(pull.repository.path, pull.source.path, pull.base, head, parents)
    pull.close()
    pull.merged = True
    return Response(200, {"sha": made, "merged": True, "message": "Pull Request successfully merged"})


def _branch(forge: Forge, repository: Repository, branch: str) -> Response:
    if repository.looks_until_ready:
        repository.looks_until_ready -= 1
        return _error(404, "Branch not found")
    return Response(200, {**seeded(forge, "branch-get", repository.full_name), "name": branch})


def _custom(message: str) -> dict[str, str]:
    return {"resource": "PullRequest", "code": "custom", "message": message}


def _invalid(error: dict[str, str]) -> Response:
    body = {"message": "Validation Failed", "errors": [error], "documentation_url": _DOCUMENTATION}
    return Response(422, body)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    body = {"message": message, "documentation_url": _DOCUMENTATION, "status": str(status)}
    return Response(status, body, headers or {})
