"""What a fake GitHub answers: the published examples, in which stands what git and the state say."""

from __future__ import annotations

import json
from typing import Any

from tests.forges import git
from tests.forges.contract import SEEDS_FILE
from tests.forges.state import Forge, Pull, Repository

SEEDS: dict[str, Any] = json.loads(SEEDS_FILE.read_text())


def seeded(forge: Forge, name: str, full_name: str) -> Any:
    """An example, about this repository."""
    text = json.dumps(SEEDS[name]).replace("https://api.github.com", forge.api_url)
    return json.loads(text.replace("octocat/Hello-World", full_name))


def repository_of(
    forge: Forge, repository: Repository, login: str, seed: str = "full-repository-default-response"
) -> dict[str, Any]:
    """A repository, as its login sees it."""
    made = seeded(forge, seed, repository.full_name)
    made = made[0] if isinstance(made, list) else made
    may = login in repository.pushers
    # The published examples lack the language, which the published schema wants.
    if "source" in made:
        made["source"]["language"] = None
    return {
        **made,
        "language": "Python",
        "id": repository.number,
        "name": repository.name,
        "full_name": repository.full_name,
        "clone_url": forge.clone_url(repository),
        "default_branch": git.BASE,
        "archived": repository.archived,
        "disabled": repository.disabled,
        "fork": repository.parent is not None,
        "permissions": {"admin": False, "maintain": False, "push": may, "triage": may, "pull": True},
    }


def label_of(forge: Forge, name: str) -> dict[str, Any]:
    """A label."""
    return {**seeded(forge, "label-items", "octocat/Hello-World")[0], "name": name}


def pull_of(forge: Forge, pull: Pull, seed: str = "pull-request") -> dict[str, Any]:
    """A pull request."""
    made = seeded(forge, seed, pull.repository.full_name)
    made = made[0] if isinstance(made, list) else made
    made = json.loads(json.dumps(made).replace("1347", str(pull.number)))
    head = {"label": f"{pull.source.owner}:{pull.branch}", "ref": pull.branch, "sha": pull.head}
    time = "2026-01-01T00:00:00Z"
    users = [each for each in pull.reviewers if each != "team"]
    changed = {
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "draft": pull.draft,
        "state": pull.state,
        "merged_at": time if pull.merged else None,
        "closed_at": time if pull.state == "closed" else None,
        "labels": [label_of(forge, name) for name in pull.labels],
        "requested_reviewers": [{**made["user"], "login": login} for login in users],
        # The published example lacks their `type`, which the published schema wants.
        "requested_teams": [{**each, "type": "organization"} for each in made["requested_teams"]]
        if "team" in pull.reviewers
        else [],
        "head": {**made["head"], **head},
    }
    if seed == "pull-request":
        changed["merged"] = pull.merged
    return {**made, **changed}


def status_of(forge: Forge, repository: Repository, sha: str) -> dict[str, Any]:
    """The statuses of a commit, all taken together."""
    made = seeded(forge, "combined-commit-status", repository.full_name)
    states = repository.statuses
    # Without statuses GitHub calls this pending.
    state = "failure" if "failure" in states else "success" if states and set(states) == {"success"} else "pending"
    rows = [{**made["statuses"][0], "state": each} for each in states]
    return {**made, "sha": sha, "state": state, "statuses": rows, "total_count": len(rows)}


def check_runs_of(forge: Forge, repository: Repository, sha: str) -> dict[str, Any]:
    """The check runs of a commit."""
    made = seeded(forge, "check-run-paginated", repository.full_name)["check_runs"][0]
    runs = []
    for each in repository.check_runs:
        ended = each != "in_progress"
        state = {"status": "completed", "conclusion": each} if ended else {"status": each, "conclusion": None}
        runs.append({**made, **state, "head_sha": sha, "completed_at": made["completed_at"] if ended else None})
    return {"total_count": len(runs), "check_runs": runs}
