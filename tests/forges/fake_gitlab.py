"""A GitLab that remembers. GitLab publishes no description as GitHub does: python-gitlab alone looks at the answers."""

from __future__ import annotations

from typing import Any

from tests.forges import git
from tests.forges.server import segments
from tests.forges.state import US, Forge, Pull, Repository, Response


def answer(forge: Forge, method: str, path: str, query: dict[str, str], body: Any, login: str | None) -> Response:
    """One request. GitLab takes what is asked for from the query as well as from the body."""
    body = {**query, **(body or {})}
    refusal = forge.limits.refusal(method)
    if forge.limits.unavailable:
        forge.limits.unavailable -= 1
        return _error(503, "Service Unavailable")
    if refusal is not None:
        headers = {key.replace("X-RateLimit", "RateLimit"): value for key, value in refusal[1].items()}
        return Response(429, None, headers)
    if login is None:
        return _error(401, "401 Unauthorized")
    match segments(path)[2:]:
        case ["users"]:
            known = query["username"] in ("alice", "bob")
            return Response(200, [{"id": len(query["username"]), "username": query["username"]}] if known else [])
        case ["groups", name, "projects"] if not forge.knows(name):
            return _error(404, "404 Group Not Found")
        case ["groups", name, "projects"]:
            return _of_group(forge, name, query)
        case ["projects", project, *rest]:
            repository = _find(forge, project)
            if repository is not None:
                return _of_project(forge, repository, method, rest, query, body, login)
    return _error(404, "404 Project Not Found")


def _find(forge: Forge, project: str) -> Repository | None:
    for each in forge.repositories.values():
        if project in (each.full_name, str(each.number)):
            return each
    return None


def _of_group(forge: Forge, name: str, query: dict[str, str]) -> Response:
    size, page = int(query["per_page"]), int(query["page"])
    found = [each for each in forge.repositories.values() if f"{each.owner}/".startswith(f"{name}/")]
    rows = [_project(forge, each) for each in found[(page - 1) * size :][:size]]
    return Response(200, rows, {"X-Total-Pages": "9", "X-Page": str(page), "X-Per-Page": str(size)})


def _of_project(
    forge: Forge, repository: Repository, method: str, rest: list[str], query: dict[str, str], body: Any, login: str
) -> Response:
    match method, rest:
        case "GET", []:
            made = _project(forge, repository)
            repository.looks_until_ready = max(repository.looks_until_ready - 1, 0)
            return Response(200, made)
        case "GET", ["forks"]:
            ours = [each for each in forge.repositories.values() if each.parent is repository and each.owner == login]
            return Response(200, [_project(forge, each) for each in ours])
        case "POST", ["fork" | "forks"]:
            return Response(201, _project(forge, forge.fork(repository, login)))
        case "GET", ["merge_requests"]:
            found = [each for each in forge.pulls if each.repository is repository]
            found = [each for each in found if each.branch == query["source_branch"]]
            return Response(200, [_merge_request(forge, each) for each in reversed(found)])
        case "POST", ["merge_requests"]:
            return _create(forge, repository, body)
        case _, ["merge_requests", number, *last]:
            for pull in forge.pulls:
                if pull.repository is repository and pull.number == int(number):
                    return _of_merge_request(forge, pull, method, last, body)
    return _error(404, "404 Not Found")


def _of_merge_request(forge: Forge, pull: Pull, method: str, what: list[str], body: Any) -> Response:
    if method == "PUT" and pull.repository.archived:
        return _error(403, "403 Forbidden - project is archived")
    match method, what:
        case "GET", []:
            return Response(200, _merge_request(forge, pull))
        case "PUT", []:
            pull.title, pull.body = body.get("title", pull.title), body.get("description", pull.body)
            pull.labels.extend(label for label in body.get("add_labels", "").split(",") if label)
            pull.reviewers.extend(str(each) for each in body.get("reviewer_ids", []))
            if body.get("state_event") == "close":
                pull.close()
            return Response(200, _merge_request(forge, pull))
        case "PUT", ["merge"]:
            if body["sha"] != pull.head:
                return _error(409, "SHA does not match HEAD of source branch: " + pull.head)
            if pull.state != "open" or pull.title.startswith("Draft: "):
                return _error(405, "405 Method Not Allowed")
            base = git.tip(pull.repository.path, pull.base)
            assert base is not None
            git.merge_commit(pull.repository.path, pull.source.path, pull.base, pull.head, [base, pull.head])
            pull.close()
            pull.merged = True
            return Response(200, _merge_request(forge, pull))
    return _error(404, "404 Not Found")


def _create(forge: Forge, source: Repository, body: dict[str, Any]) -> Response:
    target = _find(forge, str(body.get("target_project_id", source.number)))
    if target is None or git.tip(source.path, body["source_branch"]) is None:
        return _error(400, {"source_branch": ["does not exist"]})
    if target.archived:
        return _error(403, "403 Forbidden - project is archived")
    for each in forge.pulls:
        if each.state == "open" and (each.source, each.branch) == (source, body["source_branch"]):
            return _error(409, [f"Another open merge request already exists for this source branch: !{each.number}"])
    title = body["title"]
    made = Pull(
        forge.number_of(target),
        target,
        source,
        body["source_branch"],
        body["target_branch"],
        title,
        body["description"],
        title.startswith("Draft: "),
    )
    forge.pulls.append(made)
    return Response(201, _merge_request(forge, made))


def _project(forge: Forge, repository: Repository) -> dict[str, Any]:
    level = {"access_level": 40} if US in repository.pushers else None
    made: dict[str, Any] = {
        "id": repository.number,
        "path_with_namespace": repository.full_name,
        "http_url_to_repo": forge.clone_url(repository),
        "default_branch": git.BASE,
        "archived": repository.archived,
        "merge_requests_access_level": "disabled" if repository.disabled else "enabled",
        "permissions": {"project_access": None, "group_access": level},
        "import_status": "started" if repository.looks_until_ready else "finished",
    }
    return made if repository.parent is None else {**made, "forked_from_project": {"id": repository.parent.number}}


def _merge_request(forge: Forge, pull: Pull) -> dict[str, Any]:
    statuses = pull.repository.statuses
    return {
        "id": 1000 + pull.number,
        "iid": pull.number,
        "project_id": pull.repository.number,
        "source_project_id": pull.source.number,
        "target_project_id": pull.repository.number,
        "web_url": f"{forge.git_url}/{pull.repository.full_name}/-/merge_requests/{pull.number}",
        "state": "merged" if pull.merged else {"open": "opened"}.get(pull.state, pull.state),
        "title": pull.title,
        "description": pull.body,
        "draft": pull.title.startswith("Draft: "),
        "sha": pull.head,
        "labels": pull.labels,
        "reviewers": [{"id": int(each)} for each in pull.reviewers],
        "head_pipeline": {"status": statuses[0]} if statuses else None,
    }


def _error(status: int, message: Any) -> Response:
    return Response(status, {"message": message})
